"""Step Functions: definitions that AWS refuses, in its words, and those that LocalStack could not run."""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from localstack.aws.api.stepfunctions import InvalidDefinition
from localstack.services.stepfunctions.provider import StepFunctionsProvider
from localstack.utils.patch import Patch

from localdev.refusals import refusal

ENDS = frozenset({"Choice", "Fail", "Succeed"})  # states that say otherwise what comes next


def apply() -> None:
    validate = looking(StepFunctionsProvider._validate_definition)
    Patch(StepFunctionsProvider, "_validate_definition", staticmethod(validate)).apply()


def looking(original: Callable[..., None]) -> Callable[..., None]:
    def validate(definition: str, static_analysers: Any) -> None:
        try:
            original(definition, static_analysers)
        except InvalidDefinition as error:  # LocalStack goes on with every word of the language
            raise invalid(f"SCHEMA_VALIDATION_FAILED: {error.message.partition(' expecting {')[0]}") from None
        machine = json.loads(definition)
        if languages(machine):
            raise refusal("state machines with JSONata are not emulated: use JSONPath")
        found = list(problems(machine)) if "States" in machine else []
        if found:
            raise invalid(", ".join(found))

    return validate


def invalid(why: str) -> InvalidDefinition:
    return InvalidDefinition(f"Invalid State Machine Definition: '{why}'")


def languages(part: Any) -> bool:
    """Whether any state says that it is written in JSONata."""
    if isinstance(part, dict):
        return part.get("QueryLanguage") == "JSONata" or any(map(languages, part.values()))
    return isinstance(part, list) and any(map(languages, part))


def problems(machine: Any, place: str = "") -> Iterator[str]:
    """https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html"""
    states = machine["States"]
    targets = [(f"{place}/StartAt", machine["StartAt"])]
    for name, state in states.items():
        here = f"{place}/States/{name}"
        if state["Type"] not in ENDS and "Next" not in state and "End" not in state:
            yield f"SCHEMA_VALIDATION_FAILED: The state has neither 'Next' nor 'End' at {here}"
        targets += [(f"{here}/{field}", state[field]) for field in ("Next", "Default") if field in state]
        for field in ("Choices", "Catch"):
            for number, each in enumerate(state.get(field, [])):
                if "Next" in each:
                    targets.append((f"{here}/{field}[{number}]/Next", each["Next"]))
                else:  # LocalStack's parser looks at everything else
                    yield f"SCHEMA_VALIDATION_FAILED: The field 'Next' is missing at {here}/{field}[{number}]"
        for number, branch in enumerate(state.get("Branches", [])):
            yield from problems(branch, f"{here}/Branches[{number}]")
        for field in ("ItemProcessor", "Iterator"):
            if field in state:
                yield from problems(state[field], f"{here}/{field}")
    for where, target in targets:
        if target not in states:
            yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {where}"
