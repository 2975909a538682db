"""The command line: one function for each command, and the only place that prints errors or exits.

Only click is imported at the top: ``--help`` must not wait for boto3, and ``validate`` neither.
"""

from __future__ import annotations

import functools
import json
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import click

from deployer.errors import AwsError, ConfigError, Interrupted, SkiffError, Unforeseen, Unreachable, UsageError
from deployer.waiting import telling

if TYPE_CHECKING:
    from deployer.apply import Outcome
    from deployer.aws import Aws
    from deployer.config import Config
    from deployer.plan import Change, Plan
    from deployer.resource import Resource, Stack

LOCAL = "http://127.0.0.1:4566"


class Run:
    """One run of a command: its options, and what it prints."""

    def __init__(
        self,
        config: Path,
        stage: str | None,
        target: str,
        endpoint_url: str | None,
        as_json: bool,
        apps: tuple[str, ...],
    ) -> None:
        self.file, self.stage, self.target, self.as_json, self.names = config, stage, target, as_json, apps
        self.given_endpoint = endpoint_url
        self.started = time.monotonic()
        self._noted: set[str] = set()

    @property
    def endpoint_url(self) -> str | None:
        return None if self.target == "aws" else (self.given_endpoint or LOCAL).rstrip("/")

    @functools.cached_property
    def config(self) -> Config:
        from deployer.config import read

        return read(self.file, self.stage)

    def stack(self) -> Stack:
        return self.config.stack(self.endpoint_url)

    def declare(self, stack: Stack, names: tuple[str, ...]) -> dict[str, Resource]:
        from deployer.plan import declare

        return declare(self.config.declared(stack, names))

    def aws(self) -> Aws:
        from deployer.aws import Aws

        aws = Aws(self.stack())
        return aws.at(aws.identify())

    def selected(self) -> frozenset[str] | None:
        """The apps that deletions are confined to: those named, or None for all there ever were."""
        return frozenset(self.names) or None

    def say(self, *lines: str) -> None:
        if not self.as_json:
            print(*lines, sep="\n", flush=True)

    def note(self, text: str) -> None:
        """Something that takes a while; said once."""
        if text not in self._noted:
            self._noted.add(text)
            self.say(f"  … {text}")

    def document(self, content: dict[str, Any]) -> None:
        if self.as_json:
            print(json.dumps(content, indent=2, ensure_ascii=False), flush=True)


