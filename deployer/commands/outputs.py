from __future__ import annotations

from deployer.command import command
from deployer.run import Run


@command()
def outputs(run: Run) -> int:
    """Print URLs and names of what is deployed."""
    names = run.config.select(run.names)
    aws = run.aws()
    from deployer import deployment, report

    found = deployment.observed(run, aws, names).outputs()
    run.say(*(report.outputs_lines(found) or [f"nothing is deployed: run '{run.again('up')}'"]))
    run.document({"outputs": found})
    return 0
