"""What the emulator holds and runs at the moment."""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.http import Request
from rolo import Response

PATH = "/_localdev/status"


def answer(request: Request) -> Response:
    """See `localdev.inventory.Inventory`."""
    from dataclasses import asdict

    from localdev.inventory import take

    return Response.for_json(asdict(take()))
