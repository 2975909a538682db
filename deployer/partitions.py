"""AWS's partitions as botocore's data describe them: their regions, and the domains that are theirs.

Botocore itself, which takes long to import, stays out of it.
"""

from __future__ import annotations

import functools
import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_FILE = "partitions.json"
_DOMAINS = ("dnsSuffix", "dualStackDnsSuffix")


def regions() -> list[str]:
    """Those of all partitions."""
    return [name for each in _partitions(_folders()) for name in each["regions"] if not name.endswith("-global")]


def leads_to_aws(url: str) -> bool:
    """Whether a URL leads to AWS, and nowhere else. Addresses of VPC endpoints do."""
    host = urlsplit(url).hostname or ""
    domains = {each["outputs"][name] for each in _partitions(_folders()) for name in _DOMAINS}
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _folders() -> tuple[Path, ...]:
    """Where botocore looks for its data, those of partitions that are not public among them."""
    spec = find_spec("botocore")
    assert spec is not None
    assert spec.origin is not None
    told = os.environ.get("AWS_DATA_PATH", "").split(os.pathsep)
    return (*map(Path, filter(None, told)), Path(spec.origin).parent / "data")


@functools.cache
def _partitions(folders: tuple[Path, ...]) -> list[Any]:
    file = next(path for folder in folders if (path := folder / _FILE).is_file())
    found: list[Any] = json.loads(file.read_text(encoding="utf-8"))["partitions"]
    return found
