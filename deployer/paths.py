"""Paths that API Gateway refuses: a place has one variable, which is called the same in all of them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-develop.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def faults(routes: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Of each route (``METHOD /path``) that cannot be: the route, what is wrong with it, and what to do about it."""
    known: dict[tuple[str, ...], tuple[str, str]] = {}  # what is before a variable: the variable, and whose it is
    for route in routes:
        parts = route.partition("/")[2].split("/")
        names = [part.strip("{+}") for part in parts if part.startswith("{")]
        if twice := next((name for name in names if names.count(name) > 1), None):
            yield route, f"'{route}' has the variable '{twice}' twice", "give each a name of its own"
        for at, part in enumerate(parts, 1):
            if not part.startswith("{"):
                continue
            if part.endswith("+}") and at < len(parts):
                text = f"'{route}' goes on after '{part}', which stands for all the rest of a path"
                yield route, text, "let it be the last, or leave out the '+'"
            first, other = known.setdefault(tuple(parts[: at - 1]), (part, route))
            if part != first:
                text = f"'{route}' has '{part}' where '{other}' has '{first}': API Gateway takes one variable there"
                yield route, text, f"write '{first}' in both"
