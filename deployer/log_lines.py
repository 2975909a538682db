"""Log lines as people see them: when, which function, which request, what."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from deployer import logs
from deployer.errors import Interrupted
from deployer.logs import Line, Log, utc
from deployer.output import put

if TYPE_CHECKING:
    from deployer.aws import Aws
    from deployer.run import Run

_PAUSE, _LOCAL_PAUSE = 2.0, 0.2  # seconds between two looks; AWS lets everybody of an account look a few times a second
_ID = 8  # characters of a request's id that tell it from others
_COLOURS = (36, 33, 35, 32, 34, 96, 93, 95, 92, 94)  # of ANSI, for the functions in turn
_DIM = 2

# What says only that a request begins or ends, for the line of its end says both.
_QUIET = re.compile(r"(START|END) RequestId: |INIT_START ")
_REPORT = re.compile(r"REPORT RequestId: ")
# What Python's logging writes in Lambda; time and request have columns of their own.
_LOGGED = re.compile(r"(\[\w+\])\t[\d:.TZ-]+\t[0-9a-f-]{36}\t")
# All that a terminal could take for a command, from whoever can get a function to log it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass
class Columns:
    """Puts lines into columns; a day is said when it changes.

    Attributes:
        functions: all whose lines may come, as ``app.function``.
        colour: for a terminal that can.
    """

    functions: list[str]
    colour: bool
    day: date
    _width: int = field(init=False)

    def __post_init__(self) -> None:
        self._width = max(map(len, self.functions), default=0)

    def lines(self, found: list[Line]) -> Iterator[str]:
        for line in found:
            text = message(line.message)
            if text is None:
                continue
            at = utc(line.time)
            if at.date() != self.day:
                self.day = at.date()
                yield f"{self.day}"
            moment = f"{at:%H:%M:%S}.{line.time % 1000:03}Z"
            margin = " " * (len(moment) + 2 + self._width + 2 + _ID + 2)
            number = _COLOURS[self.functions.index(line.function) % len(_COLOURS)]
            head = (
                self._painted(moment, _DIM),
                self._painted(f"{line.function:<{self._width}}", number),
                self._painted(f"{line.request_id[:_ID]:<{_ID}}", _DIM),
            )
            first, *others = text.split("\n")
            yield f"{'  '.join(head)}  {first}".rstrip()
            yield from (f"{margin}{other}".rstrip() for other in others)

    def _painted(self, text: str, number: int) -> str:
        return f"\x1b[{number}m{text}\x1b[0m" if self.colour else text


def columns(functions: list[str]) -> Columns:
    """For standard output, as it is."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    colour = sys.stdout.isatty() and not plain
    return Columns(functions, colour, datetime.now(UTC).date())


def follow(run: Run, aws: Aws, found: list[Log]) -> int:
    """Print what is logged until Ctrl-C, or until nobody reads any more."""
    shown = columns([log.function for log in found])

    def show(lines: list[Line]) -> bool:
        for log in found:
            if not log.there:
                run.note(f"{log.function} is not deployed yet")
        if run.as_json:
            texts = [json.dumps(line.document(), ensure_ascii=False) for line in lines]
        else:
            texts = list(shown.lines(lines))
        return not texts or put(*texts)

    with contextlib.suppress(KeyboardInterrupt):
        logs.follow(aws, found, _LOCAL_PAUSE if aws.stack.endpoint_url else _PAUSE, show)
        return 0
    return Interrupted.exit_code


def message(text: str) -> str | None:
    """What is worth showing of a log event; None for nothing."""
    if _QUIET.match(text):
        return None
    if _REPORT.match(text):
        return f"── {_report(text)}"
    plain = _LOGGED.sub(r"\1 ", text.replace("\r\n", "\n").replace("\r", "\n"), count=1)
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), plain).rstrip("\n")


def _report(text: str) -> str:
    """``3.39 ms, 45 of 128 MB, init 97.00 ms`` of a REPORT line.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html
    """
    said = dict(part.split(": ", 1) for part in text.strip().split("\t") if ": " in part)
    memory = f"{said.get('Max Memory Used', '?').removesuffix(' MB')} of {said.get('Memory Size', '?')}"
    parts = [said.get("Duration", "?"), memory]
    parts += [f"init {said['Init Duration']}"] if "Init Duration" in said else []
    parts += [said.get("Error Type") or said["Status"]] if said.get("Status", "success") != "success" else []
    return ", ".join(parts)
