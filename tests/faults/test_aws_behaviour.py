"""What AWS does and no emulator shows: 'up' and 'down' come to their end, and nobody has to help."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.behaviours import DOWN, UP, Row, packed
from tests.faults.world import World, write
from tests.plans import together
from tests.proxy import Answer, Call, Fault, Forward, delay, refuse, rewrite, untouched

HANDLER = "def handler(event, context):\n    return {'statusCode': 200}\n"
CONFIG: dict[str, Any] = {
    "project": "rows",
    "region": "us-east-1",
    "apps": {
        "demo": {
            "keys": {"master": {}},
            "buckets": {"public": {"public_read": True}, "secret": {"encryption": "master", "versioning": True}},
            "functions": {"hello": {"source": "code", "memory": 128, "grants": {"public": "write"}}},
            "api": {"routes": {"GET /hello": "hello"}},
            "site": {"pages": "sites/qr", "settings": {"api": "${api.url}"}},
        }
    },
}


@pytest.fixture
def demo(world: World) -> World:
    """A world with one thing of each kind to deploy."""
    write(world.config, CONFIG)
    code = world.folder / "code"
    code.mkdir()
    (code / "app.py").write_text(HANDLER)
    return world


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Rows that do not meddle with one another share a run; each has its own with --every-call."""
    for name, rows in (("up_rows", UP), ("down_rows", DOWN)):
        if name in metafunc.fixturenames:
            alone = metafunc.config.getoption("--every-call", default=False)
            groups = [[row] for row in rows] if alone else packed(rows)
            ids = [group[0].id + (f" and {len(group) - 1} more" if group[1:] else "") for group in groups]
            metafunc.parametrize(name, groups, ids=ids)


def test_up(demo: World, up_rows: list[Row]) -> None:
    up = demo.does("up", plan=together(*(row.plan(demo.told) for row in up_rows)))
    assert [row.says for row in up_rows if row.says not in up.stdout] == []
    assert demo.does("plan", "--check", "--json").json["changes"] == []
    assert len(demo.left()) == len(["key", "alias", "role", "log group", "function", "API"]) + 3  # buckets
    demo.goes_down()


def test_down(demo: World, down_rows: list[Row]) -> None:
    demo.does("up")
    down = demo.does("down", plan=together(*(row.plan(demo.told) for row in down_rows)))
    assert [row.says for row in down_rows if row.says not in down.stdout] == []
    assert demo.left() == []


class Settling:
    """A plan: after each change a function is Pending, or in an update, and takes no other until that is ``over``.

    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    """

    CHANGES = ("CreateFunction", "UpdateFunctionConfiguration", "UpdateFunctionCode")
    REFUSED = (*CHANGES, "AddPermission", "RemovePermission")

    def __init__(self, over: Callable[[float], bool]) -> None:
        """``over``: of the seconds since the change."""
        self.refused: list[str] = []
        self._state = {"State": "Active", "LastUpdateStatus": "Successful"}
        self._over = over
        self._changed: float | None = None
        self._lock = threading.Lock()

    def __call__(self, call: Call) -> Fault | None:
        if call.service != "lambda":
            return None
        with self._lock:
            busy = self._changed is not None and not self._over(time.monotonic() - self._changed)
            if busy and call.operation in self.REFUSED:
                self.refused.append(call.operation)
                says = "The operation cannot be performed at this time. The function is in the state: Pending"
                return refuse(409, "ResourceConflictException", says)
            if call.operation in self.CHANGES:
                self._changed = time.monotonic()
                new = call.operation == "CreateFunction"
                self._state = {"State": "Pending"} if new else {"State": "Active", "LastUpdateStatus": "InProgress"}
                return rewrite(self._shown)
        return rewrite(self._shown) if busy and call.operation.startswith("GetFunction") else None

    def _shown(self, body: bytes) -> bytes:
        content = json.loads(body)
        content.get("Configuration", content).update(self._state)
        return json.dumps(content).encode()


def test_a_function_takes_its_time(demo: World) -> None:
    says = "waiting for the function to become active"
    settling = Settling(lambda _: demo.told(says))
    up = demo.does("up", plan=settling)
    assert says in up.stdout
    assert settling.refused == []  # it is waited for, not tried

    demo.config.write_text(demo.config.read_text().replace("memory: 128", "memory: 256"))
    (demo.folder / "code" / "app.py").write_text(HANDLER + "# new\n")
    demo.does("up", plan=Settling(lambda seconds: seconds > 0.4))
    assert demo.does("plan", "--check", "--json").json["changes"] == []
    demo.goes_down()


def test_late_writers_fill_a_bucket_while_it_is_emptied(demo: World) -> None:
    """Versions and delete markers go as well, those of before and those of meanwhile."""
    demo.does("up")
    s3 = demo.client("s3")
    bucket = next(each["Name"] for each in s3.list_buckets()["Buckets"] if "-secret-" in each["Name"])
    for key in ("a", "a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.delete_object(Bucket=bucket, Key="a")
    late = iter(["c", "d"])

    def write_late(call: Call, forward: Forward) -> Answer | None:
        if key := next(late, None):
            s3.put_object(Bucket=bucket, Key=key, Body=b"x")
        return forward()

    demo.does("down", plan=lambda call: write_late if call.name == "s3.DeleteBucket" else untouched)
    assert next(late, None) is None
    assert demo.left() == []


BEFORE_UP = [
    ("logs.CreateLogGroup", "lambda.CreateFunction"),  # or Lambda makes it, without retention
    ("lambda.CreateFunction", "lambda.AddPermission"),
    ("s3.PutPublicAccessBlock", "s3.PutBucketPolicy"),
    ("apigateway.PutRestApi", "apigateway.CreateDeployment"),
]
BEFORE_DOWN = [
    ("lambda.DeleteFunction", "logs.DeleteLogGroup"),  # a late run would make it again
    ("lambda.DeleteFunction", "iam.DeleteRole"),
    ("iam.DeleteRolePolicy", "iam.DeleteRole"),
    ("s3.DeleteBucket", "kms.ScheduleKeyDeletion"),
    ("kms.DeleteAlias", "kms.ScheduleKeyDeletion"),
]


def test_the_order_that_aws_wants(demo: World) -> None:
    """Whatever must be first takes long here, so that only waiting for it can make the order."""
    for command, pairs, slowest in (("up", BEFORE_UP, "logs.CreateLogGroup"), ("down", BEFORE_DOWN, "s3.DeleteBucket")):
        slow = {**{first: delay(0.3) for first, _ in pairs}, slowest: delay(1.5)}  # others wait for the rest as well
        demo.does(command, plan=lambda call, slow=slow: slow.get(call.name))
        calls = {call.name: call for call in reversed(demo.calls)}  # the first of each name
        assert [pair for pair in pairs if calls[pair[0]].ended > calls[pair[1]].started] == []
    demo.does("up")  # nothing of the old is in the way: not the alias, and not the key that waits for its deletion
    demo.goes_down()
