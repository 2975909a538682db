"""A folder that holds what AWS's Python runtime brings along, and nothing else, as links."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html, "Runtime-included SDK versions", and
# the runtime itself with what it imports.
PROVIDED = (
    "awslambdaric",
    "runtime_client",
    "simplejson",
    "snapshot_restore_py",
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "dateutil",
    "six",
    "urllib3",
)


def build_runtime_folder(folder: Path) -> Path:
    """Makes the links anew. Raises ModuleNotFoundError if a part is not installed."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.iterdir():
        stale.unlink()
    for name in PROVIDED:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"the Lambda runtime lacks {name}")
        origin = Path(spec.origin)
        installed = origin.parent if spec.submodule_search_locations else origin
        (folder / installed.name).symlink_to(installed)
    return folder
