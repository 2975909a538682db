"""What an interpreter is asked before it runs functions. Runs in any Python 3, by itself."""

import json
import os
import sys
from typing import Any


def answers() -> "dict[str, Any]":
    """The fields of `interpreters.Interpreter`."""
    return {
        "executable": sys.executable,
        "tag": f"{sys.implementation.cache_tag}-{sys.platform}-{os.uname().machine}",
        "runtime": f"python{sys.version_info[0]}.{sys.version_info[1]}",
        "prefixes": [sys.prefix, sys.base_prefix],
    }


if __name__ == "__main__":
    json.dump(answers(), sys.stdout)
