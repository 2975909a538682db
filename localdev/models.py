"""By what a request says which of AWS's services it is for, as far as botocore's models say it."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore

HEAD = 8192  # bytes in which every model has said its metadata
# Not offered, but told from one that is by nothing less than their models: their signing names are the same.
NAMESAKES = frozenset({"apigatewayv2", "pinpoint-email", "sesv2"})


@cache
def services_by_mark() -> dict[str, list[str]]:
    """The services that botocore knows, by target (``AWSEvents``) and by signing name (``/events``).

    Read from the heads of its models, in 0.1 s: reading them whole takes 3 s.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, metadata in heads():
        if target := metadata.get("targetPrefix"):
            found[target].append(name)
        found["/" + metadata.get("signingName", metadata["endpointPrefix"])].append(name)
    for signing_name, names in found.items():
        names.sort(key=lambda name: f"/{name}" != signing_name)
    return found


def heads() -> Iterator[tuple[str, dict[str, str]]]:
    """Name and metadata of the newest model of each service."""
    models = Path(botocore.__file__).with_name("data").glob("*/*/service-2.json.gz")
    newest = {path.parts[-3]: path for path in sorted(models)}
    for name, path in newest.items():
        with gzip.open(path) as model:
            text = model.read(HEAD).decode(errors="replace")
        start = text.index("{", text.index('"metadata"'))
        yield name, json.JSONDecoder().raw_decode(text, start)[0]
