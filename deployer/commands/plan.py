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

    _, found = deployment.planned(run, names)
    run.say(*report.plan_lines(found.changes), *report.kept_lines(found), report.summary(found.changes))
    run.document({"changes": [report.change_json(change) for change in found.changes], "kept": found.kept})
    return 3 if check and found.changes else 0
