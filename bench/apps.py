"""All apps of config.yaml on a warm emulator, ours alone; and how heavy their sites are."""

import gzip
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.deployments import STEPS, ours

REPEATS = 5


def measure(endpoint_url: str, tell: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Medians, {step: {"seconds", "reading", "writing"}}, the last two in calls. A first round does not count."""
    rounds = []
    for number in range(REPEATS + 1):
        tell(f"all apps, {number} of {REPEATS}: up, no-op, down")
        rounds.append({step: {"seconds": ended.seconds, **sent} for step, ended, sent in ours(endpoint_url)})
    return {
        step: {
            "seconds": round(median(each[step]["seconds"] for each in rounds[1:]), 3),
            "reading": int(median(each[step]["reading"] for each in rounds[1:])),
            "writing": int(median(each[step]["writing"] for each in rounds[1:])),
        }
        for step in STEPS
    }


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
