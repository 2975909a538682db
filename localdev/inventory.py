"""What this emulator holds and runs at the moment, gathered in its own process: nothing is loaded or started for it."""

# mypy: allow-untyped-calls
from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from localstack import config, constants
from localstack.services.plugins import SERVICE_PLUGINS

from localdev.process import STRICT
from localdev.state import FILE, STATE

MIB = 1024 * 1024


@dataclass(frozen=True)
class Environment:
    """A process that runs a function. state: ``starting``, ``idle``, ``busy`` or ``stopping``; memory: MiB."""

    id: str
    version: str
    state: str
    pid: int | None
    memory: float


@dataclass(frozen=True)
class Function:
    """state: as GetFunction has it. memory: MiB, the limit; timeout: seconds."""

    account: str
    region: str
    name: str
    runtime: str
    memory: int
    timeout: int
    state: str
    environments: list[Environment]


@dataclass(frozen=True)
class Url:
    """What answers there: ``api``, ``website``, ``distribution`` or ``function``, and its name or id."""

    kind: str
    account: str
    name: str
    url: str


@dataclass(frozen=True)
class State:
    """dir: where it is kept. saved: when, the last time, in seconds since 1970; error: why not since then."""

    dir: str
    saved: float | None
    error: str | None


@dataclass(frozen=True)
class Inventory:
    """uptime: seconds. memory: MiB of the emulator's process; functions' are with their environments.

    services: those that are loaded. urls: what can be called, of every account. state: None unless it is kept.
    """

    version: str
    url: str
    pid: int
    strict: bool
    state: State | None
    uptime: float
    memory: float
    services: list[str]
    functions: list[Function]
    urls: list[Url]


def take() -> Inventory:
    process = psutil.Process()
    return Inventory(
        version=constants.VERSION,
        url=config.external_service_url(),
        pid=os.getpid(),
        strict=STRICT in os.environ,
        state=_state(),
        uptime=round(time.time() - process.create_time(), 1),
        memory=_memory(process.pid),
        services=[name for name in sorted(SERVICE_PLUGINS.list_available()) if SERVICE_PLUGINS.is_running(name)],
        functions=sorted(_functions(), key=lambda each: (each.account, each.region, each.name)),
        urls=sorted(_urls(), key=lambda each: (each.account, each.kind, each.name, each.url)),
    )


def _state() -> State | None:
    if STATE not in os.environ:
        return None
    from localdev.state import regularly

    folder = Path(os.environ[STATE])
    try:
        saved = (folder / FILE).stat().st_mtime
    except (FileNotFoundError, NotADirectoryError):
        saved = None
    return State(str(folder), saved, regularly.error)


def _functions() -> Iterator[Function]:
    if not SERVICE_PLUGINS.is_running("lambda"):
        return
    from localstack.services.lambda_.invocation.models import lambda_stores

    environments = _environments()
    for account, region, store in _stores(lambda_stores):
        for name, function in list(store.functions.items()):
            latest = function.latest()
            yield Function(
                account=account,
                region=region,
                name=name,
                runtime=latest.config.runtime or "image",
                memory=latest.config.memory_size,
                timeout=latest.config.timeout,
                state=latest.config.state.state,
                environments=environments[account, region, name],
            )


def _environments() -> dict[tuple[str, str, str], list[Environment]]:
    from localstack.services.lambda_.invocation.execution_environment import RuntimeStatus

    states = {RuntimeStatus.STARTING: "starting", RuntimeStatus.READY: "idle", RuntimeStatus.INVOKING: "busy"}
    found = defaultdict(list)
    provider: Any = SERVICE_PLUGINS.require("lambda").lifecycle_hook
    for of_version in list(provider.lambda_service.assignment_service.environments.values()):
        for each in list(of_version.values()):
            id = each.function_version.id
            pid = each.runtime_executor.pid
            found[id.account, id.region, id.function_name].append(
                Environment(
                    id=each.id,
                    version=id.qualifier,
                    state=states.get(each.status, "stopping"),
                    pid=pid,
                    memory=_memory(pid) if pid else 0,
                )
            )
    return found


def _urls() -> Iterator[Url]:
    for service, urls in (
        ("apigateway", _apis),
        ("s3", _websites),
        ("cloudfront", _distributions),
        ("lambda", _function_urls),
    ):
        if SERVICE_PLUGINS.is_running(service):
            yield from urls()


def _apis() -> Iterator[Url]:
    from localstack.services.apigateway.models import apigateway_stores

    for account, _, store in _stores(apigateway_stores):
        for id, api in list(store.rest_apis.items()):
            for stage in list(store.active_deployments.get(id.lower(), ())):
                url = f"{config.external_service_url()}/_aws/execute-api/{id}/{stage}"
                yield Url("api", account, api.rest_api["name"], url)


def _websites() -> Iterator[Url]:
    from localstack.services.s3.models import s3_stores

    from localdev.endpoints import website

    for account, regions in list(s3_stores.items()):
        # Buckets are shared by the account's regions.
        for store in list(regions.values())[:1]:
            for name, bucket in list(store.buckets.items()):
                if bucket.website_configuration:
                    own_host = f"http://{name}.s3-website.localhost:{config.GATEWAY_LISTEN[0].port}/"
                    by_path = f"{config.external_service_url()}{website.PREFIX}{name}/"
                    yield from (Url("website", account, name, url) for url in (own_host, by_path))


def _distributions() -> Iterator[Url]:
    from localdev.providers.cloudfront.kept import all_distributions

    for each in all_distributions():
        yield Url("distribution", each.account, each.id, f"{config.external_service_url()}/_aws/cloudfront/{each.id}/")


def _function_urls() -> Iterator[Url]:
    from localstack.services.lambda_.invocation.models import lambda_stores

    for account, _, store in _stores(lambda_stores):
        for name, function in list(store.functions.items()):
            for each in list(function.function_url_configs.values()):
                yield Url("function", account, name, each.url)


def _stores(stores: Any) -> Iterator[tuple[str, str, Any]]:
    """Account, region and store of each, while requests may add some."""
    for account, regions in list(stores.items()):
        for region, store in list(regions.items()):
            yield account, region, store


def _memory(pid: int) -> float:
    """What it occupies now, in MiB; 0 if it has just ended."""
    try:
        occupied: int = psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0
    return round(occupied / MIB, 1)
