"""A function's folder to a zip that is the same, byte for byte, on every run.

Requirements are installed by uv for the platform that will run them: Lambda's Linux, or the interpreter by which
our emulator runs functions. They are compressed once: a function's own files are appended to a copy of that archive.
All of it is cached by content.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deployer.errors import PackageError
from deployer.files import files_below
from deployer.waiting import waiting

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_ZIP_LIMIT = 50 * 1024**2
_UNZIPPED_LIMIT = 250 * 1024**2

# Bytes of a zip depend on this code too: raise it when they change.
_FORMAT = "2"
_EPOCH = (1980, 1, 1, 0, 0, 0)
# Seconds that what nobody used stays in the cache. Each save under 'watch' makes a zip, quickly, of many megabytes.
_KEEP_ZIP = 3600
_KEEP_REQUIREMENTS = 7 * 24 * 3600
_REQUIREMENTS = "requirements-"

_SECRETS = ".env"  # which people load into the environment of a program
# Files of an installation that name this machine, or the moment.
_MACHINE_FILES = re.compile(r"^(bin|Scripts)/|^\.lock$|\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$")


@dataclass(frozen=True)
class Source:
    """A folder of code, and what it is to run on."""

    folder: Path
    runtime: str
    architecture: str


@dataclass(frozen=True)
class Interpreter:
    """A Python of this machine that will run functions, and what it is: wheels of one ``tag`` are the same."""

    executable: str
    tag: str


@dataclass(frozen=True)
class Interpreters:
    """What runs functions on this machine: ``own`` those for which ``runtimes`` has nothing more fitting."""

    own: Interpreter
    runtimes: Mapping[str, Interpreter] = field(default_factory=dict)

    def of(self, runtime: str) -> Interpreter:
        return self.runtimes.get(runtime, self.own)


def here() -> Interpreters:
    """The one that runs this, for everything."""
    return Interpreters(
        Interpreter(sys.executable, f"{sys.implementation.cache_tag}-{sys.platform}-{platform.machine()}")
    )


@dataclass(frozen=True)
class Code:
    """Code as Lambda knows it: two are equal when their zips are.

    Attributes:
        sha256: of the zip, in base64, as Lambda's ``CodeSha256``.
        zip: where it lies, when it was built here.
    """

    sha256: str
    zip: Path | None = field(default=None, compare=False)

    def content(self) -> bytes:
        assert self.zip is not None
        return self.zip.read_bytes()

    def __str__(self) -> str:
        return f"sha256 {self.sha256[:12]}…"


@dataclass(frozen=True)
class _Platform:
    """What the requirements are installed for; ``arguments`` are uv's."""

    name: str
    arguments: tuple[str, ...]


def build(source: Source, cache: Path, interpreters: Interpreters | None) -> Code:
    """Build the zip of a function, or take it from the cache.

    Args:
        cache: a folder of ours, made when it is missing.
        interpreters: what will run it, where that is not Lambda's Linux.

    Raises:
        PackageError: a requirement cannot be had for the platform, or the zip is larger than Lambda takes.
    """
    if interpreters:
        interpreter = interpreters.of(source.runtime)
        # --python rather than a platform's name: wheels are then chosen exactly as pip would choose them there.
        target = _Platform(interpreter.tag, ("--python", interpreter.executable))
    else:
        target = _lambda(source.runtime, source.architecture)
    if (source.folder / _SECRETS).is_file():
        waiting.get()(f"{source.folder.name}/{_SECRETS} stays here: what of it the code needs belongs in 'environment'")
    own = _named(source.folder, files_below(source.folder))
    key = _digest(target.name, *(part for file in sorted(own.items()) for part in _identity(*file)))
    cache.mkdir(parents=True, exist_ok=True)
    with _lock(key):
        found = next((path for path in cache.glob(f"{key}-*.zip") if _kept(path)), None)
        if found is None:
            found = _zip(own, _requirements(own, target, cache), cache, key, source.folder)
    sha256 = base64.b64encode(bytes.fromhex(found.stem.partition("-")[2])).decode()
    return Code(sha256, found)


def _lambda(runtime: str, architecture: str) -> _Platform:
    """Lambda's Linux: its glibc is 2.26 up to python3.11 and 2.34 from python3.12.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    """
    version = runtime.removeprefix("python")
    manylinux = "manylinux_2_34" if int(version.partition(".")[2]) >= 12 else "manylinux2014"
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]
    return _Platform(
        f"{runtime}-{architecture}", ("--python-platform", f"{machine}-{manylinux}", "--python-version", version)
    )


