"""Runs a plan over the dependency graph: whatever is ready runs, each write is read back."""

from __future__ import annotations

import contextlib
import contextvars
import queue
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from deployer.errors import Interrupted, NotConverged, SkiffError, TimedOut, Unforeseen
from deployer.plan import WORKERS, Change, Plan, differ, waits_for
from deployer.waiting import telling

if TYPE_CHECKING:
    from deployer.aws import Aws

READ_BACK = 30  # seconds that AWS may take to show what it accepted

End = Literal["done", "failed", "skipped", "interrupted"]


@dataclass
class Outcome:
    """How one change ended; ``seconds`` of wall time."""

    change: Change
    end: End
    seconds: float = 0
    error: SkiffError | None = None


class Watcher(Protocol):
    """Is told of progress, from the thread that called :func:`run`, except for ``waits``."""

    def starts(self, change: Change) -> None: ...

    def waits(self, change: Change, says: str) -> None: ...

    def ends(self, outcome: Outcome) -> None: ...


def run(aws: Aws, plan: Plan, watcher: Watcher) -> list[Outcome]:
    """Do what the plan says. A failure skips what depends on it, and only that.

    On Ctrl-C nothing more is begun, what is under way is finished, and the outcomes say what was not done.

    Returns:
        One outcome for each change, in the order in which they ended.
    """
    before = _graph(plan)
    outcomes: dict[str, Outcome] = {}
    ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    running: set[str] = set()

    def work(change: Change) -> None:
        started = time.monotonic()
        with telling(lambda says: watcher.waits(change, says)):
            outcome = _do(aws, plan, change)
        outcome.seconds = time.monotonic() - started
        ended.put(outcome)

    def end(outcome: Outcome) -> None:
        key = _key(outcome.change)
        running.discard(key)
        outcomes[key] = outcome
        watcher.ends(outcome)

    waiting = {_key(change): change for change in plan.changes}
    with _ctrl_c_sets(aws.stopping), ThreadPoolExecutor(WORKERS, "apply") as pool:
        while waiting or running:
            for key, change in list(waiting.items()):
                if aws.stopping.is_set():
                    end(Outcome(waiting.pop(key), "interrupted"))
                elif any(other in outcomes and outcomes[other].end != "done" for other in before[key]):
                    end(Outcome(waiting.pop(key), "skipped"))
                elif before[key] <= outcomes.keys():
                    running.add(key)
                    watcher.starts(waiting.pop(key))
                    pool.submit(contextvars.copy_context().run, work, change)
            if running:
                end(ended.get())
    return list(outcomes.values())


@contextlib.contextmanager
def _ctrl_c_sets(stopping: threading.Event) -> Iterator[None]:
    """While this runs the first Ctrl-C is a request, which loses nothing; the second is a KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():  # only that one gets signals
        yield
        return

    def stop(number: int, frame: object) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _key(change: Change) -> str:
    return f"{change.id} {change.name}"


def _graph(plan: Plan) -> dict[str, set[str]]:
    """Change to the changes that must be done before it."""
    made = {change.id: change for change in plan.changes if change.resource}
    graph: dict[str, set[str]] = {}
    for change in plan.changes:
        if change.resource:
            needed: Iterator[Change] = (made[id] for id in waits_for(change.resource) if id in made)
        else:  # what is no longer wanted goes when nothing can use it any more
            needed = (
                other
                for other in plan.changes
                if other.app == change.app and (other.resource or other.kind.kind in change.kind.deleted_after)
            )
        graph[_key(change)] = {_key(other) for other in needed}
    return graph


def _do(aws: Aws, plan: Plan, change: Change) -> Outcome:
    try:
        if change.resource is None or change.action == "replace":
            change.kind.delete(aws, change.name)
            aws.until(lambda: change.kind.observe(aws, change.name) is None, "waiting until it is gone")
        if change.resource is not None:
            _write(aws, plan, change)
    except Interrupted as error:
        return Outcome(change, "interrupted", error=error)
    except SkiffError as error:
        return Outcome(change, "failed", error=error)
    except Exception as error:  # ours, or AWS answered what nobody foresaw: the others must still be finished
        return Outcome(change, "failed", error=Unforeseen(error))
    return Outcome(change, "done")


def _write(aws: Aws, plan: Plan, change: Change) -> None:
    resource = change.resource
    assert resource is not None
    want = plan.want(resource)
    if change.action == "update":
        have = plan.have[resource.id]
        assert have is not None
        if differ(have, want):
            tags = {**have.get("Tags", {}), **want.get("Tags", {})}
            change.kind.update(aws, change.name, have, {**want, "Tags": tags} if change.kind.tagged else want)
    else:
        change.kind.create(aws, change.name, want)
    left: list[str] = []

    def converged() -> bool:
        have = change.kind.observe(aws, change.name)
        left[:] = ["existence"] if have is None else list(differ(have, want))
        if not left:
            plan.have[resource.id] = have
        return not left

    try:
        aws.until(converged, "waiting until the change can be read back", seconds=READ_BACK)
    except TimedOut:
        text = f"the change was accepted, but reads back otherwise: {', '.join(left)}"
        raise NotConverged(text, "someone else may be changing it; run the same command again") from None
