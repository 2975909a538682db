from __future__ import annotations

import click

from deployer.command import command
from deployer.errors import UsageError
from deployer.run import Run


@command()
@click.option("--svg", is_flag=True, help="A picture instead of Mermaid.")
def graph(run: Run, svg: bool) -> int:
    """Print what depends on what, in Mermaid."""
    if svg and run.as_json:
        raise UsageError("--svg does not go with --json", "leave out one of them")
    from deployer.graph import graph

    found = graph(run.declare(run.stack(), run.config.select(run.names)))
    if svg:
        from deployer.svg import svg as draw

        run.say(draw(found, run.config.project))
    else:
        from deployer.mermaid import flowchart

        run.say(flowchart(found))
    run.document(found.json())
    return 0
