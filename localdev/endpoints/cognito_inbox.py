"""What a user pool would have sent by mail or SMS: where a tester finds the codes."""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.http import Request
from rolo import Response

PATH = "/_localdev/cognito/<pool>/messages"


def answer(request: Request, pool: str) -> Response:
    """Oldest first, those to one user with ``?username=``: see `localdev.providers.cognito_idp.inbox.send`."""
    from localdev.providers.cognito_idp.found import pool_named
    from localdev.providers.cognito_idp.kept import kept

    found = pool_named(pool)
    if found is None:
        return Response.for_json({"message": f"User pool {pool} does not exist."}, status=404)
    wanted = request.args.get("username")
    return Response.for_json([each for each in kept(found).messages if wanted in (None, each["username"], each["to"])])
