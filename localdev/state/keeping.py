"""Saves and loads, in the emulator's process."""

# mypy: allow-untyped-calls
from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from localstack import config
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.s3.models import S3DeleteMarker, s3_stores
from localstack.services.stores import AccountRegionBundle
from localstack.state import pickle
from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from localdev.functions import recording
from localdev.reset import bundles, running
from localdev.state import FILE, head

# Those that tests have seen come back whole. Of EventBridge, for one, the timers would not.
KEPT = frozenset(
    {
        *("apigateway", "cloudwatch", "dynamodb", "iam", "kms", "lambda"),
        *("logs", "s3", "secretsmanager", "sns", "sqs", "sts"),
    }
)
TRIES = 5
MOTO = "moto"
LOCALSTACK = "localstack"

# dill writes a lock that is held as one that is held: by a thread that nobody has when it is read.
pickle.reducer(type(threading.RLock()), threading.RLock)(lambda lock: ())
pickle.reducer(type(threading.Lock()), threading.Lock)(lambda lock: ())


def save(folder: Path) -> list[str]:
    """Returns the services that may hold something which is not kept.

    What is there is replaced as a whole, or not at all. Raises RuntimeError if what is to be saved keeps changing.
    """
    recording.write()
    found = {(_kind(each), each.service_name): each for each in bundles()}
    kept = {key: (dict(each), getattr(each, "_universal", None)) for key, each in found.items() if key[1] in KEPT}
    services = sorted(KEPT & set(running()))
    document = _unchanged({"services": services, "kept": kept})
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{FILE}.new"
    with new.open("wb") as file:
        file.write(json.dumps(head(config.GATEWAY_LISTEN[0].port)).encode() + b"\n" + document)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / FILE)
    return sorted({name for (_, name), each in found.items() if each and name not in KEPT})


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
    _write_objects(state["objects"])
    for hook in hooks:
        hook.on_after_state_load()


def _kind(bundle: dict[str, Any]) -> str:
    return LOCALSTACK if isinstance(bundle, AccountRegionBundle) else MOTO


def _unchanged(state: dict[str, Any]) -> bytes:
    """One document, in which things that refer to each other still do; begun anew if they change meanwhile."""
    for _ in range(TRIES):
        try:
            objects = dict(_read_objects())
            document = pickle.dumps({**state, "objects": objects})
        except RuntimeError:  # a dictionary changed its size
            continue
        if objects.keys() == {key for key, _, _ in _objects()}:
            return document
    raise RuntimeError("what is to be saved changes all the time")


def _objects() -> Iterator[tuple[tuple[str, str, str | None], str, Any]]:
    """Bucket, key and version of each object; its bucket, itself."""
    for _, _, store in s3_stores.iter_stores():
        for name, bucket in list(store.buckets.items()):
            for each in bucket.objects.values(with_versions=True):
                if not isinstance(each, S3DeleteMarker):
                    yield (name, each.key, each.version_id), name, each


def _storage() -> Any:
    provider: Any = SERVICE_PLUGINS.require("s3").lifecycle_hook
    return provider._storage_backend


def _read_objects() -> Iterator[tuple[tuple[str, str, str | None], bytes]]:
    for key, bucket, each in _objects():
        with _storage().open(bucket, each, mode="r") as content:
            yield key, content.read()


def _write_objects(contents: dict[tuple[str, str, str | None], bytes]) -> None:
    storage = _storage()
    for _, _, store in s3_stores.iter_stores():
        for name, bucket in store.buckets.items():
            storage.create_bucket(name)
            bucket.multiparts.clear()  # uploads that were under way: their parts are gone
    for key, bucket_name, each in _objects():
        with storage.open(bucket_name, each, mode="w") as content:
            content.write(io.BytesIO(contents[key]))


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
