"""What the laws over every kind share: the kinds, and each one's case in ``test_<kind>.py``."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from deployer.plan import Plan
from deployer.resource import Resource, kinds

KINDS = {kind.kind: kind for kind in kinds()}
every_kind = pytest.mark.parametrize("kind", KINDS)


def case(kind: str) -> ModuleType:
    return importlib.import_module(f"tests.resources.test_{kind}")


def of_kind(made: Plan, kind: str) -> list[Resource]:
    found = [resource for resource in made.resources.values() if resource.kind == kind]
    assert found, f"CONFIG of {kind} declares none"
    return found
