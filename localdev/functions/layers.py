"""Lambda layers, as one folder: what AWS shows at /opt."""

# mypy: allow-untyped-calls
from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
from collections.abc import Collection
from pathlib import Path

from localstack.services.lambda_.invocation.lambda_models import LayerVersion

from localdev.functions import bytecode

_merged: dict[tuple[Path, ...], Path] = {}
_merging = threading.Lock()


def folder_of(layers: list[LayerVersion]) -> Path | None:
    """Made when it is first asked for. Files of later layers replace those of earlier ones.

    https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
    """
    for layer in layers:
        layer.code.prepare_for_execution()
    locations = tuple(layer.code.get_unzipped_code_location() for layer in layers)
    if len(locations) < 2:
        return next(iter(locations), None)
    with _merging:
        if locations not in _merged:
            _merged[locations] = _merge(locations)
        return _merged[locations]


def forget(code: Collection[Path]) -> None:
    """Removes what was made of layers. code: where their own files are, or were."""
    with _merging:
        for locations in [known for known in _merged if not set(code).isdisjoint(known)]:
            shutil.rmtree(_merged.pop(locations).parent, ignore_errors=True)


def _merge(locations: tuple[Path, ...]) -> Path:
    name = hashlib.sha256("\0".join(map(str, locations)).encode()).hexdigest()[:32]
    folder = Path(tempfile.gettempdir()) / "layers" / name / "code"
    for location in locations:
        without = shutil.ignore_patterns(bytecode.FOLDER)
        shutil.copytree(location, folder, symlinks=True, dirs_exist_ok=True, ignore=without)
    bytecode.lead_out(folder, folder)
    return folder
