"""Files that are replaced as a whole, or not at all, however the process ends meanwhile."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

OWN = 0o600  # passwords and keys are in them


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """A new file, to be written, which takes the place of the former one at the end, unless something is raised."""
    new = path.with_name(f"{path.name}.new")
    try:
        with new.open("wb") as file:
            os.fchmod(file.fileno(), OWN)
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
