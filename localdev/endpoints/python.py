"""Which Python runs functions, so that packages can be built for it."""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.http import Request
from rolo import Response

PATH = "/_localdev/python"


def answer(request: Request) -> Response:
    """``{"executable": its path, "tag": what its wheels are for, "runtimes": {"python3.12": the same, ...}}``

    The first is the emulator's own. It runs functions for those runtimes too that have no interpreter of their own.
    """
    from localdev.functions.interpreters import Interpreter, here, installed

    def told(interpreter: Interpreter) -> dict[str, str]:
        return {"executable": interpreter.executable, "tag": interpreter.tag}

    runtimes = {runtime: told(interpreter) for runtime, interpreter in installed().items()}
    return Response.for_json({**told(here()), "runtimes": runtimes})
