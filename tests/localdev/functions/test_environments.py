"""What LocalStack 4.13.1 gets wrong under concurrent invocations, made to happen every time.

In a process of its own: importing LocalStack into the test session would bring its warnings and its moto.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PREPARED = """
from localdev.functions import environments
from localstack.services.lambda_.invocation.assignment import AssignmentService
from localstack.services.lambda_.invocation.execution_environment import InvalidStatusException
from localstack.services.lambda_.invocation.lambda_models import InitializationType

environments.apply()
service = AssignmentService()
known = service.environments["manager"]

class Environment:
    initialization_type = InitializationType.on_demand
    def __init__(self, id):
        self.id, self.reserved = id, False
    def reserve(self):
        if self.reserved:
            raise InvalidStatusException("reserved by another invocation")
        self.reserved = True
    def release(self):
        self.reserved = False

def lent():
    return service.get_environment("manager", None, InitializationType.on_demand)
"""

OTHERS_START_MEANWHILE = """
class Growing(Environment):
    @property
    def initialization_type(self):
        known[f"another-{len(known)}"] = Environment("another")
        return InitializationType.on_demand

known["a"], known["b"] = Growing("a"), Growing("b")
known["a"].reserve()
with lent() as environment:
    assert environment.id == "b"
"""

OTHERS_SEE_THE_NEW_ONE = """
class New(Environment):
    def reserve(self):
        for seen in list(known.values()):  # another invocation gets there first
            seen.reserved = True
        super().reserve()

service.start_environment = lambda *_: New("new")
with lent() as environment:
    assert environment.reserved
assert known["new"] is environment and not environment.reserved
"""


@pytest.mark.emulator
@pytest.mark.parametrize("race", [OTHERS_START_MEANWHILE, OTHERS_SEE_THE_NEW_ONE])
def test_an_environment_is_lent_once_whatever_others_do(race: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", PREPARED + race], env={"HOME": str(tmp_path)}, check=True)
