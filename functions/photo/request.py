"""What callers may ask for: the query of a request, checked."""

import difflib
import re
from dataclasses import dataclass
from typing import Any

EXTENSIONS = {  # by type, the first one for names of our own; no SVG, which can hold scripts
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
    "image/avif": (".avif",),
}
MAX_SIZE = 20 * 1024**2  # bytes
PARAMETERS = ("type", "size", "name")


class BadRequestError(ValueError):
    """What the caller has to put right; the message is the answer."""


@dataclass(frozen=True)
class Photo:
    """A photo that somebody wants to upload. size: in bytes. name: the one asked for, if any."""

    type: str
    size: int
    name: str | None = None


def parse(event: dict[str, Any]) -> Photo:
    """The photo that a REST proxy event's query describes. Raises BadRequestError."""
    query = parameters(event)
    type_, size, name = query["type"], query["size"], query.get("name")
    if type_ not in EXTENSIONS:
        raise BadRequestError(f"'type' is '{type_}', but must be one of {', '.join(EXTENSIONS)}")
    if not re.fullmatch("[0-9]{1,8}", size) or not 1 <= int(size) <= MAX_SIZE:
        raise BadRequestError(f"'size' must be a whole number of bytes from 1 to {MAX_SIZE} (20 MiB)")
    if name is not None:
        check_name(name, EXTENSIONS[type_])
    return Photo(type_, int(size), name)


def parameters(event: dict[str, Any]) -> dict[str, str]:
    """The query with all that it must have and nothing else, each once. Raises BadRequestError."""
    query = event.get("queryStringParameters") or {}
    for name in query:
        if name not in PARAMETERS:
            close = difflib.get_close_matches(name, PARAMETERS, n=1)
            hint = f"did you mean '{close[0]}'?" if close else "there are 'type', 'size' and 'name'"
            raise BadRequestError(f"There is no parameter '{name}': {hint}")
    for name, values in (event.get("multiValueQueryStringParameters") or {}).items():
        if len(values) > 1:
            raise BadRequestError(f"The parameter '{name}' is given {len(values)} times, once is allowed")
    for name in ("type", "size"):
        if name not in query:
            raise BadRequestError(f"The parameter '{name}' is missing, as in ?type=image/jpeg&size=12345")
    return query


def check_name(name: str, extensions: tuple[str, ...]) -> None:
    """A name is part of a key and of a URL: nothing that needs quoting, or looks like another folder."""
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name) or ".." in name:
        raise BadRequestError(
            "'name' must be 1 to 100 letters, digits, '.', '_' or '-', begin with a letter or digit and hold no '..'"
        )
    if not name.lower().endswith(extensions):
        raise BadRequestError(f"'name' must end with {' or '.join(extensions)}, as its type says")
