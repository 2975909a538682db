from __future__ import annotations

import sys

import click

from deployer.command import command
from deployer.errors import SkiffError, UsageError
from deployer.run import Run


@click.argument("id", metavar="APP.KIND.NAME")
@click.option("--yes", is_flag=True, help="Do not ask on AWS.")
@command(apps=False)
def adopt(run: Run, id: str, yes: bool) -> int:
    """Take over what has a resource's name already.

    It shows what differs, and puts this stack's tags on it. The next 'up' does the rest.
    """
    from deployer import adoption

    resource = adoption.adoptable(id, run.declare(run.stack(), run.config.select(())))
    up = run.again("up")
    if run.emulator_is_missing():
        raise SkiffError(f"{id}: there is nothing to take over: the emulator is not running", f"run: {up}")
    from deployer import deployment, report

    aws, found = deployment.looked(run, (resource.app.name,))
    change = adoption.adoption(aws, found, found.resources[id], up)
    run.say(*report.plan_lines([change]))
    if run.target == "aws" and not yes:
        if run.as_json or not sys.stdin.isatty():
            raise UsageError(f"'{change.name}' would be taken over", "add --yes; on a terminal it shows what differs")
        if not click.confirm(f"Take over '{change.name}'?"):
            raise UsageError("nothing was changed")
    adoption.adopt(aws, change)
    left = change.differences.keys() - {"Tags"}
    run.say(f"{id} is this stack's now" + (f"; make it as configured: {up}" if left else ", and as configured"))
    run.document({"adopted": report.change_json(change)})
    return 0
