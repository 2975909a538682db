from __future__ import annotations

import time

import click

from deployer.command import command
from deployer.errors import SkiffError
from deployer.run import Run


@click.argument("function", metavar="APP.FUNCTION")
@command(apps=False)
def rollback(run: Run, function: str) -> int:
    """Let a function run its previous code again; its settings stay.

    Five versions of the code are kept. A second rollback goes forward again, and so does the next 'up', which deploys
    the folder's code.
    """
    app_name, name = run.config.function(function)
    up = f"run: {run.again('up')}"
    if run.emulator_is_missing():
        raise SkiffError(f"{function} is not deployed: the emulator is not running", up)
    aws = run.aws()
    from deployer.resources.function import Function
    from deployer.rollback import rollback as roll_back

    # Not as 'up' declares it: what is wrong with the code in the folder is no reason against going back.
    (app,) = run.config.declared(aws.stack, (app_name,))
    version = roll_back(aws, Function(app, name, app.section("functions")[name]), up)
    seconds = time.monotonic() - run.started
    run.say(
        f"{function} runs version {version.number} again, published {version.published:%Y-%m-%d %H:%M:%S} UTC, "
        f"in {seconds:.1f} s",
        "the next 'up' deploys the code of its folder",
    )
    run.document(
        {
            "function": function,
            "version": version.number,
            "published": version.published.isoformat(),
            "sha256": version.sha256,
            "seconds": round(seconds, 3),
        }
    )
    return 0
