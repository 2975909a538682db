from __future__ import annotations

import click

from deployer.command import command
from deployer.run import Run


@command()
@click.option("--check", is_flag=True, help="Exit with 3 when there is something to do.")
def plan(run: Run, check: bool) -> int:
    """Show what 'up' would do."""
    names = run.config.select(run.names)
    run.declare(run.stack(), names)
    with run.emulator():
        run.clients()
    from deployer import deployment, report

    aws, found = deployment.planned(run, names)
    losses = deployment.losses(aws, deployment.doomed(found.changes))
    run.say(*report.plan_lines(found.changes), *report.kept_lines(found), *report.loss_lines(losses))
    run.say(report.summary(found.changes))
    changes = [report.change_json(change) for change in found.changes]
    run.document({"changes": changes, "kept": found.kept, "losses": losses})
    return 3 if check and found.changes else 0
