from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.awsrequest
import pytest

from deployer.aws import Aws
from deployer.errors import AwsError, Interrupted, TimedOut, Unreachable
from deployer.stack import Stack
from deployer.transient import TRANSIENT
from deployer.waiting import telling
from tests.cli.servers import serving

Answer = tuple[int, str]


class Wire:
    """Stands where botocore turns to the network: answers with what is next in ``answers``."""

    def __init__(self, aws: Aws, *services: str) -> None:
        self.answers: list[Answer | Exception | Callable[[], None]] = []
        self.sent: list[str] = []
        for service in services:
            aws.client(service).meta.events.register_first("before-send", self.answer)

    def answer(self, event_name: str, **_: Any) -> Any:
        self.sent.append(event_name.rpartition(".")[2])
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, tuple)
        status, body = answer
        response = botocore.awsrequest.AWSResponse("http://x", status, {}, None)
        response._content = body.encode()
        return response


def json_error(code: str, message: str) -> Answer:
    return 400, f'{{"__type": "{code}", "message": "{message}"}}'


def xml_error(code: str, message: str) -> Answer:
    return 400, f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"


@pytest.fixture
def aws() -> Aws:
    return Aws(Stack("shop", "dev", "us-east-1", Path(), endpoint_url="http://127.0.0.1:9"))


# Each row of what AWS does for a while after a change: service, call, and its error.
ROWS = [
    ("lambda", "get_policy", json_error("InvalidParameterValueException", "The role cannot be assumed by Lambda.")),
    (
        "lambda",
        "get_policy",
        json_error("InvalidParameterValueException", "The provided execution role does not have permissions to call"),
    ),
    ("lambda", "get_policy", json_error("InvalidParameterValueException", "KMS key is invalid for CreateGrant")),
    ("lambda", "get_policy", json_error("ResourceConflictException", "An update is in progress for resource: arn")),
    ("iam", "get_role", xml_error("MalformedPolicyDocument", "Invalid principal in policy")),
    ("iam", "get_role", xml_error("ConcurrentModification", "The request was rejected")),
    ("apigateway", "get_rest_api", json_error("TooManyRequestsException", "Too Many Requests")),
    ("apigateway", "get_rest_api", json_error("ConflictException", "concurrent modification")),
    ("s3", "get_bucket_policy", xml_error("OperationAborted", "A conflicting conditional operation is in progress")),
    ("s3", "get_bucket_policy", xml_error("AccessDenied", "prevented by the BlockPublicPolicy setting")),
    ("logs", "describe_log_groups", json_error("OperationAbortedException", "Multiple requests")),
]
ARGUMENTS: dict[str, dict[str, str]] = {
    "lambda": {"FunctionName": "f"},
    "iam": {"RoleName": "r"},
    "apigateway": {"restApiId": "a"},
    "s3": {"Bucket": "bucket"},
    "logs": {},
}
GOOD = {
    "lambda": '{"Policy": "{}"}',
    "iam": "<GetRoleResponse><GetRoleResult><Role/></GetRoleResult></GetRoleResponse>",
    "apigateway": '{"id": "a"}',
    "s3": "{}",
    "logs": '{"logGroups": []}',
}


@pytest.mark.parametrize(("service", "operation", "error"), ROWS)
def test_what_goes_away_by_itself_is_waited_for_and_told(
    aws: Aws, service: str, operation: str, error: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)  # its own, shorter patience
    monkeypatch.setattr(aws.stopping, "wait", lambda seconds: False)
    wire, told = Wire(aws, service), []
    if service == "s3":
        error = (error[0], error[1].replace("<ErrorResponse>", "").replace("</ErrorResponse>", ""))
    wire.answers = [*[error] * 5, (200, GOOD[service])]
    with telling(told.append):
        aws.call(service, operation, **ARGUMENTS[service])
    assert told
    assert all(text.startswith(("waiting for", "AWS is busy")) for text in told)


def test_each_row_has_an_example() -> None:
    named = {row.service for row in TRANSIENT} - {"*"}
    assert named == {service for service, _, _ in ROWS}


