"""What the doctor finds of an account, and that it says nothing secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from deployer import config
from deployer.plan import declare
from deployer.resource import kinds
from localdev.emulator import Emulator
from tests.cli.doctor import ALWAYS, found
from tests.cli.refusal import CONFIG
from tests.cli.servers import answering, serving
from tests.conftest import deploy
from tests.launcher import environment, played_by
from tests.plans import first
from tests.proxy import proxying, refuse, rewrite

NOWHERE = "http://127.0.0.1:1"
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMIEXAMPLEKEY"
KEYS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
REFUSED = (
    b"<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>It is invalid.</Message></Error></ErrorResponse>"
)
ACTIONS = sorted({action for kind in kinds() for action in kind.permissions})


def on_aws(project: Path, **variables: str) -> dict[str, Any]:
    checks = found(deploy("doctor", "--json", "--target", "aws", cwd=project, env=environment(**variables)))
    assert checks.keys() >= ALWAYS
    return checks


def test_no_credentials_and_no_network(project: Path) -> None:
    checks = on_aws(project, **played_by(NOWHERE, "STS"), HOME=str(project))
    assert checks["credentials"]["text"] == "none were found"
    assert "aws configure" in checks["credentials"]["remedy"]
    assert NOWHERE in checks["network"]["text"]
    assert checks["endpoint"]["state"] == "warning"
    assert checks.keys() & {"identity", "reading", "writing"} == set()


def test_calls_that_would_not_go_to_aws(project: Path) -> None:
    checks = on_aws(project, AWS_ENDPOINT_URL_S3=NOWHERE, **KEYS)
    check = checks["endpoint"]
    assert (check["state"], check["remedy"]) == ("problem", "unset AWS_ENDPOINT_URL_S3")
    assert "leads to 127.0.0.1:1, which is not AWS" in check["text"]
    assert "network" not in checks


def test_no_such_profile(project: Path) -> None:
    check = on_aws(project, AWS_PROFILE="nosuch", HOME=str(project))["credentials"]
    assert (check["state"], "nosuch" in check["text"]) == ("problem", True)


def test_a_region_that_is_none(project: Path) -> None:
    """That of the shell, for want of a configuration's."""
    (project / "config.yaml").unlink()
    check = on_aws(project, **played_by(NOWHERE, "STS"), AWS_DEFAULT_REGION="us-east-9")["region"]
    assert check["state"] == "problem"
    assert "did you mean 'us-east-" in check["remedy"]


def test_credentials_that_are_not_accepted(project: Path) -> None:
    with answering(403, REFUSED, "text/xml") as url:
        checks = on_aws(project, **played_by(url, "STS"), **KEYS)
    assert (checks["network"]["state"], checks["credentials"]["state"]) == ("ok", "ok")
    assert checks["credentials"]["text"] == "from environment: a key that ends in MPLE"
    assert checks["identity"]["state"] == "problem"
    assert "It is invalid." in checks["identity"]["text"]
    assert "reading" not in checks


@pytest.mark.parametrize(("answered", "name"), [(0, "network"), (1, "identity")])
def test_who_waits_for_the_doctor_waits_for_no_second_try(project: Path, answered: int, name: str) -> None:
    visits = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            visits.append(self.path)
            if len(visits) <= answered:  # else it hangs up
                self.send_response(403)
                self.end_headers()
                self.wfile.write(REFUSED)

        def log_message(self, *_: Any) -> None:
            pass

    with serving(Handler) as url:
        checks = on_aws(project, **played_by(url, "STS"), **KEYS)
    assert checks[name]["state"] == "problem"
    assert len(visits) == answered + 1


