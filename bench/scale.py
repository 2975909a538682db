"""Many functions: a generated project, beside Terraform on the same emulator."""

import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import boto3

from bench import emulators, generated, generated_terraform, memory
from bench.deployments import STEPS, options, ours
from bench.generated import Names
from bench.processes import StepFailed, environment, python
from bench.report import Aim, at_most, table
from bench.terraform import NotAvailable, Terraform
from deployer.package import Code
from localdev.emulator import Emulator

SIZES = (50, 200)  # functions
REPEATS = 3
PEAK_AIM = 300  # MB
GROWTH_AIM = 1.25  # times the growth in functions: linear, but for noise

Steps = dict[str, dict[str, Any]]  # step and who to {"seconds", "calls"}


def measure(tell: Callable[[str], None]) -> dict[str, Any]:
    """{"sizes": {functions: {step: {who: {"seconds", "calls"}}}}, "peak": {functions: MB}, "terraform": which}.

    Ours are medians after a first round that counts only for its memory; Terraform's is one run.
    """
    found: dict[str, Any] = {"sizes": {}, "peak": {}}
    for size in SIZES:
        with TemporaryDirectory() as folder, emulators.emulator() as emulator:
            apps = generated.names(size)
            configuration = generated.project(Path(folder), apps)
            packages = generated.packages(Path(folder), apps)
            tell(f"{size} functions: memory")
            found["peak"][str(size)] = first(emulator.endpoint_url, configuration, apps)
            steps = _ours(emulator.endpoint_url, configuration, size, tell)
            tell(f"{size} functions: terraform")
            found["terraform"] = _terraform(Path(folder, "terraform"), emulator, apps, packages, steps)
            found["sizes"][str(size)] = steps
    return found


def first(endpoint_url: str, configuration: Path, apps: Names) -> int:
    """A round that does not count: what `up` took at most, in MB. What it made must work."""
    arguments = options(endpoint_url, "--config", configuration)
    peak = memory.peak("deploy.py", "up", *arguments)
    outputs = python("deploy.py", "outputs", *arguments).json()["outputs"]
    ask({app: outputs[app]["api.url"] for app in apps}, apps)
    python("deploy.py", "down", *arguments)
    return peak


def _ours(endpoint_url: str, configuration: Path, size: int, tell: Callable[[str], None]) -> Steps:
    rounds = []
    for number in range(1, REPEATS + 1):
        tell(f"{size} functions, {number} of {REPEATS}: up, no-op, down")
        turn = ours(endpoint_url, "--config", configuration)
        rounds.append({step: (ended.seconds, sum(sent.values())) for step, ended, sent in turn})
    return {
        step: {
            "ours": {
                "seconds": round(median(each[step][0] for each in rounds), 2),
                "calls": int(median(each[step][1] for each in rounds)),
            }
        }
        for step in STEPS
    }


def _terraform(
    folder: Path, emulator: Emulator, apps: Names, packages: dict[str, Code], steps: Steps
) -> dict[str, str]:
    """Put Terraform's figures beside ours; which one it is, or why there is none."""
    folder.mkdir()
    generated_terraform.write(folder, apps, packages)
    try:
        program = Terraform(folder, emulator.endpoint_url)
    except NotAvailable as reason:
        return {"skipped": str(reason)}
    _put(emulator.endpoint_url, packages)

    def measured(step: str, work: Callable[[], float]) -> None:
        before = emulators.calls(emulator)
        seconds = work()
        steps[step]["terraform"] = {"seconds": round(seconds, 2), "calls": emulators.calls(emulator) - before}

    measured("up", lambda: program.up()[0])
    gateway = f"{emulator.endpoint_url}/_aws/execute-api"
    ask({app: f"{gateway}/{api}/prod" for app, api in program.output("ids").items()}, apps)
    measured("noop", program.noop)
    measured("down", program.down)
    return {"version": program.version}


def _put(endpoint_url: str, packages: dict[str, Code]) -> None:
    """The zips to where Terraform's functions look for them."""
    given = environment()
    keys = {"aws_access_key_id": given["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": given["AWS_SECRET_ACCESS_KEY"]}
    s3 = boto3.client("s3", endpoint_url=endpoint_url, region_name=given["AWS_DEFAULT_REGION"], **keys)
    s3.create_bucket(Bucket=generated_terraform.BUCKET)
    for entry, package in packages.items():
        s3.put_object(Bucket=generated_terraform.BUCKET, Key=generated_terraform.key(entry), Body=package.content())
    s3.close()


def ask(urls: dict[str, str], apps: Names) -> None:
    """One function of the first app and one of the last.

    Raises:
        StepFailed: another answer came, or none.
    """
    for app, function in ((list(apps)[end], apps[list(apps)[end]][end]) for end in (0, -1)):
        url = f"{urls[app]}/{function}"
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                answered = response.read().decode()
        except OSError as error:
            raise StepFailed(f"GET {url}: {error}") from None
        if answered != generated.answer(app, function):
            raise StepFailed(f"GET {url} answered: {answered}")


def section(found: dict[str, Any]) -> str:
    rows = [
        (f"{size} functions, {STEPS[step]}", *_cells(row), *_ratios(row))
        for size, steps in found["sizes"].items()
        for step, row in steps.items()
    ]
    head = ("step", "ours", "calls", "Terraform", "calls", "ours / Terraform")
    few, many = SIZES
    growth = [
        (STEPS[step], f"{_growth(found, step, 'seconds'):.1f}", f"{_growth(found, step, 'calls'):.2f}")
        for step in STEPS
    ]
    peaks = ", ".join(f"{peak} MB with {size} functions" for size, peak in found["peak"].items())
    return "\n\n".join(
        [
            "## Many functions",
            f"Ten functions and an API with ten routes to each app; four resources for each function. Ours {REPEATS} "
            "times, packages cached.",
            table(head, rows),
            _terraform_words(found["terraform"]),
            f"With {many} functions instead of {few}, {many // few} times as many:",
            table(("step", "times the seconds", "times the calls"), growth),
            f"`up` takes at most {peaks}.",
        ]
    )


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    each = (row.get(who) for who in ("ours", "terraform"))
    return tuple(
        cell for one in each for cell in ((f"{one['seconds']:.1f} s", f"{one['calls']:,}") if one else ("", ""))
    )


def _ratios(row: dict[str, Any]) -> tuple[str]:
    return (f"1/{row['terraform']['seconds'] / row['ours']['seconds']:.0f}" if "terraform" in row else "",)


def _terraform_words(terraform: dict[str, str]) -> str:
    if "skipped" in terraform:
        return f"Terraform was skipped: {terraform['skipped']}."
    return (
        f"Terraform {terraform['version']} once, ten things at a time, as is its default; `init` is not counted. It "
        "finds the zips in a bucket. Its provider looks after five seconds for the first time whether a function is "
        "active; with `filename`, which is more usual than a bucket, it makes one function after the other."
    )


def _growth(found: dict[str, Any], step: str, figure: str) -> float:
    few, many = (found["sizes"][str(size)][step]["ours"][figure] for size in SIZES)
    return float(many / few)


def aims(found: dict[str, Any]) -> list[Aim]:
    few, many = SIZES
    growth = [
        at_most(f"{many} functions / {few}, {STEPS[step]}: {figure}", _growth(found, step, figure), limit, "{:.2f}")
        for step in STEPS
        for figure, limit in (("seconds", GROWTH_AIM * many / few), ("calls", many / few))
    ]
    peak = at_most(f"`up` of {many} functions: memory", found["peak"][str(many)], PEAK_AIM, "{} MB")
    return [*growth, peak]
