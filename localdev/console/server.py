"""Answers requests of the page: only reading ones. Who may ask at all, `localdev.guard` says."""

# mypy: allow-untyped-calls
from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from botocore.exceptions import ClientError, ParamValidationError
from localstack.http import Request
from rolo import Response

from localdev.console import data, objects
from localdev.console.place import NoSuchPlace, NoSuchThing, Place, place
from localdev.console.silence import not_in_the_log

PAGES = Path(__file__).parent / "pages"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
SAFE = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
# What people stored runs nowhere, not even when its address is opened by itself.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


def answer(request: Request, path: str) -> Response:
    """path: what follows ``/_localdev``. An error is ``{"error": what, "hint": what to do}``."""
    response = _refusal(request) or _read(request, path)
    for name, value in SAFE.items():
        response.headers[name] = value
    response.headers.setdefault("Content-Security-Policy", POLICY)
    return response


def _refusal(request: Request) -> Response | None:
    if request.method not in ("GET", "HEAD"):
        refused = _error(HTTPStatus.METHOD_NOT_ALLOWED, "this address can only be read", "use GET")
        refused.headers["Allow"] = "GET, HEAD"
        return refused
    return None


def _read(request: Request, path: str) -> Response:
    if path == "":
        return Response(status=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": "/_localdev/"})
    path = path.removeprefix("/")
    if path.startswith("api/") or path == "object":
        try:
            here = place(request.args.get("account"), request.args.get("region"))
            if path == "object":
                return _object(request, here)
            if question := data.QUESTIONS.get(path.removeprefix("api/")):
                with not_in_the_log():
                    return Response.for_json(question(here, request.args))
        except (NoSuchPlace, data.Missing) as error:
            return _error(HTTPStatus.BAD_REQUEST, str(error), "ask as the console's page does")
        except NoSuchThing as error:
            return _error(HTTPStatus.NOT_FOUND, str(error), "it may be gone meanwhile")
        except (ClientError, ParamValidationError) as error:
            if isinstance(error, ClientError) and error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                return _error(HTTPStatus.NOT_FOUND, str(error), "it may be gone meanwhile")
            # A name that no client would send, or that LocalStack cannot read.
            return _error(HTTPStatus.BAD_REQUEST, str(error), "choose one of the lists")
    file = PAGES / (path.removeprefix("console/") or "index.html")
    if (path == "" or path.startswith("console/")) and file.parent == PAGES and file.is_file():
        return Response(file.read_bytes(), content_type=f"{TYPES[file.suffix]}; charset=utf-8")
    return _error(HTTPStatus.NOT_FOUND, f"there is nothing at /_localdev/{path}", "the console is at /_localdev/")


def _object(request: Request, here: Place) -> Response:
    """An object's bytes: to be saved, or an image to be seen."""
    key = data.needed(request.args, "key")
    kind, size, chunks = objects.content(here, data.needed(request.args, "bucket"), key)
    if kind is None or "download" in request.args:
        name = quote(key.rpartition("/")[2] or "object", safe="")
        response = Response(chunks, content_type="application/octet-stream")
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    else:
        response = Response(chunks, content_type=kind)
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _error(status: HTTPStatus, what: str, hint: str) -> Response:
    return Response.for_json({"error": what, "hint": hint}, status=status)
