"""What is reset is as if nobody had ever used it, and works again with the same names; others go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from localdev.emulator import Emulator
from localdev.errors import Refused
from tests.localdev.conftest import DENSELY, zipped
from tests.localdev.full_account import Account, body_of, invoked, look, make, running, works

pytestmark = pytest.mark.emulator

ONE, OTHER = "111111111111", "222222222222"


@pytest.fixture(scope="module")
def one(emulator: Emulator) -> Iterator[Account]:
    account = Account(ONE, emulator.endpoint_url)
    yield account
    account.close()


@pytest.fixture(scope="module")
def other(emulator: Emulator) -> Iterator[Account]:
    account = Account(OTHER, emulator.endpoint_url)
    yield account
    account.close()


@pytest.mark.feature("Toolkit", "`localdev reset`: everything, or one account, while the emulator runs")
def test_an_account_is_emptied_and_works_again(
    emulator: Emulator, one: Account, other: Account, processes: Callable[[str], list[int]], until: Any
) -> None:
    virgin = look(one)
    url, url_of_other = make(one), make(other)
    works(emulator, one, url, until)
    works(emulator, other, url_of_other, until)
    there = look(other)
    one("lambda").invoke(FunctionName="work", InvocationType="Event", Payload=json.dumps({"sleep": 60}))
    until(lambda: "busy" in running(emulator, one))
    assert {one.tag, other.tag} <= names_in(emulator.root / "tmp" / "s3")

    one("lambda").invoke(FunctionName="work", Payload="{}")  # whose logs wait to be written
    assert reset(emulator, one) == {"accounts": [one.number]}

    assert look(one) == virgin
    assert running(emulator, one) == []
    assert processes(f"MARK={one.tag}") == []
    assert invoked(emulator, one) == []
    assert "does not correspond to a deployed API" in body_of(url)
    assert one.tag not in names_in(emulator.root / "tmp" / "s3")
    assert look(other) == there
    works(emulator, other, url_of_other, until)

    assert reset(emulator, one) == {"accounts": []} or look(one) == virgin  # looking may leave empty stores
    one("s3").create_bucket(Bucket=one.tag)
    one("s3").put_object(Bucket=one.tag, Key="big")
    assert one("s3").get_object_tagging(Bucket=one.tag, Key="big")["TagSet"] == []
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        one("s3").get_bucket_tagging(Bucket=one.tag)
    reset(emulator, one)
    works(emulator, one, make(one), until)
    reset(emulator, one)
    reset(emulator, other)
    assert look(other) == virgin


def test_a_folder_that_a_function_runs_from_stays(emulator: Emulator, one: Account, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context): pass")
    one("lambda").create_function(
        FunctionName="live",
        Runtime="python3.12",
        Handler="app.handler",
        Role=f"arn:aws:iam::{one.number}:role/any",
        Code={"S3Bucket": "hot-reload", "S3Key": str(tmp_path)},
    )
    assert reset(emulator, one) == {"accounts": [one.number]}
    assert one("lambda").list_functions()["Functions"] == []
    assert (tmp_path / "app.py").exists()


def test_what_was_made_of_layers_goes_with_them(emulator: Emulator, one: Account) -> None:
    lambda_, made = one("lambda"), emulator.root / "tmp" / "layers"
    before = names_in(made) if made.exists() else set()
    layers = [
        lambda_.publish_layer_version(LayerName=name, Content={"ZipFile": zipped("")})["LayerVersionArn"]
        for name in ("first", "second")
    ]
    lambda_.create_function(
        FunctionName="layered",
        Runtime="python3.12",
        Handler="app.handler",
        Role=f"arn:aws:iam::{one.number}:role/any",
        Code={"ZipFile": zipped("def handler(event, context): pass")},
        Layers=layers,
    )
    lambda_.get_waiter("function_active_v2").wait(FunctionName="layered", WaiterConfig=DENSELY)
    lambda_.invoke(FunctionName="layered")
    assert names_in(made) - before
    reset(emulator, one)
    assert names_in(made) <= before


def test_how_often_an_api_was_called_goes_with_it(emulator: Emulator, one: Account) -> None:
    api, id = one("apigateway"), f"calls-{one.tag}"
    statuses = []
    for _ in range(2):
        at = {"restApiId": api.create_rest_api(name="calls", tags={"_custom_id_": id})["id"]}
        method = at | {"resourceId": api.get_resources(**at)["items"][0]["id"], "httpMethod": "GET"}
        answer = method | {"statusCode": "200"}
        api.put_method(**method, authorizationType="NONE")
        api.put_method_response(**answer)
        api.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        api.put_integration_response(**answer)
        api.create_deployment(**at, stageName="live")
        limits = {"throttling/burstLimit": "1", "throttling/rateLimit": "0.0001"}
        operations = [{"op": "replace", "path": f"/*/*/{name}", "value": value} for name, value in limits.items()]
        api.update_stage(**at, stageName="live", patchOperations=operations)
        url = f"{emulator.endpoint_url}/_aws/execute-api/{id}/live/"
        statuses += [status_of(url), status_of(url)]
        reset(emulator, one)
    assert statuses == [200, 429, 200, 429]


def status_of(url: str) -> int:
    try:
        with urlopen(url, timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def reset(emulator: Emulator, account: Account) -> Any:
    return emulator.ask(f"/_localdev/reset?account={account.number}", method="POST")


@pytest.mark.parametrize("number", ["1", "", "000000000000000", "abcdefghijkl"])
def test_what_is_no_account_is_refused(emulator: Emulator, number: str) -> None:
    with pytest.raises(Refused, match="is no account: it has 12 digits"):
        emulator.ask(f"/_localdev/reset?account={number}", method="POST")


def test_a_look_does_not_reset(emulator: Emulator) -> None:
    """A browser that follows a link sends GET."""
    with pytest.raises(Refused, match="only POST is answered"):
        emulator.ask("/_localdev/reset")
