from __future__ import annotations

import click

from deployer.command import command, yes
from deployer.run import Run


@command()
@yes
@click.option("--allow-data-loss", is_flag=True, help="Delete also what holds data.")
def up(run: Run, yes: bool, allow_data_loss: bool) -> int:
    """Create, update and delete until everything is as configured."""
    names = run.config.select(run.names)
    resources = run.declare(run.stack(), names)  # refuses what it can before anything is begun
    with run.emulator() as starting:
        if starting:
            run.clients()
            for resource in resources.values():
                resource.prepare()
    from deployer import deployment

    aws, plan = deployment.planned(run, names)
    if not allow_data_loss:
        deployment.guard(run, aws, plan)
    deployment.confirm(run, aws, deployment.doomed(plan.changes), yes)
    outcomes = deployment.applied(run, aws, plan)
    return deployment.finish(run, aws, plan, outcomes, "everything is as configured")
