"""A copy of the project that a document's reader works in, with an emulator of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from localdev.emulator import DEFAULT_PORT, Emulator
from tests.launcher import played_by

ROOT = Path(__file__).parents[2]
# What a reader's shell has: where programs are, the language, and how this machine gets at packages.
KEPT = ("PATH", "LANG", "LC_", "PIP_", "UV_", "SSL_", "HTTP_", "HTTPS_", "NO_", "http_", "https_", "no_")


@dataclass(frozen=True)
class Project:
    """``folder`` is the copy; its emulator's port is ``port`` wherever the project says 4566, in documents too."""

    folder: Path
    port: int

    @property
    def emulator(self) -> Emulator:
        return Emulator(self.folder / ".localdev", self.port)

    def renew(self) -> None:
        """Make it as if it had just been cloned; but what is installed already is not fetched again."""
        installed, kept = self.folder / ".venv", self.folder.with_suffix(".venv")
        if installed.exists():
            installed.rename(kept)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._copy()
        if kept.exists():
            kept.rename(installed)
            (installed / "local").unlink(missing_ok=True)  # make's mark

    def _copy(self) -> None:
        tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
        for name in filter(None, tracked.stdout.split("\0")):
            source, copy = ROOT / name, self.folder / name
            if source.exists():  # not deleted since the last commit
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, copy)
                content = source.read_bytes()
                if b"\0" not in content:  # a text
                    copy.write_bytes(re.sub(rb"\b%d\b" % DEFAULT_PORT, b"%d" % self.port, content))

    def _aws_cli(self) -> Path:
        """A folder with nothing but the command, whatever else is installed where it comes from."""
        folder = self.folder.with_name("programs")
        folder.mkdir(exist_ok=True)
        command = folder / "aws"
        command.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(sys.executable).with_name("aws")} "$@"\n')
        command.chmod(0o755)
        return folder

    def environment(self) -> dict[str, str]:
        """A newcomer's shell, whose AWS account is played by the emulator."""
        home = self.folder.with_name("home")
        home.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
        path = [folder for folder in kept["PATH"].split(os.pathsep) if not folder.startswith(sys.prefix)]
        path.append(str(self._aws_cli()))
        return {
            **kept,
            "PATH": os.pathsep.join(path),
            "HOME": str(home),
            # Where pip and uv look for their settings and keep their downloads.
            "XDG_CONFIG_HOME": os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config"),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),
            "PIP_QUIET": "1",  # no warnings about this machine's settings
            **played_by(f"http://127.0.0.1:{self.port}"),
        }
