from __future__ import annotations

import json

from deployer.command import command
from deployer.output import put
from deployer.run import Run


@command(apps=False)
def schema(run: Run) -> int:
    """Print the JSON Schema of the configuration, for editors."""
    from deployer.schema import schema

    put(json.dumps(schema(), indent=2, ensure_ascii=False))
    return 0
