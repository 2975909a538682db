from __future__ import annotations

from deployer.command import command
from deployer.run import Run


@command(apps=False)
def doctor(run: Run) -> int:
    """Look for what could keep a deploy from working.

    Each finding says what to do about it; nothing is changed. Exit with 1 if there is a problem.
    """
    from deployer.doctor.check import checks
    from deployer.report import count

    found = []
    for check in checks(run):
        found.append(check)
        run.say(check.line(), *([f"{'':26}{check.remedy}"] if check.remedy else []))
    run.document({"checks": [check.json() for check in found]})
    states = [check.state for check in found]
    problems, warnings = states.count("problem"), states.count("warning")
    run.say(f"{count(problems, 'problem')}, {count(warnings, 'warning')}" if problems or warnings else "all is well")
    return 1 if problems else 0
