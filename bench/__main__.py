"""``python -m bench [PART]...``: measure, print it, and write results.json and results.md beside this file.

Without parts all are measured, which takes about twenty minutes; with some, the others' figures stay. What cannot be
measured is noted in its place, and the rest goes on. Everything happens in emulators and folders of its own, which are
gone afterwards.
"""

import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import apps, commands, deployments, edit, first_answer, invoke, latency, qr_function, report, scale, upload

FOLDER = Path(__file__).parent
# Each measures, and gives its section of the report; some have aims.
PARTS: dict[str, Any] = {
    "deployments": deployments,
    "latency": latency,
    "scale": scale,
    "edit": edit,
    "apps": apps,
    "upload": upload,
    "commands": commands,
    "first_answer": first_answer,
    "qr_function": qr_function,
    "invoke": invoke,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"error: there is no part '{unknown[0]}'\nhint: parts are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    return run(names or list(PARTS), PARTS, FOLDER)


def run(names: list[str], among: dict[str, Any], folder: Path) -> int:
    """Measure some of the parts; the figures of others that ``folder`` has are kept. Gives the exit code."""
    began = time.monotonic()
    file = folder / "results.json"
    parts = json.loads(file.read_text(encoding="utf-8"))["parts"] if file.exists() else {}
    try:
        for name in names:
            tell(name)
            parts[name] = measured(among[name])
            results = {"machine": machine(), "parts": parts}
            file.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    except KeyboardInterrupt:
        return 130
    text = markdown(results, among)
    (folder / "results.md").write_text(text, encoding="utf-8")
    tell(f"done in {time.monotonic() - began:.0f} s")
    print(text)
    return 1 if any("failed" in parts[name] for name in names) else 0


def measured(part: Any) -> dict[str, Any]:
    """A part's figures and the machine's load before, or why there are none."""
    load = round(os.getloadavg()[0], 1)
    try:
        return {"load": load, **part.measure(tell)}
    except Exception as error:  # hours of others must not be lost
        tell(f"failed: {error}")
        return {"load": load, "failed": f"{type(error).__name__}: {error}"}


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "LocalStack": version("localstack-core"),
        "boto3": version("boto3"),
    }


def markdown(results: dict[str, Any], among: dict[str, Any]) -> str:
    parts = {name: results["parts"].get(name, {"failed": "not measured"}) for name in among}
    good = {name: part for name, part in parts.items() if "failed" not in part}
    facts = ", ".join(f"{name} {value}" for name, value in results["machine"].items())
    loads = ", ".join(f"{name} {part['load']}" for name, part in good.items())
    sections = [
        among[name].section(part) if name in good else f"## {name}\n\n**Failed**: {part['failed']}"
        for name, part in parts.items()
    ]
    return (
        "\n\n".join(
            [
                "# Measured by `make bench`",
                f"{facts}. Medians; what is compared took turns within one run. The machine's load before: {loads}.",
                "## Aims",
                report.aims(
                    aim for name in good if hasattr(among[name], "aims") for aim in among[name].aims(good[name])
                ),
                *sections,
            ]
        )
        + "\n"
    )


def tell(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
