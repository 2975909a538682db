"""What LocalStack 4.13.1 gets wrong under concurrent invocations, made to happen every time.

In a process of its own: importing LocalStack into the test session would bring its warnings and its moto.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localdev.settings import localstack_environment
from tests.localdev.functions.gate import Gate

PREPARED = """
from localdev.functions import environments
from localstack.services.lambda_.invocation.assignment import AssignmentService
from localstack.services.lambda_.invocation.execution_environment import InvalidStatusException
from localstack.services.lambda_.invocation.lambda_models import InitializationType

environments.apply()
service = AssignmentService()
known = service.environments["manager"]

class Environment:
    initialization_type = InitializationType.on_demand
    def __init__(self, id):
        self.id, self.reserved = id, False
    def reserve(self):
        if self.reserved:
            raise InvalidStatusException("reserved by another invocation")
        self.reserved = True
    def release(self):
        self.reserved = False

def lent():
    return service.get_environment("manager", None, InitializationType.on_demand)
"""

OTHERS_START_MEANWHILE = """
class Growing(Environment):
    @property
    def initialization_type(self):
        known[f"another-{len(known)}"] = Environment("another")
        return InitializationType.on_demand

known["a"], known["b"] = Growing("a"), Growing("b")
known["a"].reserve()
with lent() as environment:
    assert environment.id == "b"
"""

OTHERS_SEE_THE_NEW_ONE = """
class New(Environment):
    def __init__(self, version, kind, on_timeout, manager):
        super().__init__(f"new-{len(known)}")
    def start(self):
        if len(known) == 1:  # another invocation comes meanwhile
            with lent() as other:
                assert other is not self

environments.ExecutionEnvironment = New
with lent() as environment:
    assert environment.reserved
assert list(known) == ["new-0", "new-1"]
assert known["new-0"] is environment and not environment.reserved
"""

IDLE_ONES_END = """
import threading, time
from types import SimpleNamespace
from localstack import config
from localstack.services.lambda_.invocation import execution_environment
from localdev.functions import environments

ended = []
class Executor:
    def __init__(self, id, version): self.id = id
    def start(self, variables): pass
    def stop(self): ended.append(self.id)

execution_environment.get_runtime_executor = lambda: Executor
execution_environment.ExecutionEnvironment.get_environment_variables = lambda self: {}
version = SimpleNamespace(qualified_arn="arn", config=SimpleNamespace(CapacityProviderConfig=None))

def lent(keep_alive):
    config.LAMBDA_KEEPALIVE_MS = keep_alive
    return service.get_environment("manager", version, InitializationType.on_demand)

with lent(60_000) as first:
    pass
with lent(60_000) as warm:
    assert warm is first
with lent(10) as warm:
    assert warm is first
deadline = time.monotonic() + 60
while known and time.monotonic() < deadline:
    time.sleep(0.01)
assert ended == [first.id] and not known
with lent(60_000) as fresh:
    assert fresh is not first
fresh.keepalive_timer.cancel()
"""


STOPPED_MEANWHILE = """
from contextlib import contextmanager
from types import SimpleNamespace
from localstack.services.lambda_.invocation import version_manager
from localstack.services.lambda_.invocation.lambda_models import InvocationResult

class New(Environment):
    ended = False
    def __init__(self, version, kind, on_timeout, manager):
        super().__init__("new")
        self.version_manager_id = manager
    def start(self):
        started.append(self)
    def invoke(self, invocation):
        return InvocationResult("id", b"null", is_error=False, logs="")
    def stop(self):
        self.ended = True

class Counting:
    @contextmanager
    def get_invocation_lease(self, function, version):
        if stops:
            manager.stop()  # after it was looked whether it is
        yield InitializationType.on_demand

started = []
environments.ExecutionEnvironment = New
version_manager.get_runtime_executor = lambda: SimpleNamespace(cleanup_version=lambda version: None)
version = SimpleNamespace(
    config=SimpleNamespace(role="arn:aws:iam::000000000000:role/function"),
    id=SimpleNamespace(region="us-east-1", function_name="f", account="000000000000", qualifier="$LATEST"),
)
version_manager.LambdaVersionManager.store_logs = lambda self, **_: None
version_manager.record_cw_metric_invocation = lambda **_: None
for stops in (False, True):
    manager = version_manager.LambdaVersionManager("arn", version, None, Counting(), service)
    assert manager.invoke(invocation=SimpleNamespace(request_id="id", user_agent="")).payload == b"null"
assert [each.ended for each in started] == [False, True]
assert not service.environments[manager.id]
"""


@pytest.mark.emulator
@pytest.mark.feature("Lambda", "no process is left behind")
def test_what_starts_after_its_version_was_stopped_ends(within_localstack: Callable[[str], None]) -> None:
    """Nobody would stop its environment any more."""
    within_localstack(PREPARED + STOPPED_MEANWHILE)


@pytest.mark.emulator
@pytest.mark.feature("Lambda", "idle environments end after ten minutes")
def test_idle_environments_end(within_localstack: Callable[[str], None]) -> None:
    """lambda-runtime-environment, "Lambda execution environment lifecycle": they are kept for some time."""
    assert "LAMBDA_KEEPALIVE_MS" not in localstack_environment(Path("/root"), 1)  # LocalStack's own: ten minutes
    within_localstack(PREPARED + IDLE_ONES_END)


@pytest.mark.emulator
@pytest.mark.feature("Lambda", "concurrent invocations, warm environments used again")
@pytest.mark.parametrize("race", [OTHERS_START_MEANWHILE, OTHERS_SEE_THE_NEW_ONE])
def test_an_environment_is_lent_once_whatever_others_do(race: str, within_localstack: Callable[[str], None]) -> None:
    within_localstack(PREPARED + race)


@pytest.mark.emulator
@pytest.mark.feature("Lambda", "no process is left behind")
@pytest.mark.parametrize("stop", ["delete_function", "update_function_configuration"])
def test_what_starts_when_its_function_goes_ends(
    stop: str, deploy: Callable[..., Any], gate: Gate, processes: Callable[[str], list[int]], until: Callable[..., Any]
) -> None:
    """However long its init takes, which its environment must not outlive."""
    function = deploy(gate.knock + "knock('init')\ndef handler(event, context): return knock('runs')")
    mark = f"AWS_LAMBDA_FUNCTION_NAME={function.name}\0"
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(function.invoke)
        assert gate.next() == "init"
        assert processes(mark)
        getattr(function.client, stop)(FunctionName=function.name)
        with pytest.raises(ClientError, match="updated or deleted while its environment started"):
            answer.result()
    until(lambda: not processes(mark))
