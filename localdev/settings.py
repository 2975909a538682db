"""The environment LocalStack runs in, built from nothing: no variable of the user's shell changes it."""

from __future__ import annotations

import os
from pathlib import Path

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent / ".localdev"  # the emulator of whoever names no folder
# What a process needs from its host. No AWS_*, no LocalStack variable and no proxy may leak in.
PASSED_THROUGH = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT", "LD_LIBRARY_PATH", "SSL_CERT_FILE")
# Longer than any function may run (900 s): the executor times invocations itself, and an environment
# whose init needed a second try must not be torn down meanwhile.
ENVIRONMENT_TIMEOUT = 930


def localstack_environment(root: Path, port: int) -> dict[str, str]:
    """The variables of the emulator's process.

    root: the folder everything is written to.
    """
    passed = {name: os.environ[name] for name in PASSED_THROUGH if name in os.environ}
    return {
        **passed,
        # LocalStack reads ~/.localstack and plux writes ~/.cache: both shall be ours.
        "HOME": str(root),
        "XDG_CACHE_HOME": str(root / "cache"),
        "CONFIG_DIR": str(root / "config"),
        "TMP": str(root / "tmp"),  # LocalStack warns about TMPDIR; Python heeds both
        "FILESYSTEM_ROOT": str(root / "filesystem"),
        "PYTHONUNBUFFERED": "1",
        "GATEWAY_LISTEN": f"{HOST}:{port}",
        "GATEWAY_SERVER": "loopback",
        # In answers (queue URLs, object locations): the default name is public DNS and fails offline.
        "LOCALSTACK_HOST": f"{HOST}:{port}",
        "SQS_ENDPOINT_STRATEGY": "path",
        # Inside any container LocalStack otherwise takes itself for its own image.
        "OVERRIDE_IN_DOCKER": "0",
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT": str(ENVIRONMENT_TIMEOUT),
        # Seconds until a failed asynchronous invocation is tried again, twice that the second time: AWS waits
        # one and two minutes, nobody at a desk does.
        "LAMBDA_RETRY_BASE_DELAY": "1",
        # Seconds at most between two looks into an empty queue: AWS looks all the time.
        "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "1",
        # LocalStack's own download Java and Kinesis.
        "PROVIDER_OVERRIDE_DYNAMODB": "localdev",
        "PROVIDER_OVERRIDE_DYNAMODBSTREAMS": "localdev",
        # No DNS server of its own (port 53, through sudo if need be), no downloads, no telemetry.
        "DNS_ADDRESS": "0",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        # What its services ask each other goes from function to function, not through the network.
        "IN_MEMORY_CLIENT": "1",
        # The default accepts expired and forged presigned URLs.
        "S3_SKIP_SIGNATURE_VALIDATION": "0",
    }
