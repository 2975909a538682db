"""What functions log: read in any order and again and again, each line once, with the request that wrote it."""

from __future__ import annotations

import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from deployer.errors import AwsError, Unreachable, UsageError
from deployer.plan import ours
from deployer.waiting import waiting

if TYPE_CHECKING:
    from deployer.aws import Aws
    from deployer.config import Config
    from deployer.resources.log_group import LogGroup
    from deployer.stack import Stack

# Lambda delivers lines late and out of order: what is younger than this, counted from the newest line, is asked for
# again. In milliseconds.
_LATE = 120_000
_REQUESTS = 100  # of a log stream that are remembered, for lines that come late
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_START = re.compile(f"START RequestId: ({_ID})")
# The ways in which Lambda and its Python runtime name the request in a line:
# https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
_NAMED = re.compile(rf"(?:(?:START |END |REPORT )?RequestId: |\[\w+\]\t\S+\t|\S+Z )({_ID})\b")


@dataclass(frozen=True)
class Line:
    """One log event: ``time`` in milliseconds since 1970; ``request_id`` is empty outside of requests."""

    time: int
    function: str
    request_id: str
    message: str

    def document(self) -> dict[str, str]:
        return {
            "time": f"{utc(self.time):%Y-%m-%dT%H:%M:%S}.{self.time % 1000:03}Z",
            "function": self.function,
            "request_id": self.request_id,
            "message": self.message,
        }


def utc(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def seconds(text: str) -> int:
    """A length of time such as ``10m``.

    Raises:
        UsageError: it is none.
    """
    found = re.fullmatch(r"(\d{1,6})([smhd])", text, re.ASCII)
    if not found:
        raise UsageError(f"--since '{text}' is no length of time", "such as 30s, 10m, 2h or 1d")
    return int(found[1]) * _UNITS[found[2]]


def select(config: Config, names: tuple[str, ...]) -> list[str]:
    """The functions, as ``app.function``, that some names of apps and functions mean; without names all.

    Raises:
        UsageError: there is no such app or function.
    """
    single = [name for name in names if "." in name]
    for name in single:
        config.function(name)
    apps = () if names and len(single) == len(names) else config.select(tuple(set(names) - set(single)))
    every = [(app, f"{app}.{name}") for app in config.apps for name in config.apps[app].functions]
    return [path for app, path in every if app in apps or path in single]


def groups(config: Config, stack: Stack, functions: list[str]) -> list[LogGroup]:
    """The log groups of some functions; whatever else is wrong with these, their logs can be read."""
    from deployer.resources.log_group import LogGroup

    apps = config.declared(stack, tuple(config.apps))
    found = [LogGroup(app, name, spec) for app in apps for name, spec in app.section("functions").items()]
    return [group for group in found if f"{group.app.name}.{group.name}" in functions]


class Log:
    """One function's log."""

    def __init__(self, group: LogGroup, since: int) -> None:
        """
        Args:
            since: milliseconds since 1970; earlier lines are left out.
        """
        self.function = f"{group.app.name}.{group.name}"
        self._group, self._from = group, since
        self._seen: dict[tuple[str, str], int] = {}
        self._requests: defaultdict[str, deque[tuple[int, str]]] = defaultdict(partial(deque, maxlen=_REQUESTS))
        self.there = False

    def look(self, aws: Aws) -> None:
        """See whether it is there, and ours."""
        have = self._group.observe(aws, self._group.physical)
        self.there = have is not None and ours(self._group, have)

    def read(self, aws: Aws) -> list[Line]:
        """The lines that were not read before; nothing while it is not there."""
        if not self.there:
            self.look(aws)
        if not self.there:
            return []
        group = self._group.physical
        try:
            events = aws.pages("logs", "filter_log_events", "events", logGroupName=group, startTime=self._from)
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
            self.there = False
            return []
        return list(self._new(events))

    def _new(self, events: list[Any]) -> Iterator[Line]:
        for event in sorted(events, key=lambda event: event["timestamp"]):
            key = (event["logStreamName"], event["eventId"])  # ids alone begin anew when an emulator does
            if key not in self._seen:
                self._seen[key] = event["timestamp"]
                yield Line(event["timestamp"], self.function, self._request(event), event["message"])
        if self._seen:
            newest = min(max(self._seen.values()), now())  # a line from the future must not hide those before it
            self._from = max(self._from, newest - _LATE)
            self._seen = {key: at for key, at in self._seen.items() if at >= self._from}

    def _request(self, event: Any) -> str:
        """The id that a line names, or that of the request that was open in its stream."""
        requests, at = self._requests[event["logStreamName"]], event["timestamp"]
        if started := _START.match(event["message"]):
            requests.append((at, started[1]))
        if named := _NAMED.match(event["message"]):
            return named[1]
        return next((id for since, id in reversed(requests) if since <= at), "")


def now() -> int:
    return int(time.time() * 1000)


def read(aws: Aws, logs: list[Log]) -> list[Line]:
    """What is new in some logs, by time."""
    view = aws.snapshot()  # which asks once for what all want to know
    lines = [line for found in aws.together(*(partial(log.read, view) for log in logs)) for line in found]
    return sorted(lines, key=lambda line: line.time)


def follow(aws: Aws, logs: list[Log], pause: float, show: Callable[[list[Line]], bool]) -> None:
    """Show what is new until ``show`` says that nobody reads any more.

    Logs may come and go, and so may the emulator or the network. ``pause``: seconds between two looks.

    Raises:
        AwsError: AWS refuses, and will go on doing so.
    """
    lines = read(aws, logs)
    while show(lines):
        time.sleep(pause)
        try:
            lines = read(aws, logs)
        except Unreachable as error:
            if error.code:  # credentials that are not accepted (any more)
                raise
            waiting.get()("nothing answers: waiting until it does")
            lines = []
