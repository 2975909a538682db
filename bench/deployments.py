"""Making, checking and deleting the QR app: ours, beside the floor and Terraform, on one warm emulator.

In every round each of them takes its turn, so that a noisy machine disturbs all alike; before the first, ours and
the floor go through one that does not count, but for the memory that ours takes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench import emulators, memory, terraform
from bench.processes import ROOT, Finished, StepFailed, environment, python
from bench.report import Aim, at_most, table
from bench.terraform import NotAvailable, Terraform

ROUNDS = 7
TERRAFORM_ROUNDS = (2, 6)  # of them, and far apart, lest one busy moment meets both: each takes a minute and a half
STEPS = {"up": "`up` from nothing", "noop": "`up` again: nothing to do", "down": "`down`"}
FLOOR_AIM = 1.5  # times the floor
TERRAFORM_AIM = 1 / 15
UNSTEADY = 1.4  # times the fastest repeat
WITHOUT_WAIT = "terraform without its wait"
WAIT = "the AWS provider watches the bucket's lifecycle rule for almost a minute, also where it is in force at once"

Values = dict[tuple[str, str], list[float]]


def zipped(endpoint_url: str) -> Path:
    """The function's zip for that emulator: what the deployer's own build makes, or takes from its cache."""
    from deployer.emulator import interpreters
    from deployer.package import Source, build

    source = Source(ROOT / "functions" / "qr", "python3.12", "x86_64")
    code = build(source, ROOT / ".cache" / "packages", interpreters(endpoint_url))
    assert code.zip is not None
    return code.zip


def measure(tell: Callable[[str], None]) -> dict[str, Any]:
    """Medians, {"seconds": {step: {who: ...}}, "calls": likewise}, "repeats": what the seconds come from.

    "peak" is in MB; "terraform" says which, or why there is none.
    """
    with TemporaryDirectory() as folder, emulators.emulator() as emulator:
        archive = zipped(emulator.endpoint_url)
        program: Terraform | None
        try:
            program = terraform.qr(Path(folder), emulator.endpoint_url, archive)
            said = {"version": program.version}
        except NotAvailable as reason:
            program, said = None, {"skipped": str(reason)}
        return {**_measure(emulator.endpoint_url, archive, program, tell), "terraform": said}


def _measure(
    endpoint_url: str, archive: Path, program: Terraform | None, tell: Callable[[str], None]
) -> dict[str, Any]:
    seconds: Values = defaultdict(list)
    calls: Values = defaultdict(list)
    tell("a first round: memory")
    arguments = options(endpoint_url, "qr")
    peak = memory.peak("deploy.py", "up", *arguments)
    python("deploy.py", "down", *arguments)
    for _ in _floor(endpoint_url, archive):
        pass
    for number in range(1, ROUNDS + 1):
        tell(f"round {number} of {ROUNDS}: up, no-op, down")
        turns = [("ours", _qr(endpoint_url)), ("floor", _floor(endpoint_url, archive))]
        for who, turn in reversed(turns) if number % 2 else turns:
            for step, finished, sent in turn:
                seconds[step, who].append(finished.seconds)
                calls[step, who].append(sent)
        if program and number in TERRAFORM_ROUNDS:
            tell("terraform: apply, no-op apply, destroy")
            whole, without_waiting = program.up()
            seconds["up", "terraform"].append(whole)
            seconds["up", WITHOUT_WAIT].append(without_waiting)
            seconds["noop", "terraform"].append(program.noop())
            seconds["down", "terraform"].append(program.down())
    return {
        "seconds": _by_step(seconds, lambda measured: round(median(measured), 3)),
        "calls": _by_step(calls, lambda measured: int(median(measured))),
        "repeats": _by_step(seconds, lambda measured: [round(each, 3) for each in measured]),
        "peak": peak,
    }


def _qr(endpoint_url: str) -> Iterator[tuple[str, Finished, int]]:
    for step, finished, calls in ours(endpoint_url, "qr"):
        yield step, finished, calls["reading"] + calls["writing"]


def ours(endpoint_url: str, *arguments: str | Path) -> Iterator[tuple[str, Finished, dict[str, int]]]:
    """Each step with the calls that it sent: {"reading", "writing"}.

    Args:
        arguments: names of apps, or another configuration.

    Raises:
        StepFailed: also where a first `up` or `down` does nothing, or the second `up` something.
    """
    given = options(endpoint_url, *arguments)
    for step in STEPS:
        finished = python("deploy.py", "up" if step == "noop" else step, *given)
        result = finished.json()
        changed = [change["id"] for change in result["changes"]]
        if bool(changed) == (step == "noop"):
            raise StepFailed(f"deploy.py, {step}: changed {', '.join(changed) or 'nothing'}")
        yield step, finished, result["calls"]


def options(endpoint_url: str, *arguments: str | Path) -> tuple[str | Path, ...]:
    return (*arguments, "--stage", "bench", "--endpoint-url", endpoint_url, "--json")


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


def section(found: dict[str, Any]) -> str:
    rows = []
    for step, row in found["seconds"].items():
        ratio = row["ours"] / row["floor"]
        ours = (f"{row['ours']:.2f} s", f"{row['floor']:.2f} s", f"{ratio:.2f}")
        repeats = found["repeats"][step]
        rows.append((STEPS[step], *ours, *_beside(repeats, "terraform")))
        if WITHOUT_WAIT in repeats:
            rows.append((f"{STEPS[step]} ¹", *ours, *_beside(repeats, WITHOUT_WAIT)))
    calls = ((STEPS[step], str(row["ours"]), str(row["floor"])) for step, row in found["calls"].items())
    return "\n\n".join(
        [
            "## The QR app on a warm emulator, whole processes",
            table(("step", "ours", "floor", "ours / floor", "Terraform", "ours / Terraform"), rows),
            _terraform_words(found),
            "### Calls sent",
            table(("step", "ours", "floor"), calls),
            "The floor reads nothing back, and looks for nothing but what it made itself. "
            f"`up` from nothing takes {found['peak']} MB at most.",
        ]
    )


def _beside(repeats: dict[str, list[float]], who: str) -> tuple[str, str]:
    if who not in repeats:
        return "skipped", ""
    theirs = repeats[who]
    return f"{min(theirs):.1f} to {max(theirs):.1f} s", f"1/{median(theirs) / median(repeats['ours']):.0f}"


def _terraform_words(found: dict[str, Any]) -> str:
    if "skipped" in found["terraform"]:
        return f"Terraform was skipped: {found['terraform']['skipped']}."
    words = (
        f"Ours and the floor {ROUNDS} times; Terraform {found['terraform']['version']} only {len(TERRAFORM_ROUNDS)} "
        "times, for it takes a minute and a half each time, `init` not counted.\n"
        f"¹ until everything but the bucket's lifecycle rule was there: {WAIT}."
    )
    theirs = (row[who] for row in found["repeats"].values() for who in row if who.startswith("terraform"))
    if any(max(measured) > UNSTEADY * min(measured) for measured in theirs):
        words += (
            f"\n**The machine was busy meanwhile**: Terraform's repeats differ by more than {UNSTEADY} times. "
            "Its ratios then mean little, for it was slowed down at other moments than ours; run it again."
        )
    return words


def aims(found: dict[str, Any]) -> list[Aim]:
    seconds = found["seconds"]
    aims = []
    for step, row in seconds.items():
        reason = "ours sends {ours} calls, the floor {floor}".format(**found["calls"][step])
        aims.append(
            at_most(f"QR app, {STEPS[step]}: ours / floor", row["ours"] / row["floor"], FLOOR_AIM, "{:.2f}", reason)
        )
    for step, row in seconds.items():
        for who in ("terraform", WITHOUT_WAIT):
            if who in row:
                what = f"QR app, {STEPS[step]}: ours / {who}"
                reason = f"the floor itself is at {row['floor'] / row[who]:.3f}"
                aims.append(at_most(what, row["ours"] / row[who], TERRAFORM_AIM, "{:.3f}", reason))
    return aims
