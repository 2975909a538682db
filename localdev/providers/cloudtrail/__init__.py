"""CloudTrail: trails that record who called what, to their bucket."""

# mypy: allow-untyped-calls
from __future__ import annotations

from localstack.services.plugins import Service

from localdev.providers.moto import moto_service


def provide() -> Service:
    from localdev.providers.cloudtrail.history import History
    from localdev.providers.cloudtrail.selectors import Selectors
    from localdev.providers.cloudtrail.trails import Trails

    class Operations(Trails, Selectors, History):
        """All that is answered here."""

    return moto_service("cloudtrail", Operations())
