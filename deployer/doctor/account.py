"""AWS: whether it can be reached, who we are there, and what we may do."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import boto3
import botocore.exceptions as boto
from botocore import UNSIGNED
from botocore.config import Config as BotoConfig
from botocore.parsers import ResponseParserError as ParserError

from deployer.doctor import rights
from deployer.doctor.check import Check, State
from deployer.errors import AwsError, SkiffError
from deployer.partitions import leads_to_aws
from deployer.refusals import ENDPOINT, host
from deployer.run import Run

_CONNECT, _ANSWER = 3, 30  # seconds
_UNEASY = 60  # seconds that two clocks may differ
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
_REFUSED = 300  # seconds after which AWS takes a signature for an old one
_SIGN_IN = "run 'aws configure' or 'aws sso login', or set AWS_PROFILE"


def account(run: Run) -> Iterator[Check]:
    endpoints = list(_endpoints())
    yield from endpoints
    if any(check.state == "problem" for check in endpoints):
        return  # whoever answers there, it is not AWS
    try:
        session = boto3.Session()
        known = session.get_available_regions("lambda", "aws")  # reads the configuration of the AWS CLI
    except boto.BotoCoreError as error:
        yield Check("credentials", "problem", _line(error), "check AWS_PROFILE and the files in ~/.aws")
        return
    try:
        region = run.config.region
    except SkiffError:
        region = session.region_name or known[0]
    yield from _region(session, region)
    network = _network(region)
    yield from network
    reached = network[0].state == "ok"
    credentials = _credentials(session, reached)
    yield credentials
    if not reached or credentials.state == "problem":
        return
    try:
        aws = run.clients()
    except SkiffError:
        return  # what there is to list is not known, which the configuration's own check says
    try:
        answer = aws.once("sts", "get_caller_identity", _ANSWER)
        who, number = answer["Arn"], answer["Account"]
    except (AwsError, KeyError) as error:
        hint = "sign in again; a region that must be opted into takes no credentials before"
        yield Check("identity", "problem", str(error), hint)
        return
    yield Check("identity", "ok", f"account {number}, {who.rpartition(':')[2]}")
    identified = aws.at(aws.identify())
    yield from rights.reading(identified)
    resources = run.declare(identified.stack, run.config.select(()))
    yield from rights.writing(resources, identified, who)


def _endpoints() -> Iterator[Check]:
    for name, value in sorted(os.environ.items()):
        if name.startswith(ENDPOINT) and value:
            state: State = "warning" if leads_to_aws(value) else "problem"
            where = "another address of AWS" if state == "warning" else "not AWS"
            yield Check("endpoint", state, f"{name} leads to {host(value)}, which is {where}", f"unset {name}")


def _region(session: Any, region: str) -> Iterator[Check]:
    try:
        partition = session.get_partition_for_region(region)
        known = session.get_available_regions("lambda", partition)
    except boto.BotoCoreError:
        partition, known = "", []
    if region in known:
        yield Check("region", "ok", f"{region}, in the partition {partition}")
        return
    partitions = session.get_available_partitions()
    everywhere = [each for name in partitions for each in session.get_available_regions("lambda", name)]
    close = difflib.get_close_matches(region, everywhere, n=1)
    remedy = f"did you mean '{close[0]}'?" if close else "see: aws ec2 describe-regions --all-regions"
    yield Check("region", "problem", f"'{region}' is no region with Lambda that boto3 knows", remedy)


def _network(region: str) -> list[Check]:
    """Whether STS answers, and what its clock says: it answers a call without a signature too, with an error."""
    config = BotoConfig(
        signature_version=UNSIGNED,
        connect_timeout=_CONNECT,
        read_timeout=_ANSWER,
        retries={"total_max_attempts": 1},
    )
    try:
        client = boto3.Session().client("sts", region_name=region, config=config)
        address = client.meta.endpoint_url
        headers = _headers(client)
    except (boto.BotoCoreError, ValueError) as error:
        return [Check("network", "problem", _line(error), "check the network, HTTPS_PROXY and the region")]
    except ParserError:
        text = f"{host(address)} does not answer as AWS does"
        return [Check("network", "problem", text, "check AWS_ENDPOINT_URL and HTTPS_PROXY")]
    found = [Check("network", "ok", f"{host(address)} answers")]
    try:
        theirs = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return [*found, Check("clock", "warning", "the answer of AWS has no date to compare this clock with")]
    return [*found, _clock((datetime.now(UTC) - theirs).total_seconds())]


def _headers(client: Any) -> dict[str, str]:
    try:
        answer = client.get_caller_identity()
    except boto.ClientError as error:
        answer = error.response
    return dict(answer["ResponseMetadata"].get("HTTPHeaders", {}))


def _clock(ahead: float) -> Check:
    away = abs(ahead)
    if away < _UNEASY:
        return Check("clock", "ok", f"within {_UNEASY} s of AWS's")
    text = f"{away:,.0f} s {'ahead of' if ahead > 0 else 'behind'} AWS's, which allows {_REFUSED}"
    return Check("clock", "problem" if away >= _REFUSED else "warning", text, "set the clock, or turn on NTP")


def _credentials(session: Any, reached: bool) -> Check:
    """Where they come from; some come over the network, and are not asked for when there is none."""
    try:
        found = session.get_credentials()
        if found is None:
            return Check("credentials", "problem", "none were found", _SIGN_IN)
        source = "environment" if found.method == "env" else f"{found.method}, profile {session.profile_name}"
        if not reached:
            return Check("credentials", "ok", f"from {source}")
        key = found.get_frozen_credentials().access_key
    except (boto.BotoCoreError, boto.ClientError) as error:
        return Check("credentials", "problem", _line(error), _SIGN_IN)
    return Check("credentials", "ok", f"from {source}: a key that ends in {key[-4:]}")


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
