"""What the page asks for: one function for each address below ``/_localdev/api/``, answered as JSON."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from types import ModuleType
from typing import Any

from botocore.exceptions import ClientError

from localdev import inventory
from localdev.console import objects, services
from localdev.console.place import Place, inhabited, is_loaded
from localdev.functions import history

LOG = logging.getLogger(__name__)
RECENT = 100  # invocations

Arguments = Mapping[str, str]


class Missing(Exception):
    """What was asked about is not there, or the question is not complete."""


def places(place: Place, arguments: Arguments) -> Any:
    return [asdict(each) for each in inhabited()]


def status(place: Place, arguments: Arguments) -> Any:
    taken = inventory.take()
    return {"version": taken.version, "uptime": taken.uptime, "memory": taken.memory, "strict": taken.strict}


def things(place: Place, arguments: Arguments) -> Any:
    """All resources, by service."""
    return [_listed(module, place) for module in services.modules()]


def tags(place: Place, arguments: Arguments) -> Any:
    """Of all resources that have any."""
    return list(_tagged(place))


def details(place: Place, arguments: Arguments) -> Any:
    module = _module(arguments)
    return [asdict(part) for part in module.details(place, needed(arguments, "name"))]


def reveal(place: Place, arguments: Arguments) -> Any:
    """The values that `details` leaves out."""
    module = _module(arguments)
    if not hasattr(module, "reveal"):
        raise Missing(f"nothing of {module.SERVICE} can be revealed")
    return module.reveal(place, needed(arguments, "name"))


def listing(place: Place, arguments: Arguments) -> Any:
    return asdict(
        objects.listing(place, needed(arguments, "bucket"), arguments.get("prefix", ""), arguments.get("after", ""))
    )


def preview(place: Place, arguments: Arguments) -> Any:
    return objects.preview(place, needed(arguments, "bucket"), needed(arguments, "key"))


def invocations(place: Place, arguments: Arguments) -> Any:
    """The newest first; with a ``function``, of that one alone."""
    found = history.after(0, account=place.account, function=arguments.get("function"))
    return [asdict(each) for each in reversed(found) if each.region == place.region][:RECENT]


QUESTIONS = {
    each.__name__: each for each in (places, status, things, tags, details, reveal, listing, preview, invocations)
}


def _listed(module: ModuleType, place: Place) -> dict[str, Any]:
    """A service that cannot tell does not keep the others from it."""
    about = {"service": module.SERVICE, "title": module.TITLE, "things": [], "error": ""}
    if not is_loaded(module.SERVICE):
        return about
    try:
        found = sorted(module.things(place), key=lambda each: str.casefold(each.title))
        return {**about, "things": [asdict(each) for each in found]}
    except Exception as error:
        LOG.exception("the console cannot list %s", module.TITLE)
        return {**about, "error": str(error)}


def _tagged(place: Place) -> Iterator[dict[str, Any]]:
    for module in services.modules():
        for thing in _listed(module, place)["things"]:
            try:
                found = module.tags(place, thing["name"])
            except ClientError:
                continue  # gone meanwhile, or a service that knows no tags
            if found:
                yield {"service": module.SERVICE, "name": thing["name"], "tags": found}


def _module(arguments: Arguments) -> ModuleType:
    service = needed(arguments, "service")
    for module in services.modules():
        if service == module.SERVICE and is_loaded(service):
            return module
    raise Missing(f"nothing of {service} is here")


def needed(arguments: Arguments, name: str) -> str:
    if value := arguments.get(name):
        return value
    raise Missing(f"{name}: missing in the question")