@pytest.mark.parametrize(
    "error",
    [
        json_error("InvalidParameterValueException", "The runtime parameter of cobol is not supported"),
        json_error("ResourceConflictException", "Function already exist: f"),
        json_error("AccessDeniedException", "not authorized"),
    ],
)
def test_what_stays_wrong_is_an_error_at_once(aws: Aws, error: Answer) -> None:
    wire = Wire(aws, "lambda")
    wire.answers = [error]
    with pytest.raises(AwsError, match="GetPolicy: "):
        aws.call("lambda", "get_policy", FunctionName="f")
    assert wire.sent == ["GetPolicy"]


def test_patience_has_an_end(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(aws, "lambda")
    wire.answers = [ROWS[0][2]]
    now = itertools.count(0, 10)
    monkeypatch.setattr("deployer.aws.time", SimpleNamespace(monotonic=lambda: next(now)))
    monkeypatch.setattr(aws.stopping, "wait", lambda seconds: False)
    with pytest.raises(AwsError, match="cannot be assumed"):
        aws.call("lambda", "get_policy", FunctionName="f")
    assert len(wire.sent) > 2


def test_a_stop_ends_the_waiting(aws: Aws) -> None:
    wire = Wire(aws, "lambda")
    wire.answers = [ROWS[0][2]]
    threading.Timer(0.2, aws.stopping.set).start()
    with pytest.raises(Interrupted):
        aws.call("lambda", "get_policy", FunctionName="f")


def test_a_function_that_may_not_read_its_own_environment_any_more_is_told_from_missing_rights(aws: Aws) -> None:
    """https://repost.aws/knowledge-center/lambda-kmsaccessdeniedexception-errors"""
    wire = Wire(aws, "lambda")
    wire.answers = [json_error("KMSAccessDeniedException", "Lambda was unable to decrypt the environment variables")]
    with pytest.raises(AwsError, match="KMSAccessDenied") as caught:
        aws.call("lambda", "invoke", FunctionName="f")
    assert caught.value.hint == "if its role was deleted and made anew: delete the function as well, and run 'up'"


def test_exactly_one_code_means_absent(aws: Aws) -> None:
    wire = Wire(aws, "lambda")
    wire.answers = [json_error("ResourceNotFoundException", "no")]
    assert aws.find("lambda", "get_policy", absent="ResourceNotFoundException", FunctionName="f") is None
    wire.answers = [json_error("AccessDeniedException", "no")]
    with pytest.raises(AwsError, match="AccessDenied") as caught:
        aws.find("lambda", "get_policy", absent="ResourceNotFoundException", FunctionName="f")
    assert caught.value.hint == "the credentials need the permission lambda:GetPolicy"
    wire.answers = [json_error("AccessDenied", "User: me is not authorized to perform: s3:ListAllMyBuckets")]
    with pytest.raises(AwsError) as caught:
        aws.call("lambda", "get_policy", FunctionName="f")
    assert caught.value.hint == "the credentials need the permission s3:ListAllMyBuckets"
    wire.answers = [json_error("AccessDenied", "public policies are prevented by the BlockPublicPolicy setting")]
    with pytest.raises(AwsError) as caught:
        aws.call("lambda", "get_policy", FunctionName="f")
    assert "blocks public access to all its buckets" in caught.value.hint


def test_calls_are_counted_where_they_go_out(aws: Aws) -> None:
    wire = Wire(aws, "lambda")
    wire.answers = [ROWS[3][2], (200, "{}")]
    aws.call("lambda", "delete_function", FunctionName="f")
    aws.call("lambda", "get_policy", FunctionName="f")
    assert (aws.calls.writing, aws.calls.reading) == (2, 1), "the one that was sent again counts twice"


def test_a_snapshot_reads_once_even_from_many_threads(aws: Aws) -> None:
    wire = Wire(aws, "lambda")
    wire.answers = [(200, '{"Policy": "{}"}')]
    view = aws.snapshot()
    view.together(*[lambda: view.call("lambda", "get_policy", FunctionName="f")] * 8)
    view.call("lambda", "get_policy", FunctionName="other")
    assert wire.sent == ["GetPolicy", "GetPolicy"]
    aws.call("lambda", "get_policy", FunctionName="f")
    assert len(wire.sent) == 3


def test_a_snapshot_gives_the_same_error_to_all(aws: Aws) -> None:
    wire = Wire(aws, "lambda")
    wire.answers = [json_error("AccessDeniedException", "no")]
    view = aws.snapshot()
    for _ in range(2):
        with pytest.raises(AwsError, match="AccessDenied"):
            view.call("lambda", "get_policy", FunctionName="f")
    assert len(wire.sent) == 1


def test_listings_go_over_all_pages(aws: Aws) -> None:
    wire = Wire(aws, "lambda")
    wire.answers = [
        (200, '{"Functions": [{"FunctionName": "a"}], "NextMarker": "m"}'),
        (200, '{"Functions": [{"FunctionName": "b"}]}'),
    ]
    found = aws.pages("lambda", "list_functions", "Functions")
    assert [item["FunctionName"] for item in found] == ["a", "b"]


def test_until_gives_up_in_the_end(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    now, told, asked = itertools.count(), [], []
    monkeypatch.setattr("deployer.aws.time", SimpleNamespace(monotonic=lambda: next(now)))
    monkeypatch.setattr(aws.stopping, "wait", lambda seconds: False)
    with telling(told.append), pytest.raises(TimedOut, match=r"still waiting for rain after 3 s"):
        aws.until(lambda: asked.append("rain") is not None, "waiting for rain", seconds=3)
    assert told == ["waiting for rain"] * 2
    assert len(asked) == 3


def test_nothing_answers(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is said before botocore has tried again, after a pause that lasts until then."""
    said, in_vain = threading.Event(), []
    pause = SimpleNamespace(sleep=lambda seconds: in_vain.append(not said.wait(60)))
    monkeypatch.setattr("botocore.endpoint.time", pause)
    with pytest.raises(Unreachable, match=r"nothing answers at http://127.0.0.1:9") as caught:
        aws.identify()
    assert in_vain == []
    said.set()
    assert "check --endpoint-url" in caught.value.hint


def test_wrong_credentials_are_called_so(aws: Aws) -> None:
    wire = Wire(aws, "sts")
    wire.answers = [xml_error("InvalidClientTokenId", "The security token is invalid")]
    with pytest.raises(Unreachable, match="credentials are not accepted"):
        aws.call("sts", "get_caller_identity")


@pytest.mark.parametrize("answer", [(200, "<html>hello</html>"), (404, "Not Found"), (200, "hello")])
def test_what_is_no_aws_is_called_so(aws: Aws, answer: Answer) -> None:
    wire = Wire(aws, "sts")
    wire.answers = [answer]
    with pytest.raises(AwsError, match="does not answer"):
        aws.call("sts", "get_caller_identity")


def test_an_emulator_never_gets_real_credentials(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALKEY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    seen: list[str] = []
    aws.client("sts").meta.events.register_first(
        "before-send", lambda request, **_: seen.append(str(request.headers["Authorization"]))
    )
    Wire(aws, "sts").answers = [(200, "")]
    with pytest.raises(Unreachable):
        aws.call("sts", "get_caller_identity")
    assert "AKIAREALKEY" not in seen[0]
    assert "Credential=test/" in seen[0]


def test_what_must_not_happen_twice_is_sent_once_and_waited_for_as_long_as_said() -> None:
    asked: queue.Queue[str] = queue.Queue()
    gave_up = threading.Event()

    class Late(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.put(self.path)
            gave_up.wait(50)  # less than botocore waits by itself: then the connection would close, which is no timeout

    with serving(Late) as url:
        aws = Aws(Stack("shop", "dev", "us-east-1", Path(), endpoint_url=url))
        began = time.monotonic()
        with pytest.raises(TimedOut, match="no answer came in time"):
            aws.once("lambda", "invoke", 0.5, FunctionName="till", Payload=b"{}")
        assert time.monotonic() - began > 0.4
        assert asked.get(timeout=30) == "/2015-03-31/functions/till/invocations"
        gave_up.set()
    assert (aws.calls.writing, asked.qsize()) == (1, 0)
