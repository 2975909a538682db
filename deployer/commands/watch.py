from __future__ import annotations

from deployer.command import command, yes
from deployer.errors import Interrupted
from deployer.run import Run


@command()
@yes
def watch(run: Run, yes: bool) -> int:
    """Bring everything up, and then what is saved, until Ctrl-C.

    Code and pages go up alone; a saved configuration, or requirements.txt, is like an 'up'. What goes wrong is said,
    and the next save may mend it. With --json each event is a line.
    """
    from deployer.watching import Watch

    try:
        Watch(run, yes).forever()
    except KeyboardInterrupt:
        return Interrupted.exit_code
