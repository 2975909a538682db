"""What a function sees of the file system: its code, the runtime, its layers, and a /tmp of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from localdev.functions import launcher

LIMIT = 10.0  # seconds the trial may take
TMP = Path("/tmp")
OPT = Path("/opt")


@cache
def can_mount() -> bool:
    """Whether processes get mounts of their own here: not on macOS, nor in containers that forbid it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-I", "-S", launcher.__file__, "", folder, str(TMP)]
        tried = subprocess.run(command, capture_output=True, timeout=LIMIT, check=False)
    return tried.returncode == 0


@dataclass(frozen=True)
class Filesystem:
    """One environment's.

    ``layers``: what its layers hold together; ``needed``: where its interpreter lies and links lead to;
    ``mounted``: whether ``temporary`` is its /tmp and ``layers`` its /opt, or it is told where they are instead.
    """

    code: Path
    runtime: Path
    temporary: Path
    layers: Path | None
    needed: Sequence[str]
    mounted: bool

    def prepare(self) -> list[str]:
        """Makes the folders. Sources and targets of the mounts, in their order."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        if not self.mounted:
            return []
        pairs = []
        named = (self.code, self.runtime, *map(Path, self.needed))
        for path in dict.fromkeys([*named, *(path.resolve() for path in named)]):
            if TMP in path.parents:  # would be hidden
                shown = self.temporary / path.relative_to(TMP)
                folder = shown if path.is_dir() else shown.parent
                folder.mkdir(parents=True, exist_ok=True)
                if path.is_file():
                    shown.touch()
                pairs += [str(path), str(shown)]
        if self.layers and self._layers_at() == OPT:
            pairs += [str(self.layers), str(OPT)]
        return [*pairs, str(self.temporary), str(TMP)]

    def variables(self, given: dict[str, str], python: str) -> dict[str, str]:
        """What tells the function where things are. ``python``: as in ``python3.12``."""
        told = {"LAMBDA_TASK_ROOT": str(self.code), "LAMBDA_RUNTIME_DIR": str(self.runtime)}
        # Libraries look for settings at home: that of whoever runs the emulator, ~/.aws included, is not it.
        told["HOME"] = given.get("HOME", str(TMP if self.mounted else self.temporary))
        if not self.mounted:
            told["TMPDIR"] = str(self.temporary)
        paths = [str(self.runtime)]
        if self.layers:
            # https://docs.aws.amazon.com/lambda/latest/dg/python-package.html, "Dependency search path and
            # runtime-included libraries"; packaging-layers, "Layer paths for each Lambda runtime"
            at = self._layers_at()
            paths = [f"{at}/python/lib/{python}/site-packages", f"{at}/python", *paths]
            told["PATH"] = f"{given['PATH']}:{at}/bin"
            told["LD_LIBRARY_PATH"] = ":".join(filter(None, [given.get("LD_LIBRARY_PATH"), f"{at}/lib"]))
        told["PYTHONPATH"] = os.pathsep.join(filter(None, [*paths, given.get("PYTHONPATH")]))
        return told

    def _layers_at(self) -> Path | None:
        """/opt, unless something is there that the function needs."""
        free = OPT.is_dir() and not any(Path(path).is_relative_to(OPT) for path in (str(self.code), *self.needed))
        return OPT if self.mounted and free else self.layers
