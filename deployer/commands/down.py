from __future__ import annotations

from deployer.command import command, yes
from deployer.run import Run


@command()
@yes
def down(run: Run, yes: bool) -> int:
    """Delete everything but what is to be kept."""
    run.config.select(run.names)
    if run.emulator_is_missing():
        run.say("the emulator is not running: there is nothing to delete")
        run.document({"changes": [], "kept": {}, "outputs": {}, "calls": {"reading": 0, "writing": 0}, "seconds": 0})
        return 0
    from deployer import deployment

    aws, plan = deployment.planned(run, ())
    if deployment.asked(run, aws, plan, yes):
        aws, plan = deployment.unchanged(run, (), plan)
    outcomes = deployment.applied(run, aws, plan)
    return deployment.finish(
        run, aws, plan, outcomes, "nothing is deployed" if not plan.kept else "only what is kept is deployed"
    )
