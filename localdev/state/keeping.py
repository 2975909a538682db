"""Saves and loads, in the emulator's process."""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from localstack import config
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.stores import AccountRegionBundle
from localstack.state import pickle
from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from localdev.functions import recording
from localdev.reset import bundles, running
from localdev.state import FILE, changes, head
from localdev.state.files import replaced
from localdev.state.part import Part, Reduced, Reducers
from localdev.state.services import parts

# Those that tests have seen come back whole.
KEPT = frozenset(
    {
        *("apigateway", "cloudfront", "cloudtrail", "cloudwatch", "cognito-idp", "dynamodb", "dynamodbstreams"),
        *("events", "iam", "kms", "lambda", "logs", "s3", "scheduler", "secretsmanager"),
        *("sns", "sqs", "ssm", "stepfunctions", "sts"),
    }
)
# What moto calls otherwise than AWS does.
MOTO_NAMES = {"cognitoidp": "cognito-idp"}
TRIES = 5
MOTO = "moto"
LOCALSTACK = "localstack"

_saving = threading.Lock()
_saved_at: int | None = None  # by the count of changes


def save(folder: Path) -> None:
    """What is there is replaced as a whole, or not at all.

    Raises RuntimeError if what is to be saved keeps changing, and whatever else keeps it from being saved.
    """
    global _saved_at
    with _saving:
        recording.write()
        services = sorted(KEPT & set(running()))
        beside = parts(services, folder)
        with replaced(folder / FILE) as file:
            file.write(json.dumps(head(config.GATEWAY_LISTEN[0].port)).encode() + b"\n")
            _saved_at = _write_unchanged(file, services, beside)
        for part in beside.values():
            part.clear()


def saved() -> bool:
    """Whether nothing has changed since."""
    return _saved_at == changes.count()


def left_out() -> list[str]:
    """The services that may hold something which is not kept."""
    return sorted({each.service_name for each in bundles() if each and each.service_name not in KEPT})


def load(folder: Path) -> None:
    """Into an emulator that nobody has used yet; without a file it stays so. Raises whatever is wrong with the file."""
    if not (folder / FILE).exists():
        return
    with (folder / FILE).open("rb") as file:
        file.readline()
        state = pickle.load(file)
    hooks = [SERVICE_PLUGINS.require(service).lifecycle_hook for service in state["services"]]
    for hook in hooks:
        hook.on_before_state_load()
    stores = {each.service_name: each for each in bundles() if isinstance(each, AccountRegionBundle)}
    for (kind, service), (accounts, universal) in state["kept"].items():
        if kind == MOTO:
            backends = get_backend(service)
            backends.update(accounts)
            vars(BackendDict)["_instances"].append(backends)
        else:
            _fill(stores[service], accounts, universal)
    for service, part in parts(state["services"], folder).items():
        part.restore(state["beside"][service])
    for hook in hooks:
        hook.on_after_state_load()


def _write_unchanged(file: IO[bytes], services: list[str], beside: dict[str, Part]) -> int:
    """One document, in which things that refer to each other still do; begun anew if they change meanwhile.

    Where they do so all the time, the last one counts. Returns the count of changes that it has.
    """
    begin, written = file.tell(), None
    wrong: RuntimeError | None = None
    for _ in range(TRIES):
        before = changes.count()
        file.seek(begin)
        file.truncate()
        try:
            kept = {
                (_kind(each), each.service_name): (dict(each), getattr(each, "_universal", None))
                for each in bundles()
                if each.service_name in KEPT
            }
            state = {"services": services, "kept": kept, "beside": {name: part.keep() for name, part in beside.items()}}
            reducers = {type_: reduce for part in beside.values() for type_, reduce in part.reducers().items()}
            Pickler(file, reducers).dump(state)
        except RuntimeError as error:  # a dictionary changed its size
            written, wrong = None, error
            continue
        written = before
        if changes.count() == before:
            break
    if written is None:
        raise RuntimeError(f"it changes all the time: {wrong}") from wrong
    return written


class Pickler(pickle.Pickler):
    def __init__(self, file: IO[bytes], reducers: Reducers) -> None:
        super().__init__(file)
        self.dispatch.update({type_: _saving_as(reduce) for type_, reduce in (LOCKS | reducers).items()})


# dill writes a lock that is held as one that is held: by a thread that nobody has when it is read.
LOCKS: Reducers = {
    type(threading.Lock()): lambda lock: (threading.Lock, ()),
    type(threading.RLock()): lambda lock: (threading.RLock, ()),
}


def _saving_as(reduce: Callable[[Any], Reduced]) -> Callable[[Any, Any], None]:
    return lambda pickler, thing: pickler.save_reduce(*reduce(thing), obj=thing)


def _kind(bundle: dict[str, Any]) -> str:
    return LOCALSTACK if isinstance(bundle, AccountRegionBundle) else MOTO


def _fill(bundle: AccountRegionBundle[Any], accounts: dict[str, Any], universal: dict[str, Any]) -> None:
    """What LocalStack keeps across accounts is one dictionary, which every store refers to."""
    bundle._universal.clear()
    bundle._universal.update(universal)
    bundle.clear()
    bundle.update(accounts)
    for regions in accounts.values():
        regions._universal, regions.lock = bundle._universal, bundle.lock
        for store in regions.values():
            store._universal = bundle._universal
