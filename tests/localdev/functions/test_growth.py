"""An emulator that has run many functions many times is as large as before."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localdev.emulator import Emulator

pytestmark = pytest.mark.emulator
EMPTY = "def handler(event, context): pass"
ROUNDS = 4
SETTLED = 15  # seconds until what ends by itself has


@pytest.fixture
def held(emulator: Emulator) -> Callable[[], tuple[int, int, int]]:
    """Its open files, its threads, and the processes that it has started."""

    def held() -> tuple[int, int, int]:
        process = Path(f"/proc/{emulator.status().pid}")
        threads = list((process / "task").iterdir())
        children = [child for thread in threads for child in _children(thread)]
        return len(list((process / "fd").iterdir())), len(threads), len(children)

    return held


def _children(thread: Path) -> list[str]:
    with contextlib.suppress(OSError):  # it has ended since it was listed
        return (thread / "children").read_text().split()
    return []


def not_grown(now: tuple[int, int, int], before: tuple[int, int, int]) -> bool:
    """What others have left may end meanwhile, so there may be less. The server starts a thread if all are busy."""
    return all(have <= had + room for have, had, room in zip(now, before, (0, 3, 0), strict=True))


@pytest.fixture
def leaves_nothing(held: Callable[[], tuple[int, int, int]]) -> Callable[[Callable[[], None]], None]:
    """Fails if there is more each time that some work was done. What others have begun may add something once."""

    def leaves_nothing(work: Callable[[], None]) -> None:
        grown = []
        for _ in range(ROUNDS):
            before = held()
            work()
            deadline = time.monotonic() + SETTLED
            while not not_grown(now := held(), before) and time.monotonic() < deadline:
                time.sleep(0.05)
            if not_grown(now, before):
                return
            grown.append((before, now))
        raise AssertionError(f"open files, threads and processes, before and after: {grown}")

    return leaves_nothing


def test_many_invocations_leave_nothing(
    deploy: Callable[..., Any], client: Callable[[str], Any], leaves_nothing: Callable[[Callable[[], None]], None]
) -> None:
    function = deploy(EMPTY)
    for _ in range(20):
        function.invoke()
    client("cloudwatch").list_metrics(Namespace="AWS/Lambda")  # which starts it

    def invoke() -> None:
        for _ in range(200):
            function.invoke()

    leaves_nothing(invoke)


def test_versions_that_nobody_calls_have_no_threads(
    deploy: Callable[..., Any], leaves_nothing: Callable[[Callable[[], None]], None]
) -> None:
    def publish() -> None:
        for _ in range(10):
            deploy(EMPTY, Publish=True)

    publish()  # as many as there are workers that make them
    leaves_nothing(publish)


def test_environments_that_end_leave_nothing(
    deploy: Callable[..., Any], leaves_nothing: Callable[[Callable[[], None]], None]
) -> None:
    """What they mounted least of all: their /tmp is in memory. Who holds it shows once a process has joined."""

    def used() -> None:
        for event in ("crash", None):
            function.invoke(event)

    source, numbers = "import os\ndef handler(event, context): event and os._exit(1)", itertools.count()
    function = deploy(source)

    def update() -> None:
        for number in itertools.islice(numbers, 3):
            function.update(f"{source}  # {number}")
            used()

    used()
    leaves_nothing(update)


THREADS_THAT_ENDED = """
import gc, weakref
from localdev import threads
from localstack.utils.threads import TMP_THREADS, start_thread

class Held:
    pass

threads.apply()
known, held = list(TMP_THREADS), []
def start():
    what = Held()
    held.append(weakref.ref(what))
    start_thread(lambda _: what, name="short").join()
for _ in range(50):
    start()
gc.collect()
assert len(TMP_THREADS) <= len(known) + 1, TMP_THREADS
assert sum(each() is not None for each in held) <= 1
"""


def test_threads_that_have_ended_are_forgotten(within_localstack: Callable[[str], None]) -> None:
    within_localstack(THREADS_THAT_ENDED)


CLIENTS_OF_ACCOUNTS = """
import gc
from botocore.client import BaseClient
from localdev import clients
from localstack.aws.connect import ExternalClientFactory

clients.apply()
factory = ExternalClientFactory()
def client(account):
    return factory.get_client("sts", "us-east-1", f"{account:012}", endpoint_url="http://127.0.0.1:1")
last = [client(account) for account in range(80)][-1]
gc.collect()
assert client(79) is last
assert sum(isinstance(each, BaseClient) for each in gc.get_objects()) <= clients.KEPT
"""


def test_clients_of_accounts_used_long_ago_are_forgotten(within_localstack: Callable[[str], None]) -> None:
    within_localstack(CLIENTS_OF_ACCOUNTS)
