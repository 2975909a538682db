"""Functions: their processes, event source mappings, queues of asynchronous invocations, and code."""

# mypy: allow-untyped-calls
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.plugins import SERVICE_PLUGINS

from localdev.functions import environments, layers, recording

AT_ONCE = 8


def forget(account: str) -> None:
    """Returns once no process of the account's functions is left."""
    provider: Any = SERVICE_PLUGINS.require("lambda").lifecycle_hook
    for uuid, worker in list(provider.esm_workers.items()):
        if _account(worker.esm_config["FunctionArn"]) == account:
            del provider.esm_workers[uuid]
            worker.stop_for_shutdown()
    service = provider.lambda_service
    for manager in _taken(service.event_managers, account):
        manager.stop()
    versions = _taken(service.lambda_starting_versions, account) + _taken(service.lambda_running_versions, account)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda version: version.stop(), versions))
        list(pool.map(environments.let_end, versions))
        codes = _codes(account)
        layers.forget([code.get_unzipped_code_location() for code in codes])
        list(pool.map(lambda code: code.destroy(), codes))
    recording.write()  # or their last words would bring their log groups back, in what was reset


def _taken(managers: dict[str, Any], account: str) -> list[Any]:
    """Those of an account, by ARN, which the service then knows no more."""
    return [managers.pop(arn) for arn in list(managers) if _account(arn) == account]


def _account(arn: str) -> str:
    return arn.split(":")[4]


def _codes(account: str) -> list[Any]:
    """Versions may share one."""
    stores = list(lambda_stores[account].values())
    functions = [
        version.config.code
        for store in stores
        for each in store.functions.values()
        for version in each.versions.values()
    ]
    of_layers = [
        version.code for store in stores for each in store.layers.values() for version in each.layer_versions.values()
    ]
    return list({code.id: code for code in functions + of_layers if code and not code.is_hot_reloading()}.values())
