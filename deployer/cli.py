"""The command line: one function for each command. Nothing below it prints errors or exits.

Only click is imported at the top: ``--help`` must not wait for boto3, and ``validate`` neither.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from deployer.endings import complain, error_json, fail, leave
from deployer.errors import FunctionFailed, Interrupted, SkiffError, Unforeseen, UsageError
from deployer.run import Run
from deployer.waiting import telling

if TYPE_CHECKING:
    from deployer.apply import Outcome
    from deployer.aws import Aws
    from deployer.plan import Change, Plan

INTERRUPTED = "interrupted: running the same command again continues"


def _command(apps: bool = True) -> Callable[[Callable[..., int]], click.Command]:
    """The options that every command has, and one way to end."""

    def decorate(function: Callable[..., int]) -> click.Command:
        @functools.wraps(function)
        def wrapped(
            config: Path, stage: str | None, target: str, endpoint_url: str | None, as_json: bool, **more: Any
        ) -> NoReturn:
            run = Run(config, stage, target, endpoint_url, as_json, more.pop("apps", ()))
            try:
                run.check()
                with telling(run.note):
                    code = function(run, **more)
            except SkiffError as error:
                code = fail(run.as_json, error)
            except OSError as error:
                told = SkiffError(f"'{error.filename}': {error.strerror}") if error.filename else Unforeseen(error)
                code = fail(run.as_json, told)
            except Exception as error:
                code = fail(run.as_json, Unforeseen(error))
            except KeyboardInterrupt:
                code = fail(run.as_json, Interrupted(INTERRUPTED))
            leave(code)

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


def main() -> NoReturn:
    """Run the command line; what it refuses looks like every other error."""
    try:
        commands.main(prog_name=Path(sys.argv[0]).name, standalone_mode=False)
        leave(0)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else Path(sys.argv[0]).name
        leave(fail("--json" in sys.argv, UsageError(error.format_message(), f"see: python {path} --help")))
    except (click.Abort, KeyboardInterrupt):
        leave(fail("--json" in sys.argv, Interrupted(INTERRUPTED)))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def commands() -> None:
    """Make AWS, or the emulator on this machine, look like config.yaml.

    Most commands take the names of apps; without any they are about all of them.
    """


_yes = click.option("--yes", is_flag=True, help="Do not ask before deleting on AWS.")


@commands.add_command
@_command()
@_yes
def up(run: Run, yes: bool) -> int:
    """Create, update and delete until everything is as configured."""
    names = run.config.select(run.names)
    resources = run.declare(run.stack(), names)  # refuses what it can before anything is begun
    with run.emulator() as starting:
        if starting:
            run.clients()
            for resource in resources.values():
                resource.prepare()
    aws = run.aws()
    plan = _plan(run, aws, names)
    _confirm(run, [change for change in plan.changes if change.action in ("delete", "replace")], yes)
    outcomes = _apply(run, aws, plan)
    return _finish(run, aws, plan, outcomes, "everything is as configured")


@commands.add_command
@_command()
@_yes
def down(run: Run, yes: bool) -> int:
    """Delete everything, data included."""
    run.config.select(run.names)
    if run.emulator_is_missing():
        run.say("the emulator is not running: there is nothing to delete")
        run.document({"changes": [], "outputs": {}, "calls": {"reading": 0, "writing": 0}, "seconds": 0})
        return 0
    aws = run.aws()
    plan = _plan(run, aws, ())
    _confirm(run, plan.changes, yes)
    outcomes = _apply(run, aws, plan)
    return _finish(run, aws, plan, outcomes, "nothing is deployed")


@commands.add_command
@_command()
@click.option("--check", is_flag=True, help="Exit with 3 when there is something to do.")
def plan(run: Run, check: bool) -> int:
    """Show what 'up' would do."""
    from deployer import report

    names = run.config.select(run.names)
    run.declare(run.stack(), names)
    with run.emulator():
        run.clients()
    found = _plan(run, run.aws(), names)
    run.say(*report.plan_lines(found.changes), report.summary(found.changes))
    run.document({"changes": [report.change_json(change) for change in found.changes]})
    return 3 if check and found.changes else 0


@commands.add_command
@_command()
def outputs(run: Run) -> int:
    """Print URLs and names of what is deployed."""
    from deployer import report

    names = run.config.select(run.names)
    aws = run.aws()
    found = _observed(run, aws, names).outputs()
    run.say(*(report.outputs_lines(found) or ["nothing is deployed: run 'python deploy.py up'"]))
    run.document({"outputs": found})
    return 0


@commands.add_command
@click.argument("function", metavar="APP.FUNCTION")
@click.option("--data", default="{}", show_default=True, help="The event, in JSON.")
@click.option("--logs", is_flag=True, help="Print the end of its log as well.")
@_command(apps=False)
def invoke(run: Run, function: str, data: str, logs: bool) -> int:
    """Call a function and print its answer; exit with 1 if it fails."""
    from deployer import invocation

    app, name = run.config.function(function)
    event = invocation.event(data)
    if run.emulator_is_missing():
        raise SkiffError(f"{function} is not deployed: the emulator is not running", "run: python deploy.py up")
    aws = run.aws()
    answer = invocation.invoke(aws, run.declare(aws.stack, (app,))[f"{app}.function.{name}"], event)
    hint = "" if logs else "--logs shows what it logged"
    failure = FunctionFailed(function, answer.payload, hint) if answer.error else None
    if not failure:
        run.say(invocation.shown(answer.payload), *([""] if logs else []))
    if logs:
        run.say(answer.log.rstrip())
    document = {"answer": answer.payload, "log": answer.log, "seconds": round(time.monotonic() - run.started, 3)}
    run.document({**document, "error": error_json(failure)} if failure else document)
    if failure and not run.as_json:
        complain(str(failure), failure.hint)
    return failure.exit_code if failure else 0


@commands.add_command
@_command(apps=False)
def validate(run: Run) -> int:
    """Check the configuration without calling anything."""
    from deployer import report

    resources = run.declare(run.stack(), run.config.select(()))
    apps, things = report.count(len(run.config.apps), "app"), report.count(len(resources), "resource")
    run.say(f"{run.file} is valid: {apps}, {things}")
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


def _finish(run: Run, aws: Aws, plan: Plan, outcomes: list[Outcome], state: str) -> int:
    """The end of 'up' and 'down': what was done or not, and what there is now; ``state`` if nothing was to do."""
    from deployer import report

    outputs = plan.outputs()
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
                complain(f"{outcome.change.id}: {outcome.error}", outcome.error.hint)
        complain(str(error))
        run.document({**document, "error": error_json(error)})
        return error.exit_code
    calls = report.count(aws.calls.reading + aws.calls.writing, "call")
    what = report.summary([outcome.change for outcome in outcomes], past=True)
    run.say(f"{what if outcomes else f'{what}: {state}'} in {seconds:.1f} s ({calls})")
    if outputs:
        run.say("", *report.outputs_lines(outputs), *report.example_lines(plan, run.again))
    run.document(document)
    return 0


def _confirm(run: Run, changes: list[Change], yes: bool) -> None:
    """On AWS nothing is deleted without a yes."""
    from deployer import report

    if run.target == "local" or yes or not changes:
        return
    if run.as_json or not sys.stdin.isatty():
        text = f"{report.count(len(changes), 'resource')} would be deleted with all they hold"
        raise UsageError(text, "add --yes; 'plan' shows which")
    run.say(*report.plan_lines(changes))
    if not click.confirm(f"Delete {report.count(len(changes), 'resource')} with all they hold?"):
        raise UsageError("nothing was changed")
