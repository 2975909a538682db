"""Accounts made as if nobody had ever used them, while others go on.

What services keep is of two kinds. Most is in their stores, which LocalStack's state visitors and moto's own
register lead to; they are emptied here. The rest, such as processes, timers and files, is ended by the modules in
this folder: each is called as the service is, with ``_`` for ``-`` (and ``lambda_``), and its function `forget` is
called with an account's number before the stores are emptied.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

import importlib
import pkgutil
import re
import threading
from collections.abc import Iterator
from typing import Any

from localstack import config
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.stores import AccountRegionBundle
from localstack.state import StateVisitor
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

from localdev.functions import history

# LocalStack's own: what it keeps there for functions goes with them.
INTERNAL = config.INTERNAL_RESOURCE_ACCOUNT
_resetting = threading.Lock()


def reset(account: str | None = None) -> list[str]:
    """One account, or all. Returns those that there were. Raises ValueError if it is no account's number."""
    if account is not None and not re.fullmatch(r"\d{12}", account):
        raise ValueError(f"{account!r} is no account: it has 12 digits")
    with _resetting:
        kept = list(bundles())
        known = {number for bundle in kept for number in list(bundle)} - {INTERNAL}
        chosen = sorted(known if account is None else known & {account})
        for number in chosen:
            _end(number)
            for bundle in kept:
                bundle.pop(number, None)
            history.forget(number)
        reset_model_data()  # moto's list of everything it ever made, which nobody reads
    return chosen


def bundles() -> Iterator[Any]:
    """Everything that is kept by account: account's number → region → what it holds."""
    stores = _Stores()
    for name in running():
        SERVICE_PLUGINS.require(name).accept_state_visitor(stores)
    yield from stores.found.values()
    # All that hold anything, among them those that other services use behind the scenes; some more than once.
    register: list[BackendDict[Any]] = vars(BackendDict)["_instances"]
    yield from {id(backends): backends for backends in list(register)}.values()


class _Stores(StateVisitor):
    """Those of LocalStack; moto tells its own."""

    def __init__(self) -> None:
        self.found: dict[int, AccountRegionBundle[Any]] = {}

    def visit(self, container: Any) -> None:
        if isinstance(container, AccountRegionBundle):
            self.found[id(container)] = container


def _end(account: str) -> None:
    services = {name.replace("-", "_") for name in running()}
    modules = [module.name for module in pkgutil.iter_modules(__path__) if module.name.removesuffix("_") in services]
    # Functions first: they use the others to the last.
    for name in sorted(modules, key=lambda name: name != "lambda_"):
        importlib.import_module(f"{__name__}.{name}").forget(account)


def running() -> list[str]:
    """The services that are loaded."""
    return [name for name in SERVICE_PLUGINS.list_available() if SERVICE_PLUGINS.is_running(name)]
