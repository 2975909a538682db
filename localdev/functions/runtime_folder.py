"""A folder that holds what AWS's Python runtime brings along, and nothing else, as links."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html, "Runtime-included SDK versions", and
# the runtime itself with what it imports.
PROVIDED = (
    "awslambdaric",
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


def build_runtime_folder(folder: Path, *, compiled: bool | None = None) -> Path:
    """Makes the links anew. Raises ModuleNotFoundError if a part is not installed.

    compiled: whether to take awslambdaric's own client, which is there on Linux only; by default, if it is.
    """
    if compiled is None:
        compiled = find_spec("runtime_client") is not None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in PROVIDED:
        installed = _installed(name)
        (folder / installed.name).symlink_to(installed)
    client = _installed("runtime_client") if compiled else Path(__file__).with_name("pure_client.py")
    (folder / f"runtime_client{''.join(client.suffixes)}").symlink_to(client)
    return folder


def _installed(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the Lambda runtime lacks {name}")
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations else origin
