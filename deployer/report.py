"""What people and programs are shown. Values of secret properties never get here unmasked."""

from __future__ import annotations

import bisect
import itertools
import json
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

from deployer.apply import Outcome
from deployer.output import put
from deployer.plan import Change, Plan
from deployer.refs import UNKNOWN, Join, Ref

FRAME = 0.1  # seconds
NOTICED = (1, 5, 15, 30, 60, 120, 300, 600, math.inf)  # seconds after which a wait is told of, again and again

_SIGNS = {"create": "+", "update": "~", "replace": "±", "delete": "-"}
_DOING = {"create": "creating", "update": "updating", "replace": "replacing", "delete": "deleting"}
_DONE = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted"}


def plan_lines(changes: Iterable[Change]) -> list[str]:
    """A plan for people: one line a change and, for those of existing things, one a property."""
    lines = []
    for change in changes:
        lines.append(f"  {_SIGNS[change.action]} {change.id:<28} {change.action:<8} {change.name}")
        if change.action in ("update", "replace"):
            for key, (before, after) in _masked(change).items():
                lines += [
                    f"      {path}: {shown(have)} -> {shown(want)}" for path, have, want in _parts(key, before, after)
                ]
    return lines


def kept_lines(plan: Plan) -> list[str]:
    """What stays although it is not declared."""
    return [f"  = {id:<28} {'kept':<8} {name}" for id, name in plan.kept.items()]


def loss_lines(losses: dict[str, str]) -> list[str]:
    """What would be lost with what is deleted."""
    return [f"  ! {id:<28} holds {held}" for id, held in losses.items()]


def _parts(path: str, have: Any, want: Any) -> Iterator[tuple[str, Any, Any]]:
    """What differs within a property: the path to each part, what it is and what it shall be."""
    if isinstance(have, dict) and isinstance(want, dict):
        for key in {**have, **want}:
            if have.get(key) != want.get(key):
                yield from _parts(f"{path} > {key}", have.get(key), want.get(key))
    elif _of_mappings(have) and _of_mappings(want):
        for index, (one, other) in enumerate(itertools.zip_longest(have, want)):
            if one != other:
                yield from _parts(f"{path} > {index}", one, other)
    else:
        yield path, have, want


def _of_mappings(value: Any) -> bool:
    """Whether it is a list that is too long for a line, and whose items have names for their parts."""
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def change_json(change: Change) -> dict[str, Any]:
    properties = {key: {"have": plain(have), "want": plain(want)} for key, (have, want) in _masked(change).items()}
    return {"id": change.id, "action": change.action, "name": change.name, "properties": properties}


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    result = {**change_json(outcome.change), "result": outcome.end, "seconds": round(outcome.seconds, 3)}
    if outcome.error:
        result["error"] = str(outcome.error)
    return result


def _masked(change: Change) -> dict[str, tuple[Any, Any]]:
    return {
        key: (_mask(have, have), _mask(want, have)) if key in change.kind.secret else (have, want)
        for key, (have, want) in change.differences.items()
    }


def _mask(value: Any, other: Any) -> Any:
    """Names stay, values go; ``changed`` marks those that differ from the other's."""
    if not isinstance(value, dict):
        return value and "(hidden)"
    theirs = other if isinstance(other, dict) else {}
    return {key: "(hidden)" if theirs.get(key) == item else "(hidden, changed)" for key, item in value.items()}


