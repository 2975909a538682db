"""What one invocation after the other logs: for CloudWatch Logs and for `history` while it runs, and for its answer."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Mapping

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion
from localstack.services.lambda_.invocation.logs import LogHandler, LogItem

from localdev.functions import history


class InvocationLog:
    """Of one environment. What its init logs belongs to the invocation that comes next.

    variables: the environment's, which name the log group and the stream.
    """

    def __init__(self, version: FunctionVersion, variables: Mapping[str, str]) -> None:
        self._version = version
        self._handler = LogHandler(version.config.role, version.id.region)
        self._group, self._stream = variables["AWS_LAMBDA_LOG_GROUP_NAME"], variables["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._waiting = self._written = ""

    def add(self, text: str) -> None:
        self._waiting += text

    def waiting(self) -> str:
        """What was not written yet."""
        return self._waiting

    def go_on(self, request_id: str, started: float, text: str) -> None:
        """While an invocation runs, which began at this time (seconds since 1970)."""
        self.add(text)
        # First, so that who has seen a line in CloudWatch finds it here, too.
        log = self._written + self._waiting
        history.goes_on(self._version.qualified_arn, request_id, started=started, log=log)
        self._write()

    def end(self) -> str:
        """Writes what is left. All that the invocation logged."""
        self._write()
        text, self._written = self._written, ""
        return text

    def _write(self) -> None:
        """With the rights of the function's role, where these are enforced."""
        self._handler.add_logs(LogItem(self._group, self._stream, self._waiting))
        self._written += self._waiting
        self._waiting = ""
