"""``python -m bench``: measure everything, print it, and write results.json and results.md beside this file.

It takes about six minutes. Everything happens in emulators and folders of its own, which are gone afterwards.
"""

import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import apps, commands, deployments, first_answer, qr_function, report, upload
from bench.processes import ROOT, StepFailed
from bench.terraform import NotAvailable, Terraform
from localdev.emulator import Emulator
from localdev.errors import LocaldevError

FOLDER = Path(__file__).parent


def main() -> int:
    began = time.monotonic()
    try:
        results = measure()
    except (StepFailed, LocaldevError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    text = report.markdown(results)
    (FOLDER / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    (FOLDER / "results.md").write_text(text, encoding="utf-8")
    tell(f"done in {time.monotonic() - began:.0f} s")
    print(text)
    return 0


def measure() -> dict[str, Any]:
    load = os.getloadavg()[0]
    with TemporaryDirectory() as temporary:
        archive = deployments.zipped()
        emulator = Emulator(Path(temporary, "emulator"), first_answer.free_port())
        try:
            emulator.start()
            terraform, said = terraform_in(Path(temporary, "terraform"), emulator.endpoint_url, archive)
            deployed = deployments.measure(emulator.endpoint_url, archive, terraform, tell)
            all_apps = apps.measure(emulator.endpoint_url, tell)
            tell("a photo")
            uploaded = upload.measure(emulator.endpoint_url)
        finally:
            emulator.stop()
    tell("commands")
    called = commands.measure()
    answered = first_answer.measure(tell)
    tell("the QR function")
    function = qr_function.measure()
    return {
        "machine": {
            "cores": os.cpu_count(),
            "Python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "LocalStack": version("localstack-core"),
            "boto3": version("boto3"),
            "load before": round(load, 1),
        },
        **deployed,
        "terraform": said,
        "apps": all_apps,
        "sites": apps.weigh(ROOT / "sites"),
        "upload": uploaded,
        "commands": called,
        "first_answer": answered,
        "qr_function": function,
    }


def terraform_in(folder: Path, endpoint_url: str, archive: Path) -> tuple[Terraform | None, dict[str, str]]:
    """Terraform, ready, or what to say in its place."""
    folder.mkdir()
    try:
        terraform = Terraform(folder, endpoint_url, archive)
    except NotAvailable as reason:
        return None, {"skipped": str(reason)}
    return terraform, {"version": terraform.version}


def tell(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
