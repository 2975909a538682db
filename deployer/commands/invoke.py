from __future__ import annotations

import time

import click

from deployer.command import command
from deployer.endings import complain, error_json
from deployer.errors import FunctionFailed, SkiffError
from deployer.run import Run


@click.argument("function", metavar="APP.FUNCTION")
@click.option("--data", default="{}", show_default=True, help="The event, in JSON.")
@click.option("--logs", is_flag=True, help="Print the end of its log as well.")
@command(apps=False)
def invoke(run: Run, function: str, data: str, logs: bool) -> int:
    """Call a function and print its answer; exit with 1 if it fails."""
    from deployer import invocation

    app, name = run.config.function(function)
    event = invocation.event(data)
    up = f"run: {run.again(f'up {app}')}"
    if run.emulator_is_missing():
        raise SkiffError(f"{function} is not deployed: the emulator is not running", up)
    aws = run.aws()
    answer = invocation.invoke(aws, run.declare(aws.stack, (app,))[f"{app}.function.{name}"], event, up)
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