@pytest.mark.parametrize(
    ("seconds", "state", "says"),
    [(0, "ok", ""), (-120, "warning", "ahead of"), (120, "warning", "behind"), (1000, "problem", "behind")],
)
def test_the_clock(project: Path, seconds: int, state: str, says: str) -> None:
    """AWS's clock is so many seconds ahead of ours."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response_only(403)
            self.send_header("Date", format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True))
            self.send_header("Content-Length", str(len(REFUSED)))
            self.end_headers()
            self.wfile.write(REFUSED)

        def log_message(self, *_: Any) -> None:
            pass

    with serving(Handler) as url:
        check = on_aws(project, **played_by(url, "STS"))["clock"]
    assert (check["state"], says in check["text"]) == (state, True)


def test_nothing_secret_is_said(project: Path) -> None:
    token = "FwoGZXIvYXdzEXAMPLETOKEN"
    with answering(403, REFUSED, "text/xml") as url:
        secret = url.replace("//", "//someone:hunter2@")
        env = environment(AWS_ENDPOINT_URL=secret, **played_by(url, "STS"), AWS_SESSION_TOKEN=token, **KEYS)
        for options in ([], ["--json"]):
            done = deploy("doctor", "--target", "aws", *options, cwd=project, env=env)
            said = done.stdout + done.stderr
            assert [word for word in (KEY, SECRET, token, "hunter2", "someone") if word in said] == []
            assert url.removeprefix("http://") in said


# What the credentials may do. LocalStack simulates policies of roles, by the very actions and ARNs that they name.


@pytest.fixture(scope="module")
def deployer(client: Callable[[str], Any]) -> Callable[..., dict[str, str]]:
    """``deployer()``: the variables of somebody who has a role that allows these actions on these ARNs."""
    iam = client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole"]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="Deployer", Path="/team/", AssumeRolePolicyDocument=document)["Role"]["Arn"]

    def variables(actions: list[str] = ACTIONS, on: tuple[str, ...] = ("*",)) -> dict[str, str]:
        statement = {"Effect": "Allow", "Action": actions, "Resource": on}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName="Deployer", PolicyName="all", PolicyDocument=policy)
        keys = client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    return variables


def test_somebody_who_may_do_everything(project: Path, emulator: Emulator, deployer: Any) -> None:
    checks = on_aws(project, **played_by(emulator.endpoint_url), **deployer())
    assert {name: check["state"] for name, check in checks.items() if check["state"] != "ok"} == {"endpoint": "warning"}
    assert checks["identity"]["text"] == "account 000000000000, assumed-role/Deployer/me"
    assert "bucket, function, " in checks["reading"]["text"]
    assert checks["writing"]["text"].startswith("IAM's simulator allows all ")


def test_what_may_not_be_written_is_named(project: Path, emulator: Emulator, deployer: Any) -> None:
    variables = deployer([action for action in ACTIONS if action not in ("s3:PutBucketPolicy", "iam:PassRole")])
    env = environment(**played_by(emulator.endpoint_url), **variables)
    done = deploy("doctor", "--json", "--target", "aws", cwd=project, env=env)
    problems = [check["text"] for check in done.json["checks"] if check["state"] == "problem"]
    assert sorted(problems) == ["bucket: not allowed: s3:PutBucketPolicy", "function: not allowed: iam:PassRole"]
    assert done.returncode == 1


def test_rights_on_what_is_declared_are_enough(project: Path, emulator: Emulator, deployer: Any) -> None:
    (project / "config.yaml").write_text(CONFIG.partition("    api:")[0])
    read = config.read(project / "config.yaml")
    resources = declare(read.declared(read.stack(), ("qr",))).values()
    arns = {each.kind: each.static()["arn"] for each in resources}
    own = (f"{arns['bucket']}/any", arns["role"], arns["function"], arns["log_group"])
    variables = deployer(on=own)
    assert on_aws(project, **played_by(emulator.endpoint_url), **variables)["writing"]["state"] == "ok"


@pytest.mark.parametrize(
    ("says", "remedy"),
    [
        ("User: me is not authorized to perform: s3:ListAllMyBuckets because", "allow s3:ListAllMyBuckets"),
        ("Access Denied", "s3:ListBuckets"),
    ],
)
def test_what_may_not_be_read_is_named(
    project: Path, emulator: Emulator, deployer: Any, says: str, remedy: str
) -> None:
    with proxying(emulator.endpoint_url) as (url, proxy):
        proxy.play(first(99, "s3.ListBuckets", refuse(403, "AccessDenied", says)))
        check = on_aws(project, **played_by(url), **deployer())["reading"]
    assert check["state"] == "problem"
    assert says in check["text"]
    assert remedy in check["remedy"]


def test_a_simulator_that_may_not_be_asked_is_a_warning(project: Path, emulator: Emulator, deployer: Any) -> None:
    says = "User: me is not authorized to perform: iam:SimulatePrincipalPolicy on resource: x"
    with proxying(emulator.endpoint_url) as (url, proxy):
        proxy.play(first(99, "iam.SimulatePrincipalPolicy", refuse(403, "AccessDenied", says)))
        check = on_aws(project, **played_by(url), **deployer())["writing"]
    assert check["state"] == "warning"
    assert check["remedy"] == "allow iam:SimulatePrincipalPolicy"


def test_conditions_that_the_simulator_does_not_know_are_a_warning(
    project: Path, emulator: Emulator, deployer: Any
) -> None:
    def unsure(body: bytes) -> bytes:
        missing = b"<MissingContextValues><member>aws:SourceVpc</member></MissingContextValues>"
        return body.replace(b"</EvalDecision>", b"</EvalDecision>" + missing)

    variables = deployer([action for action in ACTIONS if action != "iam:PassRole"])
    with proxying(emulator.endpoint_url) as (url, proxy):
        proxy.play(first(99, "iam.SimulatePrincipalPolicy", rewrite(unsure)))
        check = on_aws(project, **played_by(url), **variables)["writing"]
    assert check["state"] == "warning"
    assert check["text"].endswith("conditions that the simulator does not know: iam:PassRole")


def test_root(project: Path, emulator: Emulator) -> None:
    test = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    check = on_aws(project, **played_by(emulator.endpoint_url), **test)["writing"]
    assert (check["state"], "root" in check["text"]) == ("warning", True)


def test_a_bad_configuration_leaves_the_checks_of_an_account(project: Path) -> None:
    (project / "config.yaml").unlink()
    checks = on_aws(project, **played_by(NOWHERE, "STS"), **KEYS)
    assert {"network", "credentials", "region"} <= checks.keys()
