from __future__ import annotations

import click

from deployer.command import command, yes
from deployer.run import Run


@command()
@yes
@click.option("--allow-data-loss", is_flag=True, help="Delete also what holds data.")
def up(run: Run, yes: bool, allow_data_loss: bool) -> int:
    """Create, update and delete until everything is as configured."""
    run.start()
    from deployer import deployment

    aws, plan, outcomes = deployment.brought_up(run, yes, allow_data_loss)
    return deployment.finish(run, aws, plan, outcomes, "everything is as configured")