def _command(apps: bool = True) -> Callable[[Callable[..., int]], click.Command]:
    """The options that every command has, and one way to end."""

    def decorate(function: Callable[..., int]) -> click.Command:
        @functools.wraps(function)
        def wrapped(
            config: Path, stage: str | None, target: str, endpoint_url: str | None, as_json: bool, **more: Any
        ) -> NoReturn:
            run = Run(config, stage, target, endpoint_url, as_json, more.pop("apps", ()))
            try:
                if endpoint_url is not None and target == "aws":
                    raise UsageError("--endpoint-url is for emulators: it does not go with --target aws")
                if endpoint_url is not None and not urlsplit(endpoint_url).hostname:
                    raise UsageError(f"--endpoint-url '{endpoint_url}' is no URL", f"such as {LOCAL}")
                with telling(run.note):
                    code = function(run, **more)
            except SkiffError as error:
                code = _fail(run, error)
            except Exception as error:
                code = _fail(run, Unforeseen(error))
            except KeyboardInterrupt:
                code = _fail(
                    run, Interrupted("interrupted", "nothing is lost: running the same command again continues")
                )
            _exit(code)

        command: Any = wrapped
        if apps:
            command = click.argument("apps", nargs=-1, metavar="[APP]...")(command)
        for option in (
            click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs."),
            click.option("--endpoint-url", metavar="URL", help="A LocalStack that runs elsewhere."),
            click.option(
                "--target",
                type=click.Choice(["local", "aws"]),
                default="local",
                show_default=True,
                help="The emulator on this machine, or a real account.",
            ),
            click.option("--stage", metavar="NAME", help="Another copy of the same apps; overrides the file's."),
            click.option(
                "--config",
                type=click.Path(path_type=Path),
                default="config.yaml",
                show_default=True,
                help="The configuration.",
            ),
        ):
            command = option(command)
        return click.command()(command)

    return decorate


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Make AWS, or the emulator on this machine, look like config.yaml.

    Every command takes the names of apps; without any it is about all of them.
    """


_yes = click.option("--yes", is_flag=True, help="Do not ask before deleting on AWS.")


@main.add_command
@_command()
@_yes
def up(run: Run, yes: bool) -> int:
    """Create, update and delete until everything is as configured."""
    names = run.config.select(run.names)
    resources = run.declare(run.stack(), names)  # refuses what it can before anything is begun
    emulator = _start_emulator(run)
    if emulator:
        for resource in resources.values():
            resource.prepare()
        emulator()
    aws = run.aws()
    plan = _plan(run, aws, names)
    _confirm(run, [change for change in plan.changes if change.action in ("delete", "replace")], yes)
    outcomes = _apply(run, aws, plan)
    return _finish(run, aws, plan, outcomes)


@main.add_command
@_command()
@_yes
def down(run: Run, yes: bool) -> int:
    """Delete everything, data included."""
    run.config.select(run.names)
    if _nothing_answers(run):
        run.say("the emulator is not running: there is nothing to delete")
        run.document({"changes": [], "outputs": {}, "calls": {"reading": 0, "writing": 0}, "seconds": 0})
        return 0
    aws = run.aws()
    plan = _plan(run, aws, ())
    _confirm(run, plan.changes, yes)
    outcomes = _apply(run, aws, plan)
    return _finish(run, aws, plan, outcomes)


@main.add_command
@_command()
@click.option("--check", is_flag=True, help="Exit with 3 when there is something to do.")
def plan(run: Run, check: bool) -> int:
    """Show what 'up' would do."""
    from deployer import report

    names = run.config.select(run.names)
    run.declare(run.stack(), names)
    emulator = _start_emulator(run)
    if emulator:
        emulator()
    found = _plan(run, run.aws(), names)
    run.say(*report.plan_lines(found.changes), _summary(found.changes))
    run.document({"changes": [report.change_json(change) for change in found.changes]})
    return 3 if check and found.changes else 0


@main.add_command
@_command()
def outputs(run: Run) -> int:
    """Print URLs and names of what is deployed."""
    from deployer import report

    names = run.config.select(run.names)
    aws = run.aws()
    found = _outputs(_observed(run, aws, names))
    run.say(*(report.outputs_lines(found) or ["nothing is deployed: run 'python deploy.py up'"]))
    run.document({"outputs": found})
    return 0


@main.add_command
@_command(apps=False)
def validate(run: Run) -> int:
    """Check the configuration without calling anything."""
    resources = run.declare(run.stack(), run.config.select(()))
    run.say(f"{run.file} is valid: {_count(len(run.config.apps), 'app')}, {_count(len(resources), 'resource')}")
    run.document({"valid": True, "resources": list(resources)})
    return 0


# What the commands share.


def _plan(run: Run, aws: Aws, names: tuple[str, ...]) -> Plan:
    from deployer.plan import make

    return make(aws, run.declare(aws.stack, names), run.selected())


def _observed(run: Run, aws: Aws, names: tuple[str, ...]) -> Plan:
    """What AWS has of everything with outputs; nothing is compared, and nothing built."""
    from concurrent.futures import ThreadPoolExecutor

    from deployer.plan import WORKERS, Plan

    resources = {id: each for id, each in run.declare(aws.stack, names).items() if each.section}
    with ThreadPoolExecutor(WORKERS) as pool:
        have = pool.map(lambda each: each.observe(aws, each.physical), resources.values())
        return Plan(resources, dict(zip(resources, have, strict=True)), [])


def _outputs(plan: Plan) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for id, resource in plan.resources.items():
        have = plan.have.get(id)
        if resource.section and have is not None:
            entry = resource.section if resource.single else f"{resource.section}.{resource.name}"
            values = resource.outputs(have)
            found.setdefault(resource.app.name, {}).update({f"{entry}.{key}": values[key] for key in values})
    return found


def _apply(run: Run, aws: Aws, plan: Plan) -> list[Outcome]:
    from deployer import report
    from deployer.apply import run as apply

    if not plan.changes:
        return []
    watcher = report.Quiet() if run.as_json else report.Live() if sys.stdout.isatty() else report.Plain()
    try:
        return apply(aws, plan, watcher)
    finally:
        watcher.close()


def _finish(run: Run, aws: Aws, plan: Plan, outcomes: list[Outcome]) -> int:
    """The end of 'up' and 'down': what was done, what was not and why, and what there is now."""
    from deployer import report

    outputs = _outputs(plan)
    seconds = time.monotonic() - run.started
    document: dict[str, Any] = {
        "changes": [report.outcome_json(outcome) for outcome in outcomes],
        "outputs": outputs,
        "calls": {"reading": aws.calls.reading, "writing": aws.calls.writing},
        "seconds": round(seconds, 3),
    }
    done = sum(outcome.end == "done" for outcome in outcomes)
    missed = len(outcomes) - done
    interrupted = any(outcome.end == "interrupted" for outcome in outcomes)
    if missed:
        again = "running the same command again continues"
        text = f"{done} of {len(outcomes)} changes are done, {missed} not; {again}"
        error = Interrupted(f"interrupted: {text}") if interrupted else SkiffError(text)
        for outcome in outcomes:
            if outcome.end == "failed" and outcome.error:
                _complain(f"{outcome.change.id}: {outcome.error}", outcome.error.hint)
        _complain(str(error))
        run.document({**document, "error": _error_json(error)})
        return error.exit_code
    calls = _count(aws.calls.reading + aws.calls.writing, "call")
    run.say(f"{_summary([outcome.change for outcome in outcomes], past=True)} in {seconds:.1f} s ({calls})")
    if outputs:
        run.say("", *report.outputs_lines(outputs), *_examples(plan, outputs))
    run.document(document)
    return 0


def _examples(plan: Plan, outputs: dict[str, dict[str, str]]) -> list[str]:
    """A line to paste for each route that has an example."""
    lines = []
    for resource in plan.resources.values():
        url = outputs.get(resource.app.name, {}).get("api.url")
        for route, spec in resource.spec.routes.items() if resource.kind == "rest_api" and url else ():
            if spec.example:
                method, path = route.split()
                body = f"-H 'Content-Type: application/json' -d {shlex.quote(spec.example)}"
                lines += ["", "try it:", f"  curl -X {method} {body} {url}{path}"]
    return lines


def _summary(changes: list[Change], past: bool = False) -> str:
    if not changes:
        return "nothing to do: everything is as configured"
    actions = [change.action for change in changes]
    words = {action: f"{action}d" if past else f"to {action}" for action in actions}
    return ", ".join(f"{actions.count(action)} {word}" for action, word in words.items())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _confirm(run: Run, changes: list[Change], yes: bool) -> None:
    """On AWS nothing is deleted without a yes."""
    from deployer import report

    if run.target == "local" or yes or not changes:
        return
    if run.as_json or not sys.stdin.isatty():
        text = f"{_count(len(changes), 'resource')} would be deleted with all they hold"
        raise UsageError(text, "add --yes; 'plan' shows which")
    run.say(*report.plan_lines(changes))
    if not click.confirm(f"Delete {_count(len(changes), 'resource')} with all they hold?"):
        raise UsageError("nothing was changed")


# The emulator: all we know of it is its address and how it is started.


def _nothing_answers(run: Run) -> bool:
    """Whether our own emulator is the target, and is not there."""
    if run.target == "aws" or run.given_endpoint:
        return False
    address = urlsplit(LOCAL)
    try:
        socket.create_connection((address.hostname, address.port), timeout=1).close()
    except OSError:
        return True
    return False


def _start_emulator(run: Run) -> Callable[[], None] | None:
    """Begin to start the emulator when it is the target and does not answer.

    Returns:
        Wait until it answers; None when there is nothing to start.
    """
    if not _nothing_answers(run):
        return None
    run.say("starting the emulator")
    home = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(
        [sys.executable, "-m", "localdev", "start"],
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )

    def wait() -> None:
        out, err = process.communicate()
        if process.returncode:
            lines = [line for line in err.splitlines() if line.strip()] or ["it says nothing"]
            hints = [line.removeprefix("hint: ") for line in lines if line.startswith("hint: ")]
            reason = next(line for line in lines if not line.startswith("hint: ")).removeprefix("error: ")
            hint = hints[0] if hints else f"look into it: {Path(sys.executable).name} -m localdev start"
            raise Unreachable(f"the emulator does not start: {reason}", hint)
        run.say(*(f"  {line}" for line in out.splitlines()))

    return wait


# Endings.


def _fail(run: Run, error: SkiffError) -> int:
    if run.as_json:
        run.document({"error": _error_json(error)})
    else:
        _complain(str(error), error.hint)
    return error.exit_code


def _complain(message: str, hint: str = "") -> None:
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)


def _error_json(error: SkiffError) -> dict[str, Any]:
    found: dict[str, Any] = {"type": type(error).__name__, "message": str(error), "hint": error.hint}
    if isinstance(error, ConfigError) and error.file:
        found |= {"file": str(error.file), "line": error.line, "message": error.reason}
    if isinstance(error, AwsError) and error.code:
        found["code"] = error.code
    return found


def _exit(code: int) -> NoReturn:
    """End at once: nothing is left to do, and unwinding boto3's modules would take a tenth of a second."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
