"""One thing that was looked at, and all of them in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from deployer.errors import SkiffError, Unforeseen
from deployer.run import Run

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        state: a ``problem`` keeps something from working, a ``warning`` may.
        text: what was found.
        remedy: what to do about it; empty if there is nothing to do.
    """

    name: str
    state: State
    text: str
    remedy: str = ""

    def line(self) -> str:
        return f"  {self.state:<8} {self.name:<14} {self.text}"

    def json(self) -> dict[str, str]:
        return asdict(self)


def checks(run: Run) -> Iterator[Check]:
    """Everything that can be looked at for a run's target. What goes wrong with one check is a problem of its own."""
    from deployer.doctor import account, local, machine

    looks = [machine.python, machine.packages, machine.uv, machine.configuration, machine.schema]
    looks += [account.account if run.target == "aws" else local.emulator]
    for look in looks:
        try:
            yield from look(run)
        except SkiffError as error:
            yield Check(look.__name__, "problem", str(error), error.hint)
        except Exception as error:
            told = Unforeseen(error)
            yield Check(look.__name__, "problem", str(told), told.hint)
