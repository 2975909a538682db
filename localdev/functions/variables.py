"""The environment variables a function sees: AWS's, then the user's where AWS lets them."""

from __future__ import annotations

from collections.abc import Mapping

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, "Reserved environment variables"
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)
# LocalStack's own, meant for its container's init process: a function could tell itself local by them.
NOT_ON_AWS = frozenset(
    {"EDGE_PORT", "AWS_LAMBDA_FUNCTION_TIMEOUT", "_AWS_XRAY_DAEMON_PORT", "_AWS_XRAY_DAEMON_ADDRESS"}
)
PATH = "/usr/local/bin:/usr/bin:/bin"


def function_environment(own: Mapping[str, object], user: Mapping[str, str], runtime: str) -> dict[str, str]:
    """own: LocalStack's variables without the user's. runtime: as in ``python3.12``."""
    kept = {
        name: str(value) for name, value in own.items() if name not in NOT_ON_AWS and not name.startswith("LOCALSTACK_")
    }
    kept["AWS_EXECUTION_ENV"] = f"AWS_Lambda_{runtime}"
    if level := kept.get("AWS_LAMBDA_LOG_LEVEL"):
        kept["AWS_LAMBDA_LOG_LEVEL"] = level.upper()  # LocalStack's "Trace" is no level of the runtime's
    allowed = {name: value for name, value in user.items() if name not in RESERVED}
    return {"LANG": "en_US.UTF-8", "PATH": PATH, **kept, **allowed}
