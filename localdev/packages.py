"""What LocalStack would download: programs that some of its services run."""

# mypy: allow-untyped-calls
from __future__ import annotations
import __future__

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import localstack.config
from localstack.utils.patch import patch

NAME = "localstack.packages.api"


def apply() -> None:
    readable()
    from localstack.packages.api import PackageInstaller

    patch(PackageInstaller.install)(install_nothing)


def readable() -> None:
    """Its annotations need Python 3.13, where ``threading.Lock`` is a class: ``Lock | None``.

    Without it neither Kinesis nor what builds on it can be imported, nor Step Functions.
    """
    path = Path(localstack.config.__file__).with_name("packages") / "api.py"
    spec = importlib.util.spec_from_file_location(NAME, path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    flags = __future__.annotations.compiler_flag  # which are not evaluated
    sys.modules[NAME] = module
    exec(compile(path.read_text(), path, "exec", flags, dont_inherit=True), vars(module))


def install_nothing(original: Callable[..., None], self: Any, target: Any = None) -> None:
    """Raises NotImplementedError, unless the program is there: nothing is downloaded."""
    if not self.is_installed():
        raise NotImplementedError(f"it needs {self.name}, which LocalStack would have to download")
