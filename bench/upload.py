"""A photo into the photo app's bucket: as the page sends it, beside boto3's put_object of the same bytes.

``python -m bench.upload API_URL BUCKET`` takes both in turns, and prints the medians. Where put_object goes is up to
boto3's own variables (AWS_ENDPOINT_URL, ...).
"""

import json
import random
import sys
import time
import urllib.request
from collections.abc import Callable
from statistics import median
from urllib.parse import urlencode

import boto3

from bench import emulators
from bench.processes import environment, python
from bench.report import table

REPEATS = 5
SIZE = 10_000_000  # bytes


def measure(tell: Callable[[str], None]) -> dict[str, float]:
    """Median seconds of asking for permission and sending the photo, and of put_object; and the ratio of the two."""
    with emulators.emulator() as emulator:
        options = ("photo", "--stage", "bench", "--endpoint-url", emulator.endpoint_url, "--json")
        outputs = python("deploy.py", "up", *options).json()["outputs"]["photo"]
        variables = environment(AWS_ENDPOINT_URL=emulator.endpoint_url)
        arguments = (outputs["api.url"], outputs["buckets.photos.name"])
        seconds = python("-m", "bench.upload", *arguments, variables=variables).json()
    ratio = seconds["ours"] / seconds["put_object"]
    return {name: round(each, 3) for name, each in seconds.items()} | {"ratio": round(ratio, 2)}


def section(found: dict[str, float]) -> str:
    row = (f"{found['ours']:.3f} s", f"{found['put_object']:.3f} s", f"{found['ratio']:.2f}")
    head = ("asked for and sent", "boto3's `put_object`", "ratio")
    return f"## A photo of {SIZE // 10**6} MB, {REPEATS} times\n\n{table(head, [row])}"


def main() -> None:
    api_url, bucket = sys.argv[1:]
    photo = random.Random(4711).randbytes(SIZE)
    s3 = boto3.client("s3")
    ours, reference = [], []
    for number in range(REPEATS + 1):  # the first round, with the function's cold start, does not count
        ours.append(seconds(lambda: upload(api_url, photo)))
        key = f"reference-{number}"
        reference.append(seconds(lambda key=key: s3.put_object(Bucket=bucket, Key=key, Body=photo)))
    print(json.dumps({"ours": median(ours[1:]), "put_object": median(reference[1:])}))


def upload(api_url: str, photo: bytes) -> None:
    query = urlencode({"type": "image/jpeg", "size": len(photo)})
    with urllib.request.urlopen(f"{api_url}/presign?{query}", timeout=60) as answer:
        allowed = json.load(answer)
    request = urllib.request.Request(allowed["url"], photo, allowed["headers"], method=allowed["method"])
    urllib.request.urlopen(request, timeout=60).close()


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
