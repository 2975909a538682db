"""A rule or a schedule fires now, whatever its time is."""

# mypy: allow-untyped-calls
from __future__ import annotations

from http import HTTPStatus
from urllib.parse import unquote

from localstack.http import Request
from rolo import Response

PATH = "/_localdev/events/<name>/fire"


def answer(request: Request, name: str) -> Response:
    """POST, with ``?bus=``, or ``?group=`` for a schedule; ``&region=`` and ``&account=``.

    ``{"targets": [{"arn": …, "error": null or why nothing was delivered}, …]}``
    """
    if request.method != "POST":
        wrong = {"error": "only POST is answered", "hint": "run: python -m localdev fire RULE"}
        return Response.for_json(wrong, status=HTTPStatus.METHOD_NOT_ALLOWED)
    from localdev.console.place import NoSuchPlace, place
    from localdev.schedules import NotFired, fire_rule, fire_schedule

    name, asked = unquote(name), request.args
    try:
        here = place(asked.get("account"), asked.get("region"))
        where = here.account, here.region
        if "group" in asked:
            targets = fire_schedule(*where, asked["group"], name)
        else:
            targets = fire_rule(*where, asked.get("bus", "default"), name)
    except NoSuchPlace as error:
        wrong = {"error": str(error), "hint": "as in account=000000000000 and region=us-east-1"}
        return Response.for_json(wrong, status=HTTPStatus.BAD_REQUEST)
    except NotFired as error:
        return Response.for_json({"error": str(error), "hint": error.hint}, status=HTTPStatus.NOT_FOUND)
    return Response.for_json({"targets": targets})
