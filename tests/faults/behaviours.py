"""What AWS does and no emulator shows, as its documentation has it: rows of a table, each played by a proxy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.plans import during, first, until
from tests.proxy import Answer, Call, Fault, Forward, Plan, lose_answer, lose_question, refuse

BLINK = 0.3  # seconds that a behaviour lasts of which nobody is told

Names = str | tuple[str, ...]
Told = Callable[[str], bool]  # whether people have been told so


@dataclass(frozen=True)
class Row:
    """One behaviour of calls of these names; ``plan`` makes it anew, ``says`` is what people are told meanwhile.

    What they are told of lasts until they have been.
    """

    id: str
    names: tuple[str, ...]
    plan: Callable[[Told], Plan]
    says: str = ""


def lasting(id: str, names: Names, fault: Fault, after: str = "", says: str = "") -> Row:
    """It goes away by itself."""
    if says:
        return Row(id, _tuple(names), lambda told: until(lambda: told(says), names, fault), says)
    return Row(id, _tuple(names), lambda _: during(BLINK, names, fault, after))


def times(count: int, id: str, names: Names, fault: Fault) -> Row:
    return Row(id, _tuple(names), lambda _: first(count, names, fault))


def _tuple(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def packed(rows: list[Row]) -> list[list[Row]]:
    """As few groups as can be, in each of which no two rows are about calls of one name."""
    groups: list[list[Row]] = []
    for row in rows:
        free = (group for group in groups if not any({*row.names} & {*other.names} for other in group))
        group = next(free, None)
        if group is None:
            groups.append([row])
        else:
            group.append(row)
    return groups


def done_but(fault: Fault) -> Fault:
    """It is done, and yet the answer says no: a first attempt, whose answer was lost, had done it."""

    def both(call: Call, forward: Forward) -> Answer | None:
        forward()
        return fault(call, forward)

    return both


def _role(message: str) -> Fault:
    return refuse(400, "InvalidParameterValueException", message)


_BUSY = refuse(409, "ResourceConflictException", "The operation cannot be performed: An update is in progress.")
_ABORTED = refuse(409, "OperationAborted", "A conflicting conditional operation is currently in progress.")
_NO_ROLE = refuse(404, "NoSuchEntity", "The role with name demo cannot be found.")
_NO_FUNCTION = refuse(404, "ResourceNotFoundException", "Function not found")
_NO_KEY = refuse(400, "NotFoundException", "Key does not exist")
_TOO_MANY = refuse(429, "TooManyRequestsException", "Too Many Requests")
_CONCURRENT = refuse(409, "ConflictException", "Unable to complete operation due to concurrent modification.")
_BLOCKED = refuse(403, "AccessDenied", "... because public policies are blocked by the BlockPublicPolicy setting.")

UP = [
    lasting(
        "a new role cannot be assumed",
        "lambda.CreateFunction",
        _role("The role defined for the function cannot be assumed by Lambda."),
        says="waiting for the role to become usable",
    ),
    lasting(
        "a new role has no permissions yet",
        "lambda.CreateFunction",
        _role("The provided execution role does not have permissions to call CreateNetworkInterface on EC2"),
    ),
    lasting(
        "a new role can make no grant yet",
        "lambda.CreateFunction",
        _role("Lambda was unable to configure access: the KMS key is invalid for CreateGrant."),
    ),
    lasting(
        "a principal is not known yet",
        "iam.CreateRole",
        refuse(400, "MalformedPolicyDocument", "Invalid principal in policy"),
    ),
    lasting("a new role cannot be written to", "iam.PutRolePolicy", _NO_ROLE),
    lasting("a new role cannot be read", "iam.GetRole", _NO_ROLE, after="iam.CreateRole"),
    lasting("IAM changes a role", "iam.PutRolePolicy", refuse(409, "ConcurrentModification", "Please retry.")),
    times(1, "a role's answer is lost", "iam.CreateRole", lose_answer),
    times(2, "an upload breaks off", "lambda.CreateFunction", lose_question),
    times(1, "a function's answer is lost", "lambda.CreateFunction", lose_answer),
    lasting("a new function cannot be read", ("lambda.GetFunction",), _NO_FUNCTION, after="lambda.CreateFunction"),
    lasting("a function is busy", "lambda.AddPermission", _BUSY, says="waiting for the function's last update"),
    times(1, "a permission's answer is lost", "lambda.AddPermission", lose_answer),
    lasting("an API is being changed", ("apigateway.PutRestApi", "apigateway.CreateDeployment"), _CONCURRENT),
    lasting("API Gateway has enough", "apigateway.CreateRestApi", _TOO_MANY),
    times(1, "an API's answer is lost", "apigateway.CreateRestApi", lose_answer),
    times(1, "a deployment's answer is lost", "apigateway.CreateDeployment", lose_answer),
    lasting("a bucket was just deleted", "s3.CreateBucket", _ABORTED, says="waiting for the bucket's last change"),
    times(2, "a bucket's answer is lost", "s3.CreateBucket", lose_answer),
    times(
        1,
        "a bucket's answer is lost elsewhere than in us-east-1",
        "s3.CreateBucket",
        done_but(refuse(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded.")),
    ),
    lasting(
        "a bucket is being changed",
        ("s3.PutBucketPolicy", "s3.PutPublicAccessBlock", "s3.PutBucketEncryption", "s3.PutBucketVersioning"),
        _ABORTED,
    ),
    lasting("public access is still blocked", "s3.PutBucketPolicy", _BLOCKED, says="waiting for public access to open"),
    lasting("a new key is not known", ("kms.CreateAlias", "kms.EnableKeyRotation"), _NO_KEY, after="kms.CreateKey"),
    times(1, "a key's answer is lost", "kms.CreateKey", lose_answer),
    times(1, "an alias's answer is lost", "kms.CreateAlias", lose_answer),
    lasting(
        "a log group is being changed",
        ("logs.CreateLogGroup", "logs.PutRetentionPolicy"),
        refuse(400, "OperationAbortedException", "Please retry."),
    ),
    times(1, "a log group's answer is lost", "logs.CreateLogGroup", lose_answer),
]

DELETIONS = (
    "s3.DeleteBucket",
    "iam.DeleteRole",
    "lambda.DeleteFunction",
    "lambda.RemovePermission",
    "logs.DeleteLogGroup",
    "apigateway.DeleteRestApi",
    "kms.DeleteAlias",
    "kms.ScheduleKeyDeletion",
)
DOWN = [
    lasting(
        "a role has policies still",
        "iam.DeleteRole",
        refuse(409, "DeleteConflict", "Cannot delete entity, must delete policies first."),
        says="waiting until it is gone",
    ),
    lasting("a function is busy", "lambda.DeleteFunction", _BUSY),
    lasting("API Gateway has enough", "apigateway.DeleteRestApi", _TOO_MANY),
    lasting("a bucket is being changed", "s3.DeleteBucket", _ABORTED),
    times(2, "a bucket is not empty", "s3.DeleteBucket", refuse(409, "BucketNotEmpty", "The bucket is not empty.")),
    *(times(2, f"the answer to {name} is lost", name, lose_answer) for name in DELETIONS),
]
