"""What commands that look at a deployment, or change it, share."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import click

from deployer import apply, plan, report
from deployer.endings import complain, error_json
from deployer.errors import DataLoss, Foreign, Interrupted, SkiffError, UsageError
from deployer.plan import WORKERS, Change, Plan

if TYPE_CHECKING:
    from deployer.apply import Outcome
    from deployer.aws import Aws
    from deployer.run import Run


def brought_up(run: Run, yes: bool, allow_data_loss: bool) -> tuple[Aws, Plan, list[Outcome]]:
    """What 'up' does once :meth:`Run.start` is done, but for its end."""
    aws, found = planned(run, run.config.select(run.names))
    found.careful = not allow_data_loss
    if found.careful:
        guard(run, aws, found)
    if asked(run, aws, found, yes):
        aws, found = unchanged(run, run.config.select(run.names), found)
    return aws, found, applied(run, aws, found)


def planned(run: Run, names: tuple[str, ...]) -> tuple[Aws, Plan]:
    """What is to be done so that there is what the apps ``names`` declare, and nothing else of those selected.

    Raises:
        Foreign: names are taken; says how to take over what has them, where that is possible.
    """
    try:
        return _compared(run, names, plan.make)
    except Foreign as error:
        if error.ids:
            commands = "; ".join(f"{run.again('adopt')} {id}" for id in error.ids)
            error.hint += f", or take {'it' if len(error.ids) == 1 else 'them'} over: {commands}"
        raise


def looked(run: Run, names: tuple[str, ...]) -> tuple[Aws, Plan]:
    """Like :func:`planned`, for what changes nothing: the plan says which names are taken."""
    return _compared(run, names, plan.look)


def _compared(run: Run, names: tuple[str, ...], make: Callable[..., Plan]) -> tuple[Aws, Plan]:
    aws = run.clients()
    snapshot = aws.snapshot()
    plan.look_ahead(snapshot)
    stack = snapshot.identify()
    return aws.at(stack), make(snapshot.at(stack), run.declare(stack, names), run.selected())


def observed(run: Run, aws: Aws, names: tuple[str, ...]) -> Plan:
    """What AWS has of everything with outputs; nothing is compared, and nothing built."""
    resources = {id: each for id, each in run.declare(aws.stack, names).items() if each.section}
    with ThreadPoolExecutor(WORKERS) as pool:
        have = pool.map(lambda each: each.observe(aws, each.physical), resources.values())
        return Plan(resources, dict(zip(resources, have, strict=True)), [])


def applied(run: Run, aws: Aws, found: Plan) -> list[Outcome]:
    """Do what a plan says, and show how it goes."""
    if not found.changes:
        return []
    watcher = report.Quiet() if run.as_json else report.Live() if sys.stdout.isatty() else report.Plain()
    try:
        return apply.run(aws, found, watcher)
    finally:
        watcher.close()


def finish(run: Run, aws: Aws, found: Plan, outcomes: list[Outcome], state: str) -> int:
    """The end of 'up' and 'down': what was done or not, and what there is now; ``state`` if nothing was to do."""
    outputs = found.outputs()
    seconds = time.monotonic() - run.started
    document: dict[str, Any] = {
        "changes": [report.outcome_json(outcome) for outcome in outcomes],
        "kept": found.kept,
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
    what = report.achieved(outcomes)
    run.say(*report.kept_lines(found))
    run.say(f"{what} in {seconds:.1f} s ({calls})" if outcomes else f"{what}: {state} ({seconds:.1f} s, {calls})")
    if outputs:
        run.say("", *report.outputs_lines(outputs), *report.example_lines(found, run.again))
    run.document(document)
    return 0


def doomed(changes: list[Change]) -> list[Change]:
    """Changes that delete what there is."""
    return [change for change in changes if change.action in ("delete", "replace")]


def guard(run: Run, aws: Aws, found: Plan) -> None:
    """Nothing that holds data is lost in passing.

    Raises:
        DataLoss: a bucket with something in it would be deleted, or a key, or what a function logged.
    """
    changes = doomed(found.changes)
    lost = losses(aws, changes)
    if lost:
        listed = "; ".join(f"{id} holds {held}" for id, held in lost.items())
        hint = f"nothing was changed; {run.again('up')} --allow-data-loss deletes it"
        if any("keep" in change.kind.Spec.model_fields for change in changes if change.id in lost):
            hint += ", or put it back with 'keep: true', run 'up', and take it out again"
        raise DataLoss(f"data would be lost: {listed}", hint, lost)


def asked(run: Run, aws: Aws, found: Plan, yes: bool) -> bool:
    """On AWS nothing is deleted without a yes; whether somebody had to be asked for it.

    Raises:
        UsageError: there is none.
    """
    changes = doomed(found.changes)
    if run.target == "local" or yes or not changes:
        return False
    resources = report.count(len(changes), "resource")
    lost = {} if found.careful else losses(aws, changes)  # of a careful plan the guard has found none
    if run.as_json or not sys.stdin.isatty():
        listed = ", ".join(f"{id}: {held}" for id, held in lost.items())
        text = f"{resources} would be deleted with all they hold{f' ({listed})' if listed else ''}"
        raise UsageError(text, "add --yes; 'plan' shows which")
    run.say(*report.plan_lines(changes), *report.loss_lines(lost))
    if not click.confirm(f"Delete {resources} with all they hold?"):
        raise UsageError("nothing was changed")
    return True


def unchanged(run: Run, names: tuple[str, ...], shown: Plan) -> tuple[Aws, Plan]:
    """The plan as it is now, for people think before they say yes.

    Raises:
        SkiffError: other things would be deleted by now than those that were ``shown``.
    """
    aws, found = planned(run, names)
    found.careful = shown.careful
    before, now = ({(each.id, each.name) for each in doomed(plan.changes)} for plan in (shown, found))
    if now != before:
        raise SkiffError("something else has changed meanwhile: nothing was deleted", "run the same command again")
    return aws, found


def losses(aws: Aws, changes: list[Change]) -> dict[str, str]:
    """Id to what it holds, of those that hold something."""
    view = aws.snapshot()
    with ThreadPoolExecutor(WORKERS) as pool:
        held = pool.map(lambda change: change.kind.holds(view, change.name), changes)
        return {change.id: each for change, each in zip(changes, held, strict=True) if each}
