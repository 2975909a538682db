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
from localdev.functions.hot_reload import Snapshot, snapshot

_merged: dict[tuple[Path, ...], tuple[Snapshot, Path]] = {}
_merging = threading.Lock()


def folder_of(layers: list[LayerVersion]) -> Path | None:
    """Made when it is first asked for, and when a file of theirs was saved. Later layers' files replace earlier ones'.

    https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
    """
    for layer in layers:
        layer.code.prepare_for_execution()
    locations = tuple(layer.code.get_unzipped_code_location() for layer in layers)
    if len(locations) < 2:
        return next(iter(locations), None)
    saved = snapshot(*(layer.code.get_unzipped_code_location() for layer in layers if layer.code.is_hot_reloading()))
    with _merging:
        before, folder = _merged.get(locations, (None, None))
        if folder is None or before != saved:
            if folder:
                shutil.rmtree(folder.parent)
            folder = _merge(locations)
            _merged[locations] = saved, folder
        return folder


def forget(code: Collection[Path]) -> None:
    """Removes what was made of layers. code: where their own files are, or were."""
    with _merging:
        for locations in [known for known in _merged if not set(code).isdisjoint(known)]:
            shutil.rmtree(_merged.pop(locations)[1].parent, ignore_errors=True)


def _merge(locations: tuple[Path, ...]) -> Path:
    name = hashlib.sha256("\0".join(map(str, locations)).encode()).hexdigest()[:32]
    folder = Path(tempfile.gettempdir()) / "layers" / name / "code"
    for location in locations:
        without = shutil.ignore_patterns(bytecode.FOLDER)
        shutil.copytree(location, folder, symlinks=True, dirs_exist_ok=True, ignore=without)
    bytecode.lead_out(folder, folder)
    return folder
