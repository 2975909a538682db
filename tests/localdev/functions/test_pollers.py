"""Queues of asynchronous invocations, asked of LocalStack's own classes in a process of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PREPARED = """
import threading
from datetime import datetime
from types import SimpleNamespace
from localdev.functions import pollers
from localstack.services.lambda_.invocation.event_manager import LambdaEventManager, Poller
from localstack.services.lambda_.invocation.lambda_models import Invocation, InvocationType
from localstack.utils.xray.trace_header import TraceHeader

pollers.apply()
handled = []
arrived = threading.Condition()

def handle(self, message):
    with arrived:
        handled.append(self.version_manager.name)
        arrived.notify()

Poller.handle_message = handle

class Version:
    function_arn = "arn:aws:lambda:us-east-1:000000000000:function:name:$LATEST"
    def __init__(self, name, function):
        id = SimpleNamespace(function_name="name", qualifier="$LATEST", qualified_arn=lambda: self.function_arn)
        self.function_version = SimpleNamespace(
            id=id, config=SimpleNamespace(timeout=3), qualified_arn=self.function_arn
        )
        self.function, self.name = SimpleNamespace(instance_id=function), name

def invocation():
    trace = {"aws_trace_header": TraceHeader().ensure_root_exists()}
    return Invocation(b"{}", "arn", None, InvocationType.Event, datetime.now(), "id", trace)

def polling():
    return sum(thread.name.startswith("lambda-poller") for thread in threading.enumerate())

first = LambdaEventManager(Version("first", "one"))
first.start()
assert polling() == 0 and first.event_queue_url is None
"""

FIRST_INVOCATION = """
first.enqueue_event(invocation())
with arrived:
    assert arrived.wait_for(lambda: handled == ["first"], 60)
first.enqueue_event(invocation())
with arrived:
    assert arrived.wait_for(lambda: handled == ["first", "first"], 60)
assert polling() == 1
first.stop()
again = LambdaEventManager(Version("again", "one"))
again.start()
assert again.poller is None
"""

UPDATED = """
first.enqueue_event(invocation())
first.stop_for_update()
second = LambdaEventManager(Version("second", "one"))
second.start()
assert first.poller is None and second.poller is not None  # a retry may wait
other = LambdaEventManager(Version("other", "of the same name"))
other.start()
assert other.poller is None
"""

INVOKED_WHILE_UPDATED = """
second = LambdaEventManager(Version("second", "one"))
second.start()
first.enqueue_event(invocation())
first.stop_for_update()
assert second.poller is not None
"""


@pytest.mark.emulator
@pytest.mark.parametrize("what", [FIRST_INVOCATION, UPDATED, INVOKED_WHILE_UPDATED])
def test_a_queue_is_looked_into_from_the_first_invocation_on(
    what: str, within_localstack: Callable[[str], None]
) -> None:
    within_localstack(PREPARED + what)
