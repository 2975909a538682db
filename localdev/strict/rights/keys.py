"""Keys of KMS, and what else has a name that its ARN does not follow from."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack.aws.api import RequestContext

from localdev.policies import Need


def needs(context: RequestContext) -> Iterator[Need]:
    """https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html"""
    request: Any = context.service_request
    assert context.operation is not None
    name = context.operation.name
    if name == "ReEncrypt":
        source = request.get("SourceKeyId") or _encrypted_with(request["CiphertextBlob"])
        yield Need("kms:ReEncryptFrom", key_arn(context.account_id, context.region, source))
        yield Need("kms:ReEncryptTo", key_arn(context.account_id, context.region, request["DestinationKeyId"]))
        return
    key = request.get("KeyId") or request.get("TargetKeyId")
    if name == "Decrypt" and key is None:
        key = _encrypted_with(request["CiphertextBlob"])
    yield Need(f"kms:{name}", key_arn(context.account_id, context.region, key) if key else "*")


def key_arn(account: str, region: str, key: str) -> str:
    """key: an id, an alias, or the ARN of either."""
    from localstack.services.kms.models import kms_stores

    if ":key/" in key:
        return key
    if "alias/" in key:
        alias = kms_stores[account][region].aliases.get(key[key.index("alias/") :])
        key = alias.metadata["TargetKeyId"] if alias else key
    return f"arn:aws:kms:{region}:{account}:{'' if key.startswith('alias/') else 'key/'}{key}"


def _encrypted_with(ciphertext: bytes) -> str:
    from localstack.services.kms.models import deserialize_ciphertext_blob

    try:
        key: str = deserialize_ciphertext_blob(ciphertext).key_id
    except Exception:  # KMS itself says what is wrong with it, to whoever may decrypt
        return "unknown"
    return key


def secret(context: RequestContext, name: str) -> str | None:
    """The ARN of a secret, which ends with letters that nobody knows beforehand. None if there is none."""
    from moto.secretsmanager.models import secretsmanager_backends

    found = secretsmanager_backends[context.account_id][context.region].secrets.get(name)
    return found.arn if found else None


def queue(context: RequestContext, url: str) -> str:
    """The ARN of a queue, by its URL, which says whose it is, or by its name."""
    from localstack.services.sqs.utils import parse_queue_url

    owner = (context.service_request or {}).get("QueueOwnerAWSAccountId") or context.account_id
    try:
        account, region, name = parse_queue_url(url)
    except ValueError:
        account, region, name = str(owner), None, url.rpartition("/")[2]
    return f"arn:{context.partition}:sqs:{region or context.region}:{account}:{name}"


def path(context: RequestContext, kind: str, name: str) -> str:
    """Of a role, a user or a group: what stands before its name in its ARN."""
    from moto.iam.models import iam_backends

    known = getattr(iam_backends[context.account_id][context.partition], f"{kind}s")
    found = next((each for each in list(known.values()) if each.name == name), None)
    return str(found.path) if found else "/"


def identity(context: RequestContext, address: str) -> str:
    """As what SES sends for an address: that one if it is verified, or its domain if that is."""
    from moto.ses.models import ses_backends

    verified = ses_backends[context.account_id][context.region].email_identities
    domain = address.rpartition("@")[2]
    return domain if address not in verified and domain in verified else address
