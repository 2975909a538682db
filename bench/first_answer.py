"""From nothing running to the first answered QR request, the way ``make up`` goes: it deploys all apps first.

`deploy.py up` starts the emulator by itself only on the default port, where somebody's own may be. So this runs a
copy of the project whose default port is a free one; its packages come from the project's cache.
"""

import json
import shutil
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.processes import ROOT, StepFailed, python
from bench.report import Aim, at_most, table
from localdev.emulator import DEFAULT_PORT, Emulator
from localdev.testing import free_port

REPEATS = 5
AIM = 8  # seconds
TEXT = "Hello from my first QR code"


def measure(tell: Callable[[str], None]) -> dict[str, float]:
    """Seconds: the very first start, with caches of LocalStack's still to be made; then the median of the others."""
    with TemporaryDirectory() as temporary:
        copy = Path(temporary)
        port = free_port()
        _copy_project(copy, port)
        seconds = []
        for number in range(REPEATS + 1):
            tell(f"first answer, {number} of {REPEATS}")
            seconds.append(_once(copy, port))
    return {"first ever": round(seconds[0], 2), "median": round(median(seconds[1:]), 2)}


def section(found: dict[str, float]) -> str:
    rows = [
        (f"packages cached, {REPEATS} times", f"{found['median']:.1f} s"),
        ("the same, LocalStack's caches still empty, once", f"{found['first ever']:.1f} s"),
    ]
    return f"## No emulator to all apps and a first QR answer\n\n{table(('what', 'seconds'), rows)}"


def aims(found: dict[str, float]) -> list[Aim]:
    return [at_most("no emulator to all apps and a first QR answer", found["median"], AIM, "{:.1f} s")]


def _copy_project(copy: Path, port: int) -> None:
    for name in ("deployer", "localdev", "functions", "sites"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("deploy.py", "config.yaml"):
        shutil.copy(ROOT / name, copy)
    (copy / ".cache").symlink_to(ROOT / ".cache")
    for package in ("deployer", "localdev"):
        holding = [file for file in (copy / package).glob("*.py") if str(DEFAULT_PORT) in file.read_text()]
        if not holding:
            raise StepFailed(f"{package} no longer says which port is the default one")
        for file in holding:
            file.write_text(file.read_text().replace(str(DEFAULT_PORT), str(port)))


def _once(copy: Path, port: int) -> float:
    emulator = Emulator(copy / ".localdev", port)
    began = time.perf_counter()
    try:
        result = python("deploy.py", "up", "--stage", "bench", "--json", folder=copy).json()
        _generate(result["outputs"]["qr"]["api.url"])
        return time.perf_counter() - began
    finally:
        emulator.stop()


def _generate(url: str) -> None:
    body = json.dumps({"text": TEXT}).encode()
    request = urllib.request.Request(f"{url}/generate", body, {"Content-Type": "application/json"}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            answered, status = json.load(response), response.status
    except OSError as error:
        raise StepFailed(f"POST /generate: {error}") from None
    if status != 200 or "url" not in answered:
        raise StepFailed(f"POST /generate answered {status}: {answered}")