def plain(value: Any) -> Any:
    """``value`` as JSON has it."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is UNKNOWN or isinstance(value, Ref | Join):
        return str(UNKNOWN)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def shown(value: Any) -> str:
    """``value`` on one line, as short as a line should be."""
    text = value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
    text = "(none)" if value is None else str(plain(value)) if value is UNKNOWN else text
    return text if len(text) <= 100 else text[:97] + "..."


def _said(outcome: Outcome) -> str:
    if outcome.end == "done":
        return f"{_done(outcome):<11} {outcome.seconds:5.1f} s"
    return "not begun" if outcome.end == "skipped" else outcome.end


def _done(outcome: Outcome) -> str:
    return "found" if outcome.found else _DONE[outcome.change.action]


class Quiet:
    """Says nothing: for JSON."""

    def starts(self, change: Change) -> None: ...

    def waits(self, change: Change, says: str) -> None: ...

    def ends(self, outcome: Outcome) -> None: ...

    def close(self) -> None: ...


class Plain(Quiet):
    """One line for each change that ended, and some for each wait that is long enough to wonder about."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out
        self._waits: dict[tuple[str, str], tuple[float, int]] = {}

    def waits(self, change: Change, says: str) -> None:
        since, told = self._waits.setdefault((change.id, says), (time.monotonic(), 0))
        seconds = time.monotonic() - since
        if seconds >= NOTICED[told]:
            self._waits[change.id, says] = since, bisect.bisect(NOTICED, seconds)
            put(f"  … {change.id:<28} {says}, {seconds:.0f} s", out=self._out)

    def ends(self, outcome: Outcome) -> None:
        change = outcome.change
        put(f"  {_SIGNS[change.action]} {change.id:<28} {_said(outcome)}", out=self._out)


class Live(Quiet):
    """A live table in a terminal: what is being done, and for how long."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live as RichLive

        self._started: dict[str, tuple[Change, float]] = {}
        self._waits: dict[str, str] = {}
        self._console = Console(highlight=False)
        self._live = RichLive(get_renderable=self._table, console=self._console, auto_refresh=False, transient=True)
        self._live.start()
        # Not rich's own thread: while that draws, a line is printed where the table was a moment ago, and lost.
        self._drawing, self._closed = threading.Lock(), threading.Event()
        self._refreshing = threading.Thread(target=self._refresh, daemon=True)
        self._refreshing.start()

    def _refresh(self) -> None:
        while not self._closed.wait(FRAME):
            with self._drawing:
                self._live.refresh()

    def _table(self) -> Any:
        from rich.spinner import Spinner
        from rich.table import Column, Table

        table = Table.grid(padding=(0, 1))
        table.columns.extend(Column(no_wrap=True, min_width=width) for width in (1, 1, 28, 12))
        for change, since in list(self._started.values()):
            doing = self._waits.get(change.id, _DOING[change.action])
            table.add_row(" ", Spinner("dots"), change.id, f"{time.monotonic() - since:5.1f} s  {doing}")
        return table

    def starts(self, change: Change) -> None:
        self._started[change.id] = (change, time.monotonic())

    def waits(self, change: Change, says: str) -> None:
        self._waits[change.id] = says

    def ends(self, outcome: Outcome) -> None:
        from rich.text import Text

        change = outcome.change
        self._started.pop(change.id, None)
        colour = {"done": "green", "failed": "red"}.get(outcome.end, "yellow")
        line = Text(f"  {_SIGNS[change.action]} {change.id:<28} ").append(_said(outcome), style=colour)
        with self._drawing:
            self._console.print(line)

    def close(self) -> None:
        self._closed.set()
        self._refreshing.join()
        self._live.stop()


def outputs_lines(outputs: dict[str, dict[str, str]]) -> list[str]:
    """URLs, and names of what has none, for people; programs get ARNs and ids as well."""
    rows = [
        (f"{app}.{key}", value)
        for app, values in outputs.items()
        for key, value in values.items()
        if key.endswith((".url", ".local_url"))
        or (key.endswith(".name") and f"{key.removesuffix('.name')}.url" not in values)
    ]
    width = max((len(name) for name, _ in rows), default=0)
    return [f"  {name:<{width}}  {value}" for name, value in rows]


def example_lines(plan: Plan, again: Callable[[str], str]) -> list[str]:
    """Lines to paste into a terminal; ``again`` says how to call a command of the deployer."""
    found = ((each, plan.have[id]) for id, each in plan.resources.items())
    lines = [f"  {line}" for each, have in found if have is not None for line in each.examples(have, again)]
    return ["", "try it:", *lines] if lines else []


def summary(changes: list[Change]) -> str:
    """How many of what there are to do: ``6 to create``."""
    return _counted([f"to {change.action}" for change in changes])


def achieved(outcomes: list[Outcome]) -> str:
    """How many of what are done: ``6 created``; what somebody else created meanwhile is ``found``."""
    return _counted([_done(outcome) for outcome in outcomes if outcome.end == "done"])


def _counted(words: list[str]) -> str:
    return ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words)) or "nothing to do"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
