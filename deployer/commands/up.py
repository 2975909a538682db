from __future__ import annotations

from deployer.command import command, yes
from deployer.run import Run


@command()
@yes
def up(run: Run, yes: bool) -> int:
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
    deployment.confirm(run, [change for change in plan.changes if change.action in ("delete", "replace")], yes)
    outcomes = deployment.applied(run, aws, plan)
    return deployment.finish(run, aws, plan, outcomes, "everything is as configured")
