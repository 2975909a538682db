"""An account and a region, and which of them there are."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from botocore.config import Config
from localstack import config
from localstack.aws.connect import InternalClientFactory
from localstack.constants import AWS_REGION_US_EAST_1, DEFAULT_AWS_ACCOUNT_ID
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.stores import LOCAL_ATTR_PREFIX, AccountRegionBundle
from localstack.utils.aws.aws_stack import get_valid_regions
from moto.core.base_backend import BackendDict

# What moto keeps what people made in: its backends hold much that nobody made.
OF_MOTO = {
    "cloudfront": "distributions",
    "cloudtrail": "trails",
    "cognito-idp": "user_pools",
    "dynamodb": "tables",
    "iam": "roles",
    "logs": "groups",
    "secretsmanager": "secrets",
    "ssm": "_parameters",
}

# What fails within one process fails again: there is nothing to wait for.
CLIENTS = InternalClientFactory(config=Config(retries={"max_attempts": 0}))


class NoSuchPlace(Exception):
    pass


class NoSuchThing(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(f"there is no {name!r}")


@dataclass(frozen=True, order=True)
class Place:
    account: str
    region: str

    def client(self, service: str) -> Any:
        """A boto3 client whose calls do not leave this process."""
        return CLIENTS.get_client(
            service_name=service,
            region_name=self.region,
            aws_access_key_id=self.account,
            aws_secret_access_key="test",
        )

    def address(self, view: str, **more: str) -> str:
        """Where the console shows something."""
        return "#" + urlencode({"account": self.account, "region": self.region, "view": view, **more})


def place(account: str | None, region: str | None) -> Place:
    """Raises NoSuchPlace."""
    account, region = account or DEFAULT_AWS_ACCOUNT_ID, region or AWS_REGION_US_EAST_1
    if not re.fullmatch(r"\d{12}", account):
        raise NoSuchPlace("an account is a number of twelve digits")
    if region not in get_valid_regions():
        raise NoSuchPlace("there is no region of that name")
    return Place(account, region)


def is_loaded(service: str) -> bool:
    """A service that is not holds nothing, and shall not be loaded only to say so."""
    return bool(SERVICE_PLUGINS.is_running(service))


def inhabited() -> list[Place]:
    """Where there is anything, and the place that clients are in by default."""
    regions = get_valid_regions()
    found = {Place(account, region) for account, region in _with_something() if region in regions}
    return sorted({*found, place(None, None)} - {each for each in found if each.account == _internal()})


def _with_something() -> Iterator[tuple[str, str]]:
    for name, module in list(sys.modules.items()):
        if name.startswith("localstack.services.") and name.endswith(".models"):
            for bundle in [value for value in vars(module).values() if isinstance(value, AccountRegionBundle)]:
                yield from _of_localstack(bundle)
    instances: list[Any] = vars(BackendDict)["_instances"]
    for backends in list(instances):
        attribute = OF_MOTO.get(backends.service_name)
        for account, regions in list(backends.items()):
            for region, backend in list(regions.items()):
                if attribute and getattr(backend, attribute, None):
                    yield account, AWS_REGION_US_EAST_1 if region == "aws" else region


def _of_localstack(bundle: AccountRegionBundle[Any]) -> Iterator[tuple[str, str]]:
    for account, regions in list(bundle.items()):
        for region, store in list(regions.items()):
            local = [each for each in list(vars(store).items()) if each[0].startswith(LOCAL_ATTR_PREFIX)]
            if any(_made(name.removeprefix(LOCAL_ATTR_PREFIX), value) for name, value in local):
                yield account, region


def _made(name: str, value: object) -> bool:
    """Whether an attribute of a store holds what somebody made. Every place has the event bus ``default``."""
    if name == "event_buses" and isinstance(value, dict):
        return any(bus.name != "default" or bus.rules for bus in value.values())
    return isinstance(value, dict | list | set) and bool(value)


def _internal() -> str:
    """LocalStack's own account, in which it keeps functions' code."""
    return str(config.INTERNAL_RESOURCE_ACCOUNT)
