"""Who called: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from localdev.s3_rights import NOBODY

PARTITION = "aws"


def identity(context: RequestContext) -> dict[str, Any]:
    query, headers = context.request.args, dict(context.request.headers)
    signed = query.get("X-Amz-Credential") or query.get("AWSAccessKeyId")
    key = signed.partition("/")[0] if signed else extract_access_key_id_from_auth_header(headers)
    account = context.account_id
    if key in (None, NOBODY):
        return {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
    session = sts_backends[account][PARTITION].get_assumed_role_from_access_key(key)
    if session is not None:
        return _session(session, account, key)
    iam = iam_backends[account][PARTITION]
    owner = iam.access_keys.get(key)
    if owner is not None and owner.user_name in iam.users:
        user = iam.users[owner.user_name]
        found = {"type": "IAMUser", "principalId": user.id, "arn": user.arn, "userName": user.name}
    else:
        found = {"type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root"}
    return {**found, "accountId": account, "accessKeyId": key}


def _session(session: Any, account: str, key: str) -> dict[str, Any]:
    name = session.role_arn.rpartition("/")[2]
    role = next(
        (each for each in iam_backends[account][PARTITION].roles.values() if each.arn == session.role_arn), None
    )
    id = role.id if role else ""
    issuer = {"type": "Role", "principalId": id, "arn": session.role_arn, "accountId": account, "userName": name}
    return {
        "type": "AssumedRole",
        "principalId": f"{id}:{session.session_name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session.session_name}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
    }
