"""All apps of config.yaml on a warm emulator, ours alone; and how heavy their sites are."""

import gzip
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench import emulators
from bench.deployments import STEPS, ours
from bench.processes import ROOT
from bench.report import table

REPEATS = 5


def measure(tell: Callable[[str], None]) -> dict[str, Any]:
    """Medians, {"steps": {step: {"seconds", "reading", "writing"}}}, the last two in calls; and {"sites": weights}.

    A first round does not count.
    """
    rounds = []
    with emulators.emulator() as emulator:
        for number in range(REPEATS + 1):
            tell(f"all apps, {number} of {REPEATS}: up, no-op, down")
            turn = ours(emulator.endpoint_url)
            rounds.append({step: {"seconds": ended.seconds, **sent} for step, ended, sent in turn})
    steps = {
        step: {
            "seconds": round(median(each[step]["seconds"] for each in rounds[1:]), 3),
            "reading": int(median(each[step]["reading"] for each in rounds[1:])),
            "writing": int(median(each[step]["writing"] for each in rounds[1:])),
        }
        for step in STEPS
    }
    return {"steps": steps, "sites": weigh(ROOT / "sites")}


def section(found: dict[str, Any]) -> str:
    steps = table(
        ("step", "seconds", "calls reading", "writing"),
        (
            (STEPS[step], f"{row['seconds']:.2f} s", str(row["reading"]), str(row["writing"]))
            for step, row in found["steps"].items()
        ),
    )
    sites = table(
        ("site", "files", "as they are", "gzipped"),
        ((name, str(row["files"]), f"{row['bytes']:,}", f"{row['gzipped']:,}") for name, row in found["sites"].items()),
    )
    return f"## All apps of config.yaml, {REPEATS} times\n\n{steps}\n\n## Sites, bytes of all files\n\n{sites}"


def weigh(sites: Path) -> dict[str, dict[str, int]]:
    """{site: {"files", "bytes", "gzipped"}}, what all share included; every file is gzipped by itself."""
    shared = sites / "shared"
    weights = {}
    for folder in sorted(set(sites.iterdir()) - {shared}):
        contents = [path.read_bytes() for each in (shared, folder) for path in each.rglob("*") if path.is_file()]
        weights[folder.name] = {
            "files": len(contents),
            "bytes": sum(map(len, contents)),
            "gzipped": sum(len(gzip.compress(content, mtime=0)) for content in contents),
        }
    return weights
