"""Systems Manager, without what moto's imports for commands that are sent to machines: its EC2, which takes seconds."""

# mypy: allow-untyped-calls
from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

EC2 = "moto.ec2"


class WhenLookedAt:
    """EC2's backends, by account."""

    def __getitem__(self, account: str) -> Any:
        return importlib.import_module(EC2).ec2_backends[account]


def apply() -> None:
    if EC2 not in sys.modules:
        sys.modules[EC2] = stand_in = ModuleType(EC2)
        vars(stand_in)["ec2_backends"] = WhenLookedAt()
        try:
            importlib.import_module("moto.ssm.models")
        finally:
            del sys.modules[EC2]
    from localdev.services.ssm import parameters

    parameters.apply()
