"""The last invocations of functions, with what they logged."""

# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus

from localstack.http import Request
from rolo import Response

from localdev.functions import history

PATH = "/_localdev/invocations"


def answer(request: Request) -> Response:
    """``{"last": number, "invocations": [...], "running": [...]}``, the oldest first.

    See `history.Invocation` and `history.Running`. One that ends just now may be in both.
    ``?after=NUMBER`` leaves out those up to it, ``?account=`` and ``?function=`` those of others.
    """
    last = history.last()  # first, so that none is missed by who asks for what came after it
    wanted = request.args
    try:
        after = int(wanted.get("after", "0"))
    except ValueError:
        wrong = {"error": "after is not a number", "hint": "it is the number of an invocation, or 0"}
        return Response.for_json(wrong, status=HTTPStatus.BAD_REQUEST)
    of = {"account": wanted.get("account"), "function": wanted.get("function")}
    running = history.running(**of)
    ended = [each for each in history.after(after, **of) if each.number <= last]
    told = {"invocations": [asdict(each) for each in ended], "running": [asdict(each) for each in running]}
    return Response.for_json({"last": last, **told})
