"""Runs of the deployer that cost little: each is forked from a process that has imported everything.

It is the same ``main`` that ``deploy.py`` calls, in a process group of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path
from tempfile import mkdtemp

from tests.conftest import LIMIT, ROOT, Ended, environment

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.warm"])


class Run:
    """One run of ``python deploy.py`` with ``arguments``, from now on."""

    def __init__(self, folder: Path, *arguments: str | Path, env: dict[str, str] | None = None) -> None:
        """``folder``: for what it prints; ``env``: what its environment has besides what every command gets."""
        self.arguments = [str(argument) for argument in arguments]
        written = Path(mkdtemp(dir=folder))
        self._out, self._err = written / "out", written / "err"
        what = (self.arguments, environment(**(env or {})), str(self._out), str(self._err))
        self._process = _context.Process(target=_main, args=what)
        self._process.start()

    @property
    def pid(self) -> int:
        """Of its process, and of the group of it."""
        assert self._process.pid is not None
        return self._process.pid

    def end(self) -> Ended:
        """Wait for it. A negative exit code is the signal that killed it."""
        self._process.join(LIMIT)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
        self._process.join()
        self._process.close()
        out, err = (path.read_text("utf-8") if path.exists() else "" for path in (self._out, self._err))
        assert code is not None, f"{self.arguments} hangs: {out}{err}"
        return Ended(self.arguments, code, out, err)


def _main(arguments: list[str], env: dict[str, str], out: str, err: str) -> None:
    os.setpgid(0, 0)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY), number)
    sys.argv = ["deploy.py", *arguments]
    from deployer.cli import main

    main()
