"""Runs a plan over the dependency graph: whatever is ready runs, each write is read back."""

from __future__ import annotations

import contextlib
import contextvars
import graphlib
import queue
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from deployer.errors import AwsError, DataLoss, Foreign, Interrupted, NotConverged, SkiffError, TimedOut, Unforeseen
from deployer.plan import WORKERS, Change, Plan, differ, ours, waits_for
from deployer.resource import DUPLICATES, STACK_TAG, Properties, Resource
from deployer.waiting import telling

if TYPE_CHECKING:
    from deployer.aws import Aws

# Seconds that AWS may take to show what it accepted, until the same is asked for again.
PATIENCE = (1, 2, 3, 5, 8, 13)
LOOK_UP = 0.5  # seconds
OTHERS = "someone else may be changing it; run the same command again"

End = Literal["done", "failed", "skipped", "interrupted"]


@dataclass
class Outcome:
    """How one change ended.

    Attributes:
        seconds: of wall time.
        found: it was there when it was to be created: another run's, or our own, if an answer was lost.
    """

    change: Change
    end: End
    seconds: float = 0
    error: SkiffError | None = None
    found: bool = False


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
        order.done(key)
        watcher.ends(outcome)

    changes = {_key(change): change for change in plan.changes}
    order = graphlib.TopologicalSorter(before)
    order.prepare()
    with _ctrl_c_sets(aws.stopping), ThreadPoolExecutor(WORKERS, "apply") as pool:
        while order.is_active():
            for key in order.get_ready():
                if aws.stopping.is_set():
                    end(Outcome(changes[key], "interrupted"))
                elif any(outcomes[other].end != "done" for other in before[key]):
                    end(Outcome(changes[key], "skipped"))
                else:
                    running.add(key)
                    watcher.starts(changes[key])
                    pool.submit(contextvars.copy_context().run, work, changes[key])
            if running:
                end(_next(ended))
    return list(outcomes.values())


def _next(ended: queue.SimpleQueue[Outcome]) -> Outcome:
    """Looks up now and then: a Ctrl-C in the moment before this waits would only be heard when it ends."""
    while True:
        with contextlib.suppress(queue.Empty):
            return ended.get(timeout=LOOK_UP)


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
    made = {change.id: _key(change) for change in plan.changes if change.resource}
    making: dict[str, set[str]] = {}
    deleting: dict[tuple[str, str], set[str]] = {}
    for change in plan.changes:
        group = making.setdefault(change.app, set())
        if not change.resource:
            group = deleting.setdefault((change.app, change.kind.kind), set())
        group.add(_key(change))
    graph: dict[str, set[str]] = {}
    for change in plan.changes:
        if change.resource:
            graph[_key(change)] = {made[id] for id in waits_for(change.resource) if id in made}
        else:  # what is no longer wanted goes when nothing can use it any more
            users = (deleting.get((change.app, kind), set()) for kind in change.kind.deleted_after)
            graph[_key(change)] = making[change.app].union(*users)
    return graph


def _do(aws: Aws, plan: Plan, change: Change) -> Outcome:
    try:
        aws = aws.apart()
        if change.resource is None or change.action == "replace":
            _delete(aws, change, plan.careful)
        if change.resource is not None:
            _write(aws, plan, change, change.resource)
    except Interrupted as error:
        return Outcome(change, "interrupted", error=error)
    except SkiffError as error:
        return Outcome(change, "failed", error=error)
    except Exception as error:  # ours, or AWS answered what nobody foresaw: the others must still be finished
        return Outcome(change, "failed", error=Unforeseen(error))
    return Outcome(change, "done", found=change.action == "create" and bool(aws.met))


def _delete(aws: Aws, change: Change, careful: bool) -> None:
    """Delete, and make sure: again now and then, for another run may make it anew at the same time.

    Raises:
        DataLoss: ``careful``, and it holds something by now.
    """
    for seconds in PATIENCE:
        if careful and (held := change.kind.holds(aws, change.name)):
            hint = "it was empty a moment ago; run the same command again"
            raise DataLoss(f"it holds {held}, which would be lost", hint, {change.id: held})
        try:
            change.kind.delete(aws, change.name)
        except AwsError as error:
            if not error.overtaken or seconds == PATIENCE[-1]:
                raise
        with contextlib.suppress(TimedOut):
            aws.until(lambda: _is_gone(aws, change), "waiting until it is gone", seconds)
            return
    raise NotConverged("it was deleted, but is there all the same", OTHERS)


def _is_gone(aws: Aws, change: Change) -> bool:
    """Also if something else has taken the name meanwhile."""
    have = change.kind.observe(aws.snapshot(), change.name)  # which asks for nothing else of what is not there
    return have is None or (change.kind.tagged and have["Tags"].get(STACK_TAG) != aws.stack.mark)


def _write(aws: Aws, plan: Plan, change: Change, resource: Resource) -> None:
    """Create or update, and read back: again if it reads otherwise, for another run may be doing the same."""
    kind, name, want = change.kind, change.name, plan.want(resource)
    have = plan.have[resource.id] if change.action == "update" else None
    left: list[str] = []
    for seconds in PATIENCE:
        try:
            _step(aws, kind, name, have, want)
        except AwsError as error:
            if not error.overtaken or seconds == PATIENCE[-1]:
                raise
        have, left = _read_back(aws, kind, name, want, seconds)
        if have is not None and not ours(resource, have):
            raise Foreign(f"'{name}' was made by something else at the same time", "run 'plan' to see what is there")
        if have is not None and not left:
            plan.have[resource.id] = have
            return
        want = _look_again(aws, plan, resource)
    raise NotConverged(f"the change was accepted, but reads back otherwise: {', '.join(left)}", OTHERS)


def _look_again(aws: Aws, plan: Plan, resource: Resource) -> Properties:
    """What is wanted of ``resource`` now: what it refers to may have been made twice, and ours may be what went."""
    for id in waits_for(resource):
        have, other = plan.have[id], plan.resources[id]
        if have is not None and DUPLICATES in have:
            plan.have[id] = other.observe(aws, other.physical) or have
    return plan.want(resource)


def _step(aws: Aws, kind: type[Resource], name: str, have: Properties | None, want: Properties) -> None:
    """One attempt to make ``have`` into ``want``."""
    if have is None:
        kind.create(aws, name, want)
        return
    differences = differ(have, want)
    if differences.keys() & kind.fixed:
        kind.delete(aws, name)
        kind.create(aws, name, want)
    elif differences:
        kind.update(aws, name, have, want)


def _read_back(
    aws: Aws, kind: type[Resource], name: str, want: Properties, seconds: float
) -> tuple[Properties | None, list[str]]:
    """What there is after a write, and which properties still differ when the time is up."""
    have: Properties | None = None

    def active() -> bool:
        nonlocal have
        have = kind.observe(aws, name)
        return have is None or not kind.pending(have)

    def left() -> list[str]:
        return ["existence"] if have is None else list(differ(have, want))

    def settled() -> bool:
        return active() and (not left() or DUPLICATES in left())

    aws.until(active, f"waiting for the {kind.kind} to become active")
    if left() and DUPLICATES not in left():
        with contextlib.suppress(TimedOut):
            aws.until(settled, "waiting until the change can be read back", seconds)
    return have, left()
