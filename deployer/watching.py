"""Keeps what is deployed like the files it is made of: what is saved goes up at once, and it alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from deployer import apply, deployment, files, plan, report
from deployer.endings import error_json
from deployer.errors import SkiffError, Unforeseen
from deployer.output import put
from deployer.resource import Resource, kinds
from deployer.run import Run
from deployer.waiting import telling

if TYPE_CHECKING:
    from deployer.apply import Outcome
    from deployer.aws import Aws
    from deployer.plan import Plan

REQUIREMENTS = "requirements.txt"


class Watch:
    """A deployment, as far as it is known, and what it is made of."""

    def __init__(self, run: Run, yes: bool) -> None:
        """
        Args:
            yes: what must go on AWS goes without a question.

        Raises:
            ConfigError: the configuration cannot be read.
        """
        self._run, self._yes = run, yes
        self._resources = _declared(run)
        self._seen = files.look(self._places())
        self._deployed: tuple[Aws, Plan] | None = None  # None when only all of it can be brought up
        self._first = True

    def forever(self) -> NoReturn:
        """Bring everything up, and then what is saved, until Ctrl-C, which raises KeyboardInterrupt."""
        self._try(self._everything)
        while True:
            now = files.wait(self._seen)
            saved = files.changed(self._seen, now)
            self._seen = now
            self._try(partial(self._saved, saved))

    def _places(self) -> set[Path]:
        return {self._run.file, *(place for each in self._resources for place in each.sources())}

    def _try(self, work: Callable[[], None]) -> None:
        """Whatever goes wrong, the next save may mend it."""
        try:
            work()
        except click.Abort:  # Ctrl-C at a question
            raise KeyboardInterrupt from None
        except SkiffError as error:
            self._failed(error)
        except OSError as error:  # a file that was there a moment ago
            self._failed(SkiffError(f"'{error.filename}': {error.strerror}") if error.filename else Unforeseen(error))
        except Exception as error:
            self._failed(Unforeseen(error))

    def _everything(self) -> None:
        """As 'up' does."""
        old, started = self._run, time.monotonic()
        self._run = run = Run(old.file, old.stage, old.target, old.given_endpoint, old.as_json, old.names)
        self._deployed = None
        self._resources = _declared(run)
        fresh = files.look(self._places())
        self._seen = fresh | {place: self._seen[place] for place in fresh.keys() & self._seen.keys()}
        with telling(run.note):
            run.start()
            aws, made, outcomes = deployment.brought_up(run, self._yes, allow_data_loss=False)
        self._check_stopped(aws)
        seconds, outputs = time.monotonic() - started, made.outputs()
        changes = [report.outcome_json(outcome) for outcome in outcomes]
        self._document("up", changes=changes, outputs=outputs, calls=_calls(aws), seconds=round(seconds, 3))
        done = sum(outcome.end == "done" for outcome in outcomes)
        what = report.achieved(outcomes)
        self._say(f"{what} in {seconds:.1f} s" if done else f"{what} ({seconds:.1f} s)")
        self._failures(outcomes)
        if self._first:
            run.say("", *report.outputs_lines(outputs), "", "watching: what is saved goes up, Ctrl-C ends it")
        self._first = False
        if done == len(outcomes):
            self._deployed = aws, made

    def _saved(self, saved: dict[Path, set[str]]) -> None:
        """Bring up what is made of the files that were saved."""
        files_saved = {Path(path).name for paths in saved.values() for path in paths}
        if self._deployed is None or self._run.file in saved or REQUIREMENTS in files_saved:
            return self._everything()
        started, (aws, known) = time.monotonic(), self._deployed
        affected = [each for each in known.resources.values() if saved.keys() & set(each.sources())]
        for each in affected:
            each.check()
        self._deployed = None
        before = _calls(aws)
        with telling(lambda _: None):
            renewed = plan.renew(aws, known, affected)
            if not all(renewed.have[each.id] for each in affected):  # more may be gone than these
                return self._everything()
            outcomes = apply.run(aws, renewed, report.Quiet())
        self._check_stopped(aws)
        if all(outcome.end == "done" for outcome in outcomes):
            self._deployed = aws, renewed
        seconds = time.monotonic() - started
        names = [outcome.change.id for outcome in outcomes if outcome.end == "done"]
        calls = {kind: number - before[kind] for kind, number in _calls(aws).items()}
        self._document("live", resources=names, calls=calls, seconds=round(seconds, 3))
        for name in names:
            self._say(f"{name} live in {seconds:.1f} s")
        if not outcomes:
            self._say("nothing to do")
        self._failures(outcomes)
        return None

    def _check_stopped(self, aws: Aws) -> None:
        if aws.stopping.is_set():
            raise KeyboardInterrupt

    def _failures(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.error:
                self._failed(outcome.error, f"{outcome.change.id}: ")

    def _failed(self, error: SkiffError, of: str = "") -> None:
        self._say(" ".join(f"{of}{error} ({error.hint})".split()) if error.hint else f"{of}{error}")
        self._document("failed", error=error_json(error))

    def _say(self, text: str) -> None:
        self._run.say(f"{datetime.now():%H:%M:%S} {text}")

    def _document(self, event: str, **content: Any) -> None:
        """One line for programs."""
        if self._run.as_json:
            document = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **content}
            put(json.dumps(document, ensure_ascii=False))


def _declared(run: Run) -> list[Resource]:
    """All that is asked for; whatever is wrong with it, it can be watched."""
    apps = run.config.declared(run.stack(), run.config.select(run.names))
    return [resource for app in apps for kind in kinds() for resource in kind.declare(app)]


def _calls(aws: Aws) -> dict[str, int]:
    return {"reading": aws.calls.reading, "writing": aws.calls.writing}
