"""The proxy itself: it names calls as boto3 does, and what it answers is read by boto3 as AWS's own answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

from tests import plans
from tests import proxy as faults
from tests.cli.servers import answering
from tests.conftest import CREDENTIALS
from tests.launcher import LIMIT
from tests.plans import ApiGatewayLimits
from tests.proxy import Call, Proxy, proxying

EMULATOR_SAYS = b'{"Functions": []}'
CREATE_KEY = (
    "POST / HTTP/1.1\r\nX-Amz-Target: TrentService.CreateKey\r\nContent-Length: 2\r\n"
    "Authorization: Credential=test/20260101/us-east-1/kms/aws4_request\r\n"
)
# Service, operation and arguments: one for each way to tell operations apart.
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("s3", "ListBuckets", {}),
    ("s3", "CreateBucket", {"Bucket": "some-bucket"}),
    ("s3", "ListObjectsV2", {"Bucket": "some-bucket"}),
    ("s3", "ListObjectVersions", {"Bucket": "some-bucket"}),
    ("s3", "GetBucketLifecycleConfiguration", {"Bucket": "some-bucket"}),
    ("s3", "PutBucketPolicy", {"Bucket": "some-bucket", "Policy": "{}"}),
    ("s3", "PutObject", {"Bucket": "some-bucket", "Key": "a folder/b", "Body": b"x"}),
    ("s3", "CopyObject", {"Bucket": "some-bucket", "Key": "b", "CopySource": "some-bucket/a"}),
    ("s3", "UploadPart", {"Bucket": "some-bucket", "Key": "b", "UploadId": "1", "PartNumber": 1, "Body": b"x"}),
    ("s3", "HeadObject", {"Bucket": "some-bucket", "Key": "b"}),
    ("s3", "DeleteObjects", {"Bucket": "some-bucket", "Delete": {"Objects": [{"Key": "b"}]}}),
    ("iam", "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": "{}"}),
    ("sts", "GetCallerIdentity", {}),
    ("lambda", "ListFunctions", {}),
    ("lambda", "GetFunctionConfiguration", {"FunctionName": "f"}),
    ("lambda", "TagResource", {"Resource": "arn:aws:lambda:us-east-1:000000000000:function:f", "Tags": {}}),
    ("logs", "CreateLogGroup", {"logGroupName": "/aws/lambda/f"}),
    ("kms", "CreateKey", {}),
    ("apigateway", "GetRestApis", {}),
    ("apigateway", "PutRestApi", {"restApiId": "i", "body": b"{}"}),
    ("apigateway", "TagResource", {"resourceArn": "arn:aws:apigateway:us-east-1::/restapis/i", "tags": {}}),
]

Client = Callable[..., Any]


@pytest.fixture
def proxied() -> Iterator[tuple[Proxy, Client]]:
    """A proxy before a server that gives one answer to everything, and clients of it, which try once."""
    clients: dict[str, Any] = {}
    with answering(200, EMULATOR_SAYS, "application/json") as url, proxying(url) as (url, proxy):

        def client(service: str, total_max_attempts: int = 1) -> Any:
            retries: Any = {"total_max_attempts": total_max_attempts, "mode": "standard"}
            config = Config(retries=retries, s3={"addressing_style": "path"})
            clients[service] = boto3.client(service, endpoint_url=url, config=config, **CREDENTIALS)
            return clients[service]

        yield proxy, client
        for each in clients.values():
            each.close()


@pytest.mark.parametrize(("service", "operation", "arguments"), CALLS, ids=[f"{each[0]}.{each[1]}" for each in CALLS])
def test_a_call_has_its_name_and_can_be_refused(
    proxied: tuple[Proxy, Client], service: str, operation: str, arguments: dict[str, Any]
) -> None:
    proxy, client = proxied
    proxy.play(lambda call: faults.refuse(409, "SomeCode", "a < b"))
    caller = client(service)
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        getattr(caller, _method(caller, operation))(**arguments)
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) in [("SomeCode", "a < b"), ("409", "Conflict")]
    assert (error["Code"] == "409") == operation.startswith("Head")
    (call,) = proxy.calls
    assert (call.name, call.status) == (f"{service}.{operation}", 409)
    assert call.writes == (not operation.startswith(("Get", "List", "Head")))


def _method(client: Any, operation: str) -> str:
    return next(name for name, each in client.meta.method_to_api_mapping.items() if each == operation)


def test_what_is_no_call_to_aws_only_passes(proxied: tuple[Proxy, Client]) -> None:
    import urllib.request

    proxy, client = proxied
    proxy.play(lambda call: faults.refuse(500, "No"))
    url = client("lambda").meta.endpoint_url
    for path in ("/_localdev/python", "/index.html"):
        with urllib.request.urlopen(f"{url}{path}") as answer:
            assert answer.read() == EMULATOR_SAYS
    assert proxy.calls == []


@pytest.mark.parametrize("fault", [faults.lose_question, faults.lose_answer])
def test_a_connection_is_reset(proxied: tuple[Proxy, Client], fault: faults.Fault) -> None:
    proxy, client = proxied
    asked = []

    def watched(call: Call, forward: faults.Forward) -> Any:
        def asking() -> Any:
            asked.append(call)
            return forward()

        return fault(call, asking)

    proxy.play(plans.first(1, "lambda.ListFunctions", watched))
    caller = client("lambda")
    with pytest.raises(botocore.exceptions.HTTPClientError):
        caller.list_functions()
    assert len(asked) == (fault is faults.lose_answer)
    assert caller.list_functions()["Functions"] == []
    assert [call.status for call in proxy.calls] == [None, 200]


@pytest.mark.parametrize(("sent", "names"), [(2, ["kms.CreateKey"]), (1, [])])
def test_half_a_request_is_none(proxied: tuple[Proxy, Client], sent: int, names: list[str]) -> None:
    """Of a sender that was killed. Half a CreateKey would be a key without tags."""
    proxy, client = proxied
    address = urlsplit(client("kms").meta.endpoint_url)
    with socket.create_connection((address.hostname, address.port)) as sender:
        sender.sendall(f"{CREATE_KEY}\r\n{'{}'[:sent]}".encode())
        sender.shutdown(socket.SHUT_WR)
        while sender.recv(4096):
            pass
    assert [call.name for call in proxy.calls] == names


def test_an_answer_is_rewritten(proxied: tuple[Proxy, Client]) -> None:
    proxy, client = proxied
    proxy.play(lambda call: faults.rewrite(lambda body: body.replace(b"[]", b'[{"FunctionName": "f"}]')))
    assert [each["FunctionName"] for each in client("lambda").list_functions()["Functions"]] == ["f"]


def test_rounds_are_the_longest_chain(proxied: tuple[Proxy, Client]) -> None:
    """Of three that are under way at once, and again of three."""
    proxy, client = proxied
    meeting = threading.Barrier(3, timeout=LIMIT)

    def meet(call: Call, forward: faults.Forward) -> Any:
        meeting.wait()
        return forward()

    proxy.play(lambda call: meet)
    caller = client("lambda")
    with ThreadPoolExecutor(3) as pool:
        for _ in range(2):
            list(pool.map(lambda _: caller.list_functions(), range(3)))
    assert (proxy.rounds(), len(proxy.calls)) == (2, 6)


def test_the_same_seed_gives_the_same_faults(proxied: tuple[Proxy, Client]) -> None:
    calls = [Call(number, "iam", "ListRoles", "POST", 0) for number in range(1, 1001)]
    kinds = [faults.lose_answer, faults.lose_question]
    made = [plans.sometimes(0.2, kinds, seed) for seed in (1, 1, 2)]
    one, again, other = ([plan(call) for call in calls] for plan in made)
    assert one == again != other
    assert 150 < sum(fault is not None for fault in one) < 250
    assert set(one) == {None, *kinds}


def test_no_request_fails_more_often_than_it_is_tried(proxied: tuple[Proxy, Client]) -> None:
    """Two of the same kind at the same time do not share their attempts."""
    proxy, client = proxied
    with ThreadPoolExecutor(2) as pool:
        proxy.play(plans.sometimes(1, [faults.throttle], 1))
        caller = client("lambda", total_max_attempts=4)
        for answer in pool.map(lambda _: caller.list_functions(), range(2)):
            assert answer["Functions"] == []
    assert sorted(call.status or 0 for call in proxy.calls) == [200] * 2 + [400] * 6
    assert len({call.request for call in proxy.calls}) == 2


def test_what_a_killed_sender_sent_last_has_arrived_when_it_is_settled(proxied: tuple[Proxy, Client]) -> None:
    proxy, client = proxied
    reached, passed = threading.Event(), threading.Event()

    def hold(call: Call, forward: faults.Forward) -> Any:
        reached.set()
        passed.wait(LIMIT)
        return forward()

    proxy.play(lambda call: hold)
    address = urlsplit(client("kms").meta.endpoint_url)
    with socket.create_connection((address.hostname, address.port)) as sender:
        sender.sendall(f"{CREATE_KEY}\r\n{{}}".encode())
        assert reached.wait(LIMIT)
    with ThreadPoolExecutor(1) as pool:
        settled = pool.submit(proxy.settle)
        with pytest.raises(TimeoutError):
            settled.result(0.2)
        passed.set()
        settled.result(LIMIT)
    assert [call.status for call in proxy.calls] == [200]


def test_limits_of_api_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(plans, "time", SimpleNamespace(monotonic=lambda: now))
    limits = ApiGatewayLimits(haste=5)

    def taken(operation: str, service: str = "apigateway") -> bool:
        return limits(Call(1, service, operation, "POST", 0)) is None

    assert [taken("PutRestApi"), taken("PutRestApi"), taken("CreateDeployment")] == [True, False, True]
    assert sum(taken("GetRestApis") for _ in range(60)) == 38  # 40 at once
    assert taken("CreateKey", "kms")
    now += 0.21
    assert [taken("PutRestApi"), taken("GetRestApis"), taken("CreateDeployment")] == [True, True, False]
