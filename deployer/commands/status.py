from __future__ import annotations

from deployer.command import command
from deployer.run import Run


@command()
def status(run: Run) -> int:
    """Show how each resource stands, and the URLs."""
    names = run.config.select(run.names)
    if run.emulator_is_missing():
        run.say("the emulator is not running: nothing is deployed")
        run.document({"resources": [], "outputs": {}})
        return 0
    run.declare(run.stack(), names)
    from datetime import UTC, datetime

    from deployer import deployment, report
    from deployer import status as standing

    _, found = deployment.looked(run, names)
    items, outputs = standing.items(found), found.outputs()
    run.say(*standing.lines(items, datetime.now(UTC)), "", standing.summary(items))
    for error in found.foreign.values():
        run.say("", str(error), f"take it over: {run.again('adopt')} {error.ids[0]}" if error.ids else error.hint)
    if found.changes:
        run.say("", f"what 'up' would do: {run.again('plan')}")
    if outputs:
        run.say("", *report.outputs_lines(outputs))
    run.document({"resources": [standing.item_json(item) for item in items], "outputs": outputs})
    return 0
