"""Everything that can go wrong, and the exit code it ends with.

    SkiffError                1
    ├── ConfigError           2   config.yaml says something that cannot be
    ├── UsageError            2   the command line does
    ├── PackageError          1   a function folder cannot be made into a zip
    ├── AwsError              1   AWS, or the emulator, said no
    │   ├── Unreachable       1   nothing answers, or not with our credentials
    │   └── TimedOut          1   AWS took longer than we wait
    ├── FunctionFailed        1   a function that was called ended with an error
    ├── Foreign               1   the name is taken by something that is not ours
    ├── DataLoss              1   something that holds data would be deleted
    ├── NotConverged          1   a write was accepted, yet reads back otherwise
    ├── Unforeseen            1   a bug of ours
    └── Interrupted         130   Ctrl-C

Each carries one line for people (``str(error)``) and, where we know the way out, a ``hint``.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

_LONGEST = 300  # characters
_OVERTAKEN = (
    "DeleteConflict",
    "KMSInvalidStateException",
    "NoSuchBucket",
    "NoSuchEntity",
    "NotFoundException",
    "ResourceNotFoundException",
)


class SkiffError(Exception):
    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(SkiffError):
    """Raised before any call to AWS; names the file and, where there is one, the line."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "", file: Path | None = None, line: int | None = None) -> None:
        message = _one_line(message)
        self.file, self.line, self.reason = file, line, message
        place = "" if file is None else f"{file}:{line}: " if line else f"{file}: "
        super().__init__(place + message, hint)


def _one_line(message: str) -> str:
    """Without the middle of a configured value that is too long for a line."""
    message = " ".join(message.split())
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 2 :]}"


class UsageError(SkiffError):
    exit_code = 2


class PackageError(SkiffError):
    pass


class AwsError(SkiffError):
    """An answer of AWS that is no success; ``code`` is AWS's own error code."""

    def __init__(self, message: str, hint: str = "", code: str = "") -> None:
        super().__init__(message, hint)
        self.code = code

    @property
    def overtaken(self) -> bool:
        """Whether another run may be the cause: what is there was deleted, is about to be, or got something new."""
        return self.code in _OVERTAKEN


class Unreachable(AwsError):
    pass


class TimedOut(AwsError):
    pass


class FunctionFailed(SkiffError):
    """``payload`` is Lambda's: ``{"errorMessage", "errorType", "stackTrace"}``, each of which may be missing."""

    def __init__(self, name: str, payload: Any, hint: str = "") -> None:
        told = payload if isinstance(payload, dict) else {}
        reason = ": ".join(str(told[key]) for key in ("errorType", "errorMessage") if told.get(key))
        super().__init__(f"{name} failed: {reason or payload}", hint)


class Foreign(SkiffError):
    """``ids`` are those of the resources whose names are taken by what 'adopt' can take over."""

    def __init__(self, message: str, hint: str = "", ids: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.ids = ids


class DataLoss(SkiffError):
    """``losses``: id to what it holds, for people."""

    def __init__(self, message: str, hint: str, losses: dict[str, str]) -> None:
        super().__init__(message, hint)
        self.losses = losses


class NotConverged(SkiffError):
    pass


class Unforeseen(SkiffError):
    def __init__(self, cause: Exception) -> None:
        at = traceback.extract_tb(cause.__traceback__)[-1]
        where = f"{Path(at.filename).name}:{at.lineno}"
        super().__init__(
            f"{type(cause).__name__} in {where}: {cause}", "this is a bug of the deployer: please report it"
        )


class Interrupted(SkiffError):
    exit_code = 130
