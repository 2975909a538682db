"""Bytecode of what cannot be written to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localdev.functions import bytecode


@pytest.mark.emulator
def test_code_is_compiled_once(deploy: Callable[..., Any]) -> None:
    """Which the runtime's next process finds. Bytecode that is written again is another file."""
    function = deploy(
        "import os\n"
        "def handler(event, context):\n"
        "    if event: os._exit(1)\n"
        "    return [os.getpid(), os.stat(__cached__).st_ino]"
    )
    process, file = function.invoke().payload
    function.invoke("crash")
    another, same = function.invoke().payload
    assert (another != process, same) == (True, file)


def test_a_package_may_bring_bytecode_or_none(tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    for folder in ("brings/__pycache__", "package/inner", "data", "odd"):
        (unpacked / folder).mkdir(parents=True)
    files = ("app.py", "brings/part.py", "package/inner/part.py", "data/photo.png", "odd/part.py", "odd/__pycache__")
    for file in files:
        (unpacked / file).touch()
    bytecode.lead_out(tmp_path / "code", unpacked)
    unpacked.rename(tmp_path / "code")
    links = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("__pycache__") if path.is_symlink()}
    assert links == {"code/__pycache__", "code/package/inner/__pycache__"}
    (tmp_path / "code" / "package" / "inner" / "__pycache__" / "part.pyc").touch()
    assert (tmp_path / "bytecode" / "package" / "inner" / "part.pyc").exists()
