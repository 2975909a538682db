"""What a function sees of the file system: its code, the runtime, its layers, and a /tmp of its own to write to."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from localdev.functions import launcher
from localdev.functions.namespaces import Namespaces

LIMIT = 30.0  # seconds the trial may take
TMP = Path("/tmp")
OPT = Path("/opt")


@cache
def can_mount() -> bool:
    """Whether processes get mounts of their own here: not on macOS, nor in containers that forbid it.

    Linux 5.12 or later.
    """
    if not sys.platform.startswith("linux"):
        return False
    namespaces = Namespaces()
    with (
        tempfile.TemporaryDirectory() as folder,
        namespaces.launched(["1", folder, f"{TMP}/trial/", "rw"]) as (how, fds),
    ):
        command = [sys.executable, "-I", "-S", launcher.__file__, "", *how]
        tried = subprocess.run(command, pass_fds=fds, capture_output=True, timeout=LIMIT, check=False)
    namespaces.close()
    return tried.returncode == 0


@dataclass(frozen=True)
class Filesystem:
    """One environment's.

    ``layers``: what its layers hold together; ``needed``: where its interpreter lies and what that finds elsewhere,
    ``linked``: where links in its code lead to; ``bytecode``: where Python may keep it.
    ``namespaces``: of its mounts. Without them (None) it is told another folder than /tmp, ``temporary``, and where
    its layers are. ``size``: of /tmp, in MiB.
    """

    code: Path
    runtime: Path
    temporary: Path
    layers: Path | None
    needed: Sequence[str]
    linked: Sequence[str]
    bytecode: Sequence[Path]
    namespaces: Namespaces | None
    size: int

    @contextlib.contextmanager
    def launched(self) -> Iterator[tuple[list[str], tuple[int, ...]]]:
        """While a process starts: arguments for `launcher`, and the descriptors to pass."""
        if self.namespaces is None:
            self.temporary.mkdir(parents=True, exist_ok=True)
            yield [], ()
            return
        with self.namespaces.launched([str(self.size), *self._shown()]) as launched:
            yield launched

    def _shown(self) -> list[str]:
        """Sources, targets and access. All else is where it was, and to be read only."""
        # The interpreter may write its bytecode, too.
        written = _with_targets([self.runtime, *map(Path, self.needed), *self.bytecode])
        unwritten = [self.code, *map(Path, self.linked)]
        if self.layers and self._layers_at() != OPT:
            unwritten.append(self.layers)
        read = [path for path in _with_targets(unwritten) if TMP in path.parents]
        access = dict.fromkeys(read, "ro") | dict.fromkeys(written, "rw")
        # A folder shows what is in it.
        apart = [path for path in sorted(access) if all(access.get(above) != access[path] for above in path.parents)]
        shown = [text for path in apart for text in (str(path), _target(path), access[path])]
        if self.layers and self._layers_at() == OPT:
            shown += [str(self.layers), f"{OPT}/", "ro"]
        return shown

    def variables(self, given: dict[str, str], python: str) -> dict[str, str]:
        """What tells the function where things are. ``python``: as in ``python3.12``."""
        told = {"LAMBDA_TASK_ROOT": str(self.code), "LAMBDA_RUNTIME_DIR": str(self.runtime)}
        # Libraries look for settings at home: that of whoever runs the emulator, ~/.aws included, is not it.
        told["HOME"] = given.get("HOME", str(TMP if self.namespaces else self.temporary))
        if not self.namespaces:
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
        return OPT if self.namespaces and free else self.layers


def _with_targets(paths: Sequence[Path]) -> set[Path]:
    return {*paths, *(path.resolve() for path in paths)}


def _target(path: Path) -> str:
    return f"{path}/" if path.is_dir() else str(path)
