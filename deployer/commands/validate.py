from __future__ import annotations

from deployer.command import command
from deployer.run import Run


@command(apps=False)
def validate(run: Run) -> int:
    """Check the configuration without calling anything."""
    resources = run.declare(run.stack(), run.config.select(()))
    from deployer import report

    apps, things = report.count(len(run.config.apps), "app"), report.count(len(resources), "resource")
    run.say(f"{run.file} is valid: {apps}, {things}")
    run.document({"valid": True, "resources": list(resources)})
    return 0
