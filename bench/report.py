"""Figures as Markdown, which is read as well in a terminal."""

from collections.abc import Iterable
from statistics import median
from typing import Any

from bench import apps, commands, deployments, first_answer, upload

STEPS = {"up": "`up` from nothing", "noop": "`up` again: nothing to do", "down": "`down`"}
FLOOR_AIM = 1.5  # times the floor
TERRAFORM_AIM = 1 / 15
COMMAND_AIMS = {"deploy.py --help": 0.15, "deploy.py validate": 0.4}  # seconds
FIRST_ANSWER_AIM = 8  # seconds
UNSTEADY = 1.4  # times the fastest repeat
WITHOUT_WAIT = "terraform without its wait"


def markdown(results: dict[str, Any]) -> str:
    machine = results["machine"]
    facts = ", ".join(f"{name} {value}" for name, value in machine.items())
    photo = results["upload"]
    parts = [
        "# Measured by `make bench`",
        f"{facts}. Medians; what is compared took turns within one run. ✓ and ✗ say whether an aim is met.",
        "## The QR app on a warm emulator, whole processes",
        _deployments(results),
        _terraform_words(results),
        "## Calls sent",
        table(
            ("step", "ours", "floor"),
            ((STEPS[step], str(row["ours"]), str(row["floor"])) for step, row in results["calls"].items()),
        ),
        "The floor reads nothing back, and looks for nothing but what it made itself.",
        f"## All apps of config.yaml, ours alone, {apps.REPEATS} times",
        table(
            ("step", "seconds", "calls reading", "writing"),
            (
                (STEPS[step], f"{row['seconds']:.2f} s", str(row["reading"]), str(row["writing"]))
                for step, row in results["apps"].items()
            ),
        ),
        "## Sites, bytes of all files",
        table(
            ("site", "files", "as they are", "gzipped"),
            (
                (name, str(row["files"]), f"{row['bytes']:,}", f"{row['gzipped']:,}")
                for name, row in results["sites"].items()
            ),
        ),
        f"## A photo of {upload.SIZE // 10**6} MB, {upload.REPEATS} times",
        table(
            ("asked for and sent", "boto3's `put_object`", "ratio"),
            [(f"{photo['ours']:.3f} s", f"{photo['put_object']:.3f} s", f"{photo['ratio']:.2f}")],
        ),
        "## Waiting",
        _waiting(results),
        "## The QR function, milliseconds",
        table(
            ("figure", "ours", "seed", "ratio"),
            (
                (name, f"{row['ours']:.2f}", f"{row['seed']:.2f}", f"{row['ratio']:.2f}")
                for name, row in results["qr_function"].items()
            ),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table, the first column to the left and the others to the right."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = ("-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:]))
    return "\n".join(f"| {' | '.join(_aligned(line, widths))} |" for line in (head, rule, *lines[1:]))


def _aligned(line: tuple[str, ...], widths: list[int]) -> list[str]:
    cells = list(zip(line, widths, strict=True))
    return [cells[0][0].ljust(cells[0][1]), *(text.rjust(width) for text, width in cells[1:])]


def met(value: float, aim: float) -> str:
    return "✓" if value <= aim else "✗"


def _deployments(results: dict[str, Any]) -> str:
    head = ("step", "ours", "floor", "ours / floor", f"aim {FLOOR_AIM}", "Terraform", "ours / Terraform", "aim 1/15")
    rows = []
    for step, row in results["seconds"].items():
        ratio = row["ours"] / row["floor"]
        ours = (f"{row['ours']:.2f} s", f"{row['floor']:.2f} s", f"{ratio:.2f}", met(ratio, FLOOR_AIM))
        repeats = results["repeats"][step]
        rows.append((STEPS[step], *ours, *_beside(repeats, "terraform")))
        if WITHOUT_WAIT in repeats:
            rows.append((f"{STEPS[step]} ¹", *ours, *_beside(repeats, WITHOUT_WAIT)))
    return table(head, rows)


def _beside(repeats: dict[str, list[float]], who: str) -> tuple[str, str, str]:
    if who not in repeats:
        return "skipped", "", ""
    theirs = repeats[who]
    ratio = median(repeats["ours"]) / median(theirs)
    return f"{min(theirs):.1f} to {max(theirs):.1f} s", f"1/{1 / ratio:.0f}", met(ratio, TERRAFORM_AIM)


def _terraform_words(results: dict[str, Any]) -> str:
    terraform = results["terraform"]
    if "skipped" in terraform:
        return f"Terraform was skipped: {terraform['skipped']}."
    words = (
        f"Ours and the floor {deployments.ROUNDS} times; Terraform {terraform['version']} only "
        f"{len(deployments.TERRAFORM_ROUNDS)} times, for it takes a minute and a half each time, `init` not counted.\n"
        "¹ until everything but the bucket's lifecycle rule was there: the AWS provider watches that one for almost a "
        "minute, also where it is in force at once."
    )
    theirs = (row[who] for row in results["repeats"].values() for who in row if who.startswith("terraform"))
    if any(max(measured) > UNSTEADY * min(measured) for measured in theirs):
        words += (
            f"\n**The machine was busy meanwhile**: Terraform's repeats differ by more than {UNSTEADY} times. "
            "Its ratios then mean little, for it was slowed down at other moments than ours; run it again."
        )
    return words


def _waiting(results: dict[str, Any]) -> str:
    first = results["first_answer"]
    rows = [
        (f"`{name}`, {commands.REPEATS} times", f"{seconds:.3f} s", f"{COMMAND_AIMS[name]} s",
         met(seconds, COMMAND_AIMS[name]))
        for name, seconds in results["commands"].items()
    ]  # fmt: skip
    name = f"no emulator to all apps and a first QR answer, packages cached, {first_answer.REPEATS} times"
    rows.append((name, f"{first['median']:.1f} s", f"{FIRST_ANSWER_AIM} s", met(first["median"], FIRST_ANSWER_AIM)))
    rows.append(("the same, LocalStack's caches still empty, once", f"{first['first ever']:.1f} s", "", ""))
    return table(("what", "seconds", "aim", "met"), rows)
