"""What AWS does for a while after a change, and how long to be patient with it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Transient:
    """An error that goes away by itself: ``says`` is what to tell people meanwhile."""

    service: str
    code: str
    message: str = ""
    seconds: float = 60
    says: str = "AWS is busy"

    def matches(self, service: str, code: str, message: str) -> bool:
        return (
            self.service in (service, "*")
            and re.fullmatch(self.code, code) is not None
            and re.search(self.message, message, re.IGNORECASE) is not None
        )


TRANSIENT = (
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
    Transient(
        "lambda",
        "InvalidParameterValueException",
        "cannot be assumed by Lambda|execution role does not have permissions|KMS key is invalid for CreateGrant",
        seconds=150,
        says="waiting for the role to become usable",
    ),
    Transient("iam", "MalformedPolicyDocument", "Invalid principal in policy", says="waiting for the principal"),
    Transient("iam", "ConcurrentModification", says="waiting for IAM"),
    # https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    Transient("lambda", "ResourceConflictException", "in progress|being created|Pending", seconds=150,
              says="waiting for the function's last update"),
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: not raisable, 30 s for a delete
    Transient("apigateway", "TooManyRequestsException", seconds=600, says="waiting for API Gateway's rate limit"),
    Transient("apigateway", "ConflictException", "concurrent", says="waiting for API Gateway"),
    Transient("s3", "OperationAborted|(ConditionalRequest)?Conflict", seconds=150,
              says="waiting for the bucket's last change"),
    Transient("s3", "AccessDenied", "BlockPublicPolicy|public policies", says="waiting for public access to open"),
    Transient("logs", "OperationAbortedException", says="waiting for CloudWatch Logs"),
    Transient("*", "Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded|SlowDown",
              says="waiting for AWS's rate limit"),
)  # fmt: skip


def find(service: str, code: str, message: str) -> Transient | None:
    """The row that an error falls under."""
    return next((row for row in TRANSIENT if row.matches(service, code, message)), None)
