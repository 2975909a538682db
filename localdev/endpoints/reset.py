"""Begin anew, without starting the emulator anew."""

# mypy: allow-untyped-calls
from __future__ import annotations

from http import HTTPStatus

from localstack.http import Request
from rolo import Response

PATH = "/_localdev/reset"


def answer(request: Request) -> Response:
    """POST, with ``?account=`` for that one alone: ``{"accounts": [number, ...]}``, those that held anything."""
    if request.method != "POST":
        wrong = {"error": "only POST is answered", "hint": "run: python -m localdev reset"}
        return Response.for_json(wrong, status=HTTPStatus.METHOD_NOT_ALLOWED)
    from localdev.reset import reset

    try:
        accounts = reset(request.args.get("account"))
    except ValueError as error:
        wrong = {"error": str(error), "hint": "the account is the access key id that clients use, as in 000000000000"}
        return Response.for_json(wrong, status=HTTPStatus.BAD_REQUEST)
    return Response.for_json({"accounts": accounts})
