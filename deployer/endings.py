"""How a command ends: what went wrong goes to standard error, or into the document, and the process exits."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any, NoReturn

from deployer.errors import AwsError, ConfigError, DataLoss, SkiffError
from deployer.output import lost, put


def fail(as_json: bool, error: SkiffError) -> int:
    if as_json:
        put(json.dumps({"error": error_json(error)}, indent=2, ensure_ascii=False))
    else:
        complain(str(error), error.hint)
    return error.exit_code


def complain(message: str, hint: str = "") -> None:
    with contextlib.suppress(OSError):  # nobody can be told
        print(f"error: {message}", *([f"hint: {hint}"] if hint else []), sep="\n", file=sys.stderr)


def error_json(error: SkiffError) -> dict[str, Any]:
    found: dict[str, Any] = {"type": type(error).__name__, "message": str(error), "hint": error.hint}
    if isinstance(error, ConfigError) and error.file:
        found |= {"file": str(error.file), "line": error.line, "message": error.reason}
    if isinstance(error, DataLoss):
        found["losses"] = error.losses
    if isinstance(error, AwsError) and error.code:
        found["code"] = error.code
    return found


def leave(code: int) -> NoReturn:
    """End at once: nothing is left to do, and unwinding boto3's modules would take a tenth of a second."""
    if (reason := lost()) and not code:
        complain(f"standard output: {reason}", "nothing else went wrong")
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
