"""Questions to an emulator's gateway, over plain HTTP."""

from __future__ import annotations

import http.client
import json
from typing import Any

from localdev.settings import HOST

HEALTH = "/_localstack/health"
ANSWER_LIMIT = 30.0  # seconds: one that is loading its services, on a busy machine, takes some


def version_at(port: int, timeout: float = ANSWER_LIMIT) -> str | None:
    """The version of the LocalStack that answers on a port, None if none does. timeout in seconds."""
    try:
        version: str = request(port, "GET", HEALTH, timeout)[1]["version"]
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        return None
    else:
        return version


def request(port: int, method: str, path: str, timeout: float) -> tuple[int, Any]:
    """Status and document. timeout in seconds."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, json.load(response)
    finally:
        connection.close()
