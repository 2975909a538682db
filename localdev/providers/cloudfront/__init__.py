"""CloudFront: distributions that serve, with their caches. Everything is ours but public keys and key groups (moto).

What a distribution would do on AWS and does not here is refused when it is made: see `config`.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localstack.services.plugins import Service


def provide() -> Service:
    from localstack.services.edge import ROUTER

    from localdev.providers.cloudfront.access_controls import AccessControls
    from localdev.providers.cloudfront.cache_policies import CachePolicies
    from localdev.providers.cloudfront.distributions import Distributions
    from localdev.providers.cloudfront.invalidations import Invalidations
    from localdev.providers.cloudfront.serving import serve_host
    from localdev.providers.moto import moto_service

    class Operations(Distributions, Invalidations, AccessControls, CachePolicies):
        """All that is answered here."""

    by_host: Any = serve_host
    for path in ("/", "/<path:path>"):
        ROUTER.add(path, by_host, host='<regex("[^.]*"):id>.cloudfront.<regex(".*"):domain>')
    return moto_service("cloudfront", Operations())
