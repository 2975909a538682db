"""Runs of the deployer that cost little: each is forked from a process that has imported everything.

It is the same ``main`` that ``deploy.py`` calls, in a process group of its own.
"""

from __future__ import annotations

import atexit
import functools
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LIMIT = 120  # seconds a command may take before it counts as hanging

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.warm"])
# multiprocessing asks after every process whenever it starts one. Of two threads that ask at once after the same,
# the second is told 255: an exit code can be read once.
_asking = threading.Lock()


class Ended(subprocess.CompletedProcess[str]):
    """A command that ran to its end."""

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.stdout)


def environment(**changes: str) -> dict[str, str]:
    """This process's environment without its AWS settings and colour wishes."""
    unwanted = ("AWS_", "FORCE_COLOR", "CLICOLOR", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nowhere, "AWS_EC2_METADATA_DISABLED": "true", **changes}


def played_by(url: str, service: str = "") -> dict[str, str]:
    """Variables with which the emulator at ``url`` is AWS, or one service of it (such as ``STS``)."""
    return {f"AWS_ENDPOINT_URL{service and f'_{service}'}": url, "AWS_DATA_PATH": str(_this_machine_is_aws())}


@functools.cache
def _this_machine_is_aws() -> Path:
    """A folder of botocore's data, in which a domain of AWS is this machine."""
    import botocore

    partitions = json.loads(Path(botocore.__file__).with_name("data").joinpath("partitions.json").read_text())
    partitions["partitions"][0]["outputs"]["dualStackDnsSuffix"] = "127.0.0.1"
    folder = Path(tempfile.mkdtemp(prefix="aws-data-"))
    atexit.register(shutil.rmtree, folder)
    (folder / "partitions.json").write_text(json.dumps(partitions))
    return folder


class Run:
    """One run of ``python deploy.py`` with ``arguments``, from now on."""

    def __init__(self, *arguments: str | Path, env: dict[str, str], cwd: Path = ROOT) -> None:
        self.arguments = [str(argument) for argument in arguments]
        self._folder = tempfile.TemporaryDirectory()
        self._out, self._err = Path(self._folder.name, "out"), Path(self._folder.name, "err")
        what = (self.arguments, env, cwd, self._out, self._err)
        self._process = _context.Process(target=_main, args=what)
        with _asking:
            self._process.start()

    @property
    def pid(self) -> int:
        """Of its process, and of the group of it."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        with _asking:
            return self._process.is_alive()

    @property
    def said(self) -> str:
        """Its standard output up to now."""
        return self._out.read_text("utf-8", errors="replace") if self._out.exists() else ""

    def end(self) -> Ended:
        """Wait for it. A negative exit code is the signal that killed it."""
        wait([self._process.sentinel], LIMIT)
        with _asking:
            code = self._process.exitcode
            if code is None:
                self._process.kill()
            self._process.join()
            self._process.close()
        out, err = (path.read_text("utf-8") if path.exists() else "" for path in (self._out, self._err))
        self._folder.cleanup()
        assert code is not None, f"{self.arguments} hangs: {out}{err}"
        return Ended(self.arguments, code, out, err)


def _main(arguments: list[str], env: dict[str, str], cwd: Path, out: Path, err: Path) -> None:
    os.setpgid(0, 0)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY), number)
    sys.argv = [str(ROOT / "deploy.py"), *arguments]
    from deployer.cli import main

    main()
