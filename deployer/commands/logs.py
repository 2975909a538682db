from __future__ import annotations

import click

from deployer.command import command
from deployer.errors import SkiffError
from deployer.run import Run


@click.argument("names", nargs=-1, metavar="[APP | APP.FUNCTION]...")
@click.option("--since", default="10m", show_default=True, metavar="TIME", help="How far back: 30s, 10m, 2h, 1d.")
@click.option("-f", "--follow", is_flag=True, help="Go on until Ctrl-C; with --json each event is a line.")
@command(apps=False)
def logs(run: Run, names: tuple[str, ...], since: str, follow: bool) -> int:
    """Print what functions log, merged by time.

    A line is time (UTC), function, request and message.

    The line of a request's end says how long it took, and what memory of what it has. Colours, on a terminal, are
    left out when NO_COLOR is set, or TERM is dumb.
    """
    from deployer import logs

    functions = logs.select(run.config, names)
    start = logs.now() - logs.seconds(since) * 1000
    up = f"run: {run.again('up')}"
    named = [name for name in names if "." in name]
    if run.emulator_is_missing():
        if named:
            raise SkiffError(f"{named[0]} is not deployed: the emulator is not running", up)
        run.say("the emulator is not running: there are no logs")
        run.document({"events": []})
        return 0
    aws = run.aws()
    from deployer import log_lines

    found = [logs.Log(group, start) for group in logs.groups(run.config, aws.stack, functions)]
    if follow:
        return log_lines.follow(run, aws, found)
    lines = logs.read(aws, found)
    absent = [log.function for log in found if not log.there]
    if gone := [name for name in named if name in absent]:
        raise SkiffError(f"{gone[0]} is not deployed", up)
    if lines:
        run.say(*log_lines.columns(functions).lines(lines))
    elif len(absent) == len(found):
        run.say(f"nothing is deployed: {up}" if absent else "there are no functions")
    else:
        run.say(f"nothing was logged in the last {since}")
    run.document({"events": [line.document() for line in lines]})
    return 0
