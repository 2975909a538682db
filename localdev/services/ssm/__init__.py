"""Systems Manager, without what moto's imports for commands that are sent to machines: its EC2, which takes seconds."""

# mypy: allow-untyped-calls
from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType, SimpleNamespace
from typing import Any

EC2, MODELS = "moto.ec2", "moto.ssm.models"


def apply() -> None:
    sys.meta_path.insert(0, Finder())
    from localdev.services.ssm import parameters

    parameters.apply()


class Finder:
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name == MODELS else None
        if spec is not None and spec.origin:
            spec.loader = WithoutEC2(name, spec.origin)
        return spec


class WithoutEC2(SourceFileLoader):
    """Only for this module an import of EC2 is another one: whoever else imports it meanwhile gets it."""

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = vars(builtins) | {"__import__": imported}
        super().exec_module(module)


def imported(name: str, *how: Any) -> Any:
    return SimpleNamespace(ec2_backends=WhenLookedAt()) if name == EC2 else builtins.__import__(name, *how)


class WhenLookedAt:
    """EC2's backends, by account."""

    def __getitem__(self, account: str) -> Any:
        return importlib.import_module(EC2).ec2_backends[account]
