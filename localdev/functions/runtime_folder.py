"""A folder that holds what AWS's Python runtime brings along, and nothing else, as links."""

from __future__ import annotations

import shutil
from functools import cache
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


def build_runtime_folder(folder: Path, *, compiled: bool) -> Path:
    """Makes the links anew. Raises ModuleNotFoundError if a part is not installed.

    compiled: whether to take awslambdaric's own client, if it is there: it is built on Linux only, and for the
    interpreter that it was installed for. The rest is plain Python.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in PROVIDED:
        installed = _installed(name)
        (folder / installed.name).symlink_to(installed)
    if compiled and find_spec("runtime_client") is not None:
        client = _installed("runtime_client")
        (folder / client.name).symlink_to(client)
    else:
        shutil.copy(Path(__file__).with_name("pure_client.py"), folder / "runtime_client.py")
    return folder


@cache
def linked_folders() -> tuple[str, ...]:
    """Those the links lead to: mostly one."""
    return tuple({str(_installed(name).parent) for name in PROVIDED})


def _installed(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the Lambda runtime lacks {name}")
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations else origin
