"""The QR function against the seed's way of doing it: cold start and time per code, side by side.

Every repeat starts a fresh process for each of the two in turn, so that a noisy machine disturbs both alike.
Both do all their work up to the network: botocore's HTTP session gives them the same canned answer. Bytecode
lies ready in a cache of the bench's own, for both: whether the environment holds some would otherwise decide.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.report import table

ROOT = Path(__file__).parents[1]
REPEATS = 7
MODULES = {"ours": (ROOT / "functions" / "qr", "app"), "seed": (ROOT / "bench", "seed_qr")}
TEXTS = {
    "short URL": "https://example.org/t/4711",
    "150 characters": ("Doors open at seven, the concert starts at eight; please have this ticket ready. " * 2)[:150],
    "1,000 characters": ("Doors open at seven, the concert starts at eight; bring this ticket. " * 15)[:1000],
}
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "eu-west-1",  # Lambda sets both
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "BUCKET_NAME": "codes",
}
PROCESS = """
import sys
from statistics import median
from time import perf_counter
from types import SimpleNamespace

folder, name, texts = sys.argv[1], sys.argv[2], sys.argv[3:]
sys.path.insert(0, folder)
# Optional parts of botocore's import: LocalStack brings them to this environment, Lambda's Python lacks them.
sys.modules.update(awscrt=None, OpenSSL=None)

start = perf_counter()
module = __import__(name)
imported = perf_counter() - start

import io
import json
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from urllib3 import HTTPResponse

def canned(session, request):
    return AWSResponse(request.url, 200, {}, HTTPResponse(io.BytesIO(), preload_content=False))

URLLib3Session.send = canned
context = SimpleNamespace(aws_request_id="bench")

def seconds(text):
    event = {"httpMethod": "POST", "path": "/generate", "body": json.dumps({"text": text})}
    start = perf_counter()
    response = module.handler(event, context)
    taken = perf_counter() - start
    assert response["statusCode"] == 200, response
    return taken

first = imported + seconds(texts[0])
warm = []
for text in texts:
    seconds(text)
    warm.append(median(seconds(text) for _ in range(15)))
print(json.dumps([imported, first, *warm]))
"""


def measure(tell: Callable[[str], None]) -> dict[str, Any]:
    """Medians over fresh processes each, in milliseconds: {figure: {"ours", "seed", "ratio"}}, within "figures"."""
    runs: dict[str, list[list[float]]] = {"ours": [], "seed": []}
    with TemporaryDirectory() as bytecode:
        for who in runs:
            run(who, bytecode)  # unmeasured: compiles what it imports
        for _ in range(REPEATS):
            for who, rows in runs.items():
                rows.append(run(who, bytecode))
    figures = ["import", "import and first request", *TEXTS]
    result = {}
    for index, figure in enumerate(figures):
        ours, seed = (median(row[index] for row in runs[who]) * 1000 for who in ("ours", "seed"))
        result[figure] = {"ours": round(ours, 2), "seed": round(seed, 2), "ratio": round(ours / seed, 2)}
    return {"figures": result}


def section(found: dict[str, Any]) -> str:
    rows = (
        (name, f"{row['ours']:.2f}", f"{row['seed']:.2f}", f"{row['ratio']:.2f}")
        for name, row in found["figures"].items()
    )
    return f"## The QR function, milliseconds, {REPEATS} times\n\n{table(('figure', 'ours', 'seed', 'ratio'), rows)}"


def run(who: str, bytecode: str) -> list[float]:
    """One cold start and its warm requests: seconds, in the order of the figures."""
    folder, module = MODULES[who]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    output = subprocess.run(
        [sys.executable, "-c", PROCESS, str(folder), module, *TEXTS.values()],
        env=inherited | ENVIRONMENT | {"PYTHONPYCACHEPREFIX": bytecode},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return json.loads(output)
