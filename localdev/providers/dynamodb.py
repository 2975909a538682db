"""dynamodb, by moto."""

from __future__ import annotations

from localstack.services.plugins import Service

from localdev.providers.moto import moto_service


def provide() -> Service:
    return moto_service("dynamodb")
