"""LocalStack's index of AWS's services, for those it offers.

Before it answers its first request, LocalStack reads the models of all 400 services into an index of which
request belongs to which service: 3 s and 350 MB, once per folder. It takes a finished index if it finds one.
What is not in ours is refused by ``localdev.refusals``.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import dill  # type: ignore[import-untyped]
from botocore.model import ServiceModel
from localstack import config
from localstack.aws import spec
from localstack.services.plugins import SERVICE_PLUGINS

from localdev.models import NAMESAKES


@dataclass
class OfferedIndex(spec.ServiceCatalogIndex):
    offered: frozenset[str]  # and their namesakes


class _Models(spec.LazyServiceCatalogIndex):
    def __init__(self, names: list[str]) -> None:
        self._names = names

    @cached_property
    def _services(self) -> dict[str, list[ServiceModel]]:
        models = defaultdict(list)
        for name in self._names:
            model = spec.load_service(name)
            models[model.service_name].append(model)
        return models


def prepare_catalog() -> None:
    """Writes the index where LocalStack looks for it, unless the one that is there will do."""
    path = Path(config.dirs.static_libs, spec._get_catalog_filename())
    offered = frozenset(SERVICE_PLUGINS.list_available()) | NAMESAKES
    if path.exists() and dill.loads(path.read_bytes()).offered == offered:
        return
    path.write_bytes(dill.dumps(build_index(offered)))


def build_index(offered: frozenset[str]) -> OfferedIndex:
    names: list[str] = spec.loader.list_available_services("service-2")
    # "sqs-query" is how LocalStack names the model of an older protocol.
    models = _Models([name for name in names if name.removesuffix("-query") in offered])
    return OfferedIndex(
        service_names=names,
        target_prefix_index=models.target_prefix_index,
        signing_name_index=models.signing_name_index,
        operations_index=models.operations_index,
        endpoint_prefix_index=models.endpoint_prefix_index,
        offered=offered,
    )
