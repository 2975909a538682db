"""The QR app where each call takes a while, as over a network: seconds beside Terraform, and round trips.

A proxy before the emulator makes each call of AWS wait, for all alike.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench import emulators, terraform
from bench.deployments import STEPS, WAIT, WITHOUT_WAIT, ours, zipped
from bench.report import Aim, at_most, listed, table
from bench.terraform import NotAvailable
from tests.proxy import Call, Proxy, delay, proxying

DELAY = 0.1  # seconds
# Longer than the work of one call here or on the emulator, where CreateFunction takes up to half a second: only what
# has to wait comes later.
DELAY_OF_ROUNDS = 0.6
REPEATS = 3
AIMS = {"up": 1 / 4, "noop": 1 / 10}  # of Terraform's time
ROUNDS_AIMS = {"up": 10, "noop": 3}


def measure(tell: Callable[[str], None]) -> dict[str, Any]:
    """{"steps": {step: {who: {"seconds", "calls"}}}, "rounds": {step: [{operation: calls}]}, "terraform": ...}.

    Ours are medians; Terraform's is one run.
    """
    with (
        TemporaryDirectory() as folder,
        emulators.emulator() as emulator,
        proxying(emulator.endpoint_url) as (url, proxy),
    ):
        tell("a first round, without delay")
        for _ in ours(url, "qr"):
            pass
        rounds = {}
        tell(f"rounds, at {DELAY_OF_ROUNDS * 1000:.0f} ms")
        _slow(proxy, DELAY_OF_ROUNDS)
        for step, _, _ in ours(url, "qr"):
            rounds[step] = trips(proxy.calls)
            _slow(proxy, DELAY_OF_ROUNDS)
        repeats = []
        for number in range(1, REPEATS + 1):
            tell(f"{number} of {REPEATS}, at {DELAY * 1000:.0f} ms: up, no-op, down")
            _slow(proxy, DELAY)
            repeats.append({step: (ended.seconds, sum(sent.values())) for step, ended, sent in ours(url, "qr")})
        steps: dict[str, dict[str, Any]] = {
            step: {
                "ours": {"seconds": round(median(each[step][0] for each in repeats), 2), "calls": repeats[-1][step][1]}
            }
            for step in STEPS
        }
        return {"steps": steps, "rounds": rounds, "terraform": _terraform(Path(folder), url, proxy, steps, tell)}


def _terraform(
    folder: Path, url: str, proxy: Proxy, steps: dict[str, dict[str, Any]], tell: Callable[[str], None]
) -> dict[str, str]:
    """Put Terraform's figures beside ours; which one it is, or why there is none."""
    try:
        program = terraform.qr(folder, url, zipped(url))
    except NotAvailable as reason:
        return {"skipped": str(reason)}
    tell("terraform: apply, no-op apply, destroy")
    _slow(proxy, DELAY)
    whole, without_waiting = program.up()
    steps["up"]["terraform"] = {"seconds": round(whole, 2), "calls": len(proxy.calls)}
    steps["up"][WITHOUT_WAIT] = {"seconds": round(without_waiting, 2), "calls": len(proxy.calls)}
    for step, work in (("noop", program.noop), ("down", program.down)):
        _slow(proxy, DELAY)
        steps[step]["terraform"] = {"seconds": round(work(), 2), "calls": len(proxy.calls)}
    return {"version": program.version}


def _slow(proxy: Proxy, seconds: float) -> None:
    """From now on each call waits, and calls count from nothing."""
    proxy.play(lambda call: delay(seconds))


def trips(calls: Iterable[Call]) -> list[Counter[str]]:
    """What was on the way at the same time, {operation: calls} for each round trip after another.

    A call belongs to the round after the last one that had ended when it began.
    """
    level: list[tuple[float, int]] = []  # when a call ended, and its round
    rounds: list[Counter[str]] = []
    for call in sorted(calls, key=lambda call: call.started):
        number = max((each for ended, each in level if ended <= call.started), default=-1) + 1
        level.append((call.ended, number))
        if number == len(rounds):
            rounds.append(Counter())
        rounds[number][call.name] += 1
    return rounds


def section(found: dict[str, Any]) -> str:
    rows = []
    for step, row in found["steps"].items():
        for who in [who for who in row if who != "ours"] or [""]:
            mine, theirs = row["ours"], row.get(who)
            name = f"{STEPS[step]} ¹" if who == WITHOUT_WAIT else STEPS[step]
            beside = (f"{theirs['seconds']:.1f} s", str(theirs["calls"])) if theirs else ("skipped", "")
            ratio = f"1/{theirs['seconds'] / mine['seconds']:.0f}" if theirs else ""
            rows.append((name, f"{mine['seconds']:.2f} s", str(mine["calls"]), *beside, ratio))
    told = found["terraform"]
    words = (
        f"Terraform was skipped: {told['skipped']}."
        if "skipped" in told
        else f"Ours {REPEATS} times, Terraform {told['version']} once.\n"
        f"¹ until everything but the bucket's lifecycle rule was there: {WAIT}."
    )
    trips = "\n\n".join(_trips(step, rounds) for step, rounds in found["rounds"].items())
    return "\n\n".join(
        [
            f"## The QR app, {DELAY * 1000:.0f} ms for each call",
            table(("step", "ours", "calls", "Terraform", "calls", "ours / Terraform"), rows),
            words,
            f"### Round trips, at {DELAY_OF_ROUNDS * 1000:.0f} ms",
            trips,
        ]
    )


def _trips(step: str, rounds: list[dict[str, int]]) -> str:
    """What was on the way at the same time, one line for each round trip."""
    lines = [f"{number}. {listed(trip)}" for number, trip in enumerate(rounds, start=1)]
    return "\n".join([f"{STEPS[step]}: {len(rounds)} round trips", "", *lines])


def aims(found: dict[str, Any]) -> list[Aim]:
    aims = []
    for step, limit in AIMS.items():
        row = found["steps"][step]
        for who in [who for who in row if who != "ours"]:
            what = f"QR app at {DELAY * 1000:.0f} ms a call, {STEPS[step]}: ours / {who}"
            reason = f"{len(found['rounds'][step])} round trips"
            aims.append(at_most(what, row["ours"]["seconds"] / row[who]["seconds"], limit, "{:.3f}", reason))
    for step, trips in ROUNDS_AIMS.items():
        reason = "the list below says what waited for what"
        aims.append(at_most(f"QR app, {STEPS[step]}: round trips", len(found["rounds"][step]), trips, "{}", reason))
    return aims