def _requirements(own: dict[str, Path], target: _Platform, cache: Path) -> Path | None:
    """The archive of what a function requires, made once for each content and platform; None for nothing."""
    if "requirements.txt" not in own:
        return None
    folder = _install(own["requirements.txt"], target, cache)
    installed = _installed(folder)
    clashing = sorted(installed.keys() & own.keys())  # our own code wins
    key = _digest(folder.name, *clashing)
    made = cache / f"{_REQUIREMENTS}{key}.zip"
    with _lock(key):
        if not _kept(made):
            _refuse_large(sum(path.stat().st_size for path in installed.values()), own["requirements.txt"].parent)
            with tempfile.TemporaryDirectory(dir=cache) as unfinished:
                path = Path(unfinished) / "zip"
                _append(path, {name: file for name, file in installed.items() if name not in clashing})
                path.replace(made)
    return made


def _install(requirements: Path, target: _Platform, cache: Path) -> Path:
    """The folder with the requirements installed: made once for each content and platform."""
    key = _digest(target.name, requirements.read_text(encoding="utf-8"))
    folder = cache / f"{_REQUIREMENTS}{key}"
    with _lock(key):
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=cache) as unfinished:
                _uv(requirements, target, Path(unfinished) / "installed")
                _move(Path(unfinished) / "installed", folder)
    return folder


def _uv(requirements: Path, target: _Platform, folder: Path) -> None:
    from uv import find_uv_bin

    what = f"{requirements.parent.name}/{requirements.name}"
    waiting.get()(f"installing {what} for {target.name}")
    install = [find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--only-binary", ":all:"]
    arguments = [*target.arguments, "--target", str(folder), "--requirements", str(requirements)]
    done = subprocess.run([*install, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = " ".join(re.sub(r"[^\x00-\x7f]|^error:", " ", done.stderr).split())
        raise PackageError(
            f"{what} cannot be installed for {target.name}: {reason}",
            "a package without a wheel for that platform cannot be used; try another version of it",
        )
    folder.mkdir(exist_ok=True)  # a file of comments only installs nothing


def _kept(path: Path) -> bool:
    """Whether it is there, and then for longer: another process may just be tidying up."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _zip(own: dict[str, Path], requirements: Path | None, cache: Path, key: str, folder: Path) -> Path:
    with tempfile.TemporaryDirectory(dir=cache) as unfinished:
        path = Path(unfinished) / "zip"
        if requirements:
            shutil.copyfile(requirements, path)
        _append(path, own)
        with zipfile.ZipFile(path) as archive:
            _refuse_large(sum(entry.file_size for entry in archive.infolist()), folder)
        if path.stat().st_size > _ZIP_LIMIT:
            raise PackageError(
                f"the zip of '{folder.name}' has {path.stat().st_size / 1e6:.0f} MB, Lambda takes 52 MB directly",
                "leave out what the function does not import; boto3 is there already",
            )
        with path.open("rb") as content:
            made = cache / f"{key}-{hashlib.file_digest(content, 'sha256').hexdigest()}.zip"
        path.replace(made)
    for old in cache.glob("*.zip"):
        keep = _KEEP_REQUIREMENTS if old.name.startswith(_REQUIREMENTS) else _KEEP_ZIP
        with contextlib.suppress(FileNotFoundError):  # another process may tidy up too
            if old.stat().st_mtime < time.time() - keep:
                old.unlink()
    return made


def _append(archive: Path, files: dict[str, Path]) -> None:
    """Compress files into an archive, new or not: nothing of the machine or the moment goes in."""
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED, compresslevel=6) as opened:
        for name, file in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whatever this machine is
            entry.external_attr = (stat.S_IFREG | _mode(file)) << 16
            opened.writestr(entry, file.read_bytes())


def _refuse_large(unzipped: int, folder: Path) -> None:
    if unzipped > _UNZIPPED_LIMIT:
        raise PackageError(
            f"the package of '{folder.name}' has {unzipped / 1e6:.0f} MB, Lambda allows 262 MB unzipped",
            "leave out what the function does not import; boto3 is there already",
        )


def _named(folder: Path, paths: Iterable[Path]) -> dict[str, Path]:
    """Name in the zip to path."""
    return {path.relative_to(folder).as_posix(): path for path in paths}


def _installed(folder: Path) -> dict[str, Path]:
    """The same of each file of an installation that belongs into a zip."""
    found = _named(folder, files_below(folder, lambda name: name == "__pycache__" or name.endswith(".pyc")))
    return {name: path for name, path in found.items() if not _MACHINE_FILES.search(name)}


def _identity(name: str, path: Path) -> tuple[str, str, str]:
    return name, f"{_mode(path):o}", hashlib.sha256(path.read_bytes()).hexdigest()


def _mode(path: Path) -> int:
    """Readable by the user that Lambda runs functions as, whatever the umask was here."""
    return 0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join((_FORMAT, *parts)).encode()).hexdigest()[:32]


def _move(unfinished: Path, folder: Path) -> None:
    try:
        unfinished.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process made the same one meanwhile
            raise


_locks: dict[str, threading.Lock] = {}


def _lock(key: str) -> threading.Lock:
    return _locks.setdefault(key, threading.Lock())
