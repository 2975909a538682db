"""Making, checking and deleting the QR app: ours, beside the floor and Terraform, on one warm emulator.

In every round each of them takes its turn, so that a noisy machine disturbs all alike; before the first, ours and
the floor go through one that does not count.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.processes import ROOT, Finished, StepFailed, environment, python
from bench.terraform import Terraform

ROUNDS = 7
TERRAFORM_ROUNDS = (2, 6)  # of them, and far apart, lest one busy moment meets both: each takes a minute and a half
STEPS = ("up", "noop", "down")

Values = dict[tuple[str, str], list[float]]


def zipped() -> Path:
    """The function's zip: what the deployer's own build makes, or takes from its cache."""
    from deployer.package import Source, build, here

    code = build(Source(ROOT / "functions" / "qr", "python3.12", "x86_64"), ROOT / ".cache" / "packages", here())
    assert code.zip is not None
    return code.zip


def measure(endpoint_url: str, archive: Path, terraform: Terraform | None, tell: Callable[[str], None]) -> Any:
    """Medians, {"seconds": {step: {who: ...}}, "calls": likewise}, and "repeats": what the seconds come from."""
    seconds: Values = defaultdict(list)
    calls: Values = defaultdict(list)
    for number in range(ROUNDS + 1):
        tell(f"round {number} of {ROUNDS}: up, no-op, down")
        turns = [("ours", _qr(endpoint_url)), ("floor", _floor(endpoint_url, archive))]
        for who, turn in reversed(turns) if number % 2 else turns:
            for step, finished, sent in turn:
                if number:
                    seconds[step, who].append(finished.seconds)
                    calls[step, who].append(sent)
        if terraform and number in TERRAFORM_ROUNDS:
            tell("terraform: apply, no-op apply, destroy")
            whole, without_waiting = terraform.up()
            seconds["up", "terraform"].append(whole)
            seconds["up", "terraform without its wait"].append(without_waiting)
            seconds["noop", "terraform"].append(terraform.noop())
            seconds["down", "terraform"].append(terraform.down())
    return {
        "seconds": _by_step(seconds, lambda measured: round(median(measured), 3)),
        "calls": _by_step(calls, lambda measured: int(median(measured))),
        "repeats": _by_step(seconds, lambda measured: [round(each, 3) for each in measured]),
    }


def _qr(endpoint_url: str) -> Iterator[tuple[str, Finished, int]]:
    for step, finished, calls in ours(endpoint_url, "qr"):
        yield step, finished, calls["reading"] + calls["writing"]


def ours(endpoint_url: str, *apps: str) -> Iterator[tuple[str, Finished, dict[str, int]]]:
    """Each step with the calls that it sent: {"reading", "writing"}. Without apps it is about all of them.

    Raises:
        StepFailed: also where a first `up` or `down` does nothing, or the second `up` something.
    """
    options = (*apps, "--stage", "bench", "--endpoint-url", endpoint_url, "--json")
    for step in STEPS:
        finished = python("deploy.py", "up" if step == "noop" else step, *options)
        result = finished.json()
        changed = [change["id"] for change in result["changes"]]
        if bool(changed) == (step == "noop"):
            raise StepFailed(f"deploy.py, {step}: changed {', '.join(changed) or 'nothing'}")
        yield step, finished, result["calls"]


def _floor(endpoint_url: str, archive: Path) -> Iterator[tuple[str, Finished, int]]:
    variables = environment(AWS_ENDPOINT_URL=endpoint_url)
    for step in STEPS:
        finished = python("-m", "bench.floor", step, archive, variables=variables)
        yield step, finished, finished.json()["calls"]


def _by_step(values: Values, figure: Callable[[list[float]], Any]) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {step: {} for step in STEPS}
    for (step, who), measured in values.items():
        result[step][who] = figure(measured)
    return result
