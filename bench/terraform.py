"""Terraform and its AWS provider, at work in an emulator."""

import json
import os
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import floor_site
from bench.processes import Finished, StepFailed, environment, run

FILES = Path(__file__).with_suffix("")
PROVIDER = "registry.terraform.io/hashicorp/aws"
WAITING = "aws_s3_bucket_lifecycle_configuration.images"
MIRROR = """\
provider_installation {{
  filesystem_mirror {{
    path    = {path}
    include = ["{provider}"]
  }}
  direct {{
    exclude = ["{provider}"]
  }}
}}
"""


class NotAvailable(Exception):
    """Terraform cannot be measured on this machine; says why."""


class Terraform:
    """One folder with a state of its own. Initialised, which no figure includes."""

    def __init__(self, folder: Path, endpoint_url: str, **variables: str) -> None:
        """
        Args:
            folder: has the ``.tf`` files.
            endpoint_url: where all calls go.
            variables: those of the ``.tf`` files.

        Raises:
            NotAvailable: there is no Terraform, or it finds no provider.
        """
        program = shutil.which("terraform")
        if program is None:
            raise NotAvailable("not installed")
        self._program = program
        self._folder = folder
        self._variables = environment(
            **_command_line_configuration(folder),
            CHECKPOINT_DISABLE="1",
            TF_IN_AUTOMATION="1",
            TF_VAR_endpoint=endpoint_url,
            **{f"TF_VAR_{name}": value for name, value in variables.items()},
        )
        try:
            self._run("init", "-no-color", "-input=false")
        except StepFailed as failure:
            lines = [line.strip("│╷╵ ") for line in str(failure).splitlines()]
            reason = next((line for line in lines if line.startswith("Error: ")), lines[0])
            raise NotAvailable(f"cannot init: {reason.removeprefix('Error: ')}") from None
        self.version = json.loads(self._run("version", "-json").output)["terraform_version"]

    def up(self) -> tuple[float, float]:
        """Seconds of a first apply; then, until all but the bucket's lifecycle rule was there.

        For that rule the provider waits almost a minute until AWS shows it reliably, an emulator's or not.
        """
        began = time.time()
        finished = self._run("apply", "-auto-approve", "-json")
        ends = [
            datetime.fromisoformat(event["@timestamp"]).timestamp()
            for event in _events(finished)
            if event["type"] == "apply_complete" and event["hook"]["resource"]["addr"] != WAITING
        ]
        return finished.seconds, max(ends) - began

    def noop(self) -> float:
        finished = self._run("apply", "-auto-approve", "-json")
        summary = [event["changes"] for event in _events(finished) if event["type"] == "change_summary"][-1]
        if summary["add"] or summary["change"] or summary["remove"]:
            raise StepFailed(f"terraform apply changes what it has just made: {summary}")
        return finished.seconds

    def down(self) -> float:
        return self._run("destroy", "-auto-approve", "-json").seconds

    def output(self, name: str) -> Any:
        return json.loads(self._run("output", "-json", name).output)

    def _run(self, *arguments: str) -> Finished:
        return run(self._program, *arguments, folder=self._folder, variables=self._variables)


def qr(folder: Path, endpoint_url: str, archive: Path) -> Terraform:
    """The QR app.

    Args:
        folder: an empty one.
        archive: the function's zip.

    Raises:
        NotAvailable: see above.
    """
    for part in FILES.glob("*.tf"):
        shutil.copy(part, folder)
    pages = json.dumps({key: str(path) for key, path in floor_site.files().items()})
    return Terraform(folder, endpoint_url, zip=str(archive), pages=pages)


def _events(finished: Finished) -> list[dict[str, Any]]:
    return [json.loads(line) for line in finished.output.splitlines() if line.startswith("{")]


def _command_line_configuration(folder: Path) -> dict[str, str]:
    """Where providers come from: the user's own configuration, else the folder that TF_PLUGIN_MIRROR names."""
    given = os.environ.get("TF_CLI_CONFIG_FILE", "")
    if given and Path(given).is_file():
        return {"TF_CLI_CONFIG_FILE": given}
    mirror = os.environ.get("TF_PLUGIN_MIRROR", "")
    if mirror and (Path(mirror) / PROVIDER).is_dir():
        configuration = folder / "terraform.rc"
        path = json.dumps(str(Path(mirror).resolve()))
        configuration.write_text(MIRROR.format(path=path, provider=PROVIDER), encoding="utf-8")
        return {"TF_CLI_CONFIG_FILE": str(configuration)}
    return {}
