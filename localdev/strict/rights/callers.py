"""Who sends a request: by its access key, or as which of AWS's services LocalStack sends it itself."""

# mypy: allow-untyped-calls
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header

from localdev import tags
from localdev.policies import Document, many
from localdev.s3_rights import NOBODY
from localdev.services.sts import UserSession, of_user
from localdev.signatures import ISSUED

PREFIXES = (*ISSUED, "AKIA", "ASIA")  # of AWS's own keys nobody here knows any

EVERYTHING: Document = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html, of a session without a second factor
OWN_SESSION: Document = {
    "Statement": [
        {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"},
    ]
}


@dataclass(frozen=True)
class Identity:
    """A user, a federated one, or a session of a role.

    limits: what its boundary and its session allow at most. tags: its own, and those of its session.
    """

    arn: str
    account: str
    policies: list[Document]
    limits: Mapping[str, Document] = field(default_factory=dict)
    role: str | None = None
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def principals(self) -> set[str]:
        return {self.arn} | ({self.role} if self.role else set())


@dataclass(frozen=True)
class Service:
    """One of AWS's services (``lambda``), on behalf of a resource (an ARN) if it says so."""

    name: str
    account: str
    source: str | None = None


class Anonymous:
    """Nobody that AWS knows."""


Caller = Identity | Service | Anonymous


def identify(context: RequestContext) -> Caller | None:
    """None for the account itself, which may do everything. Raises CommonServiceException if nobody has the key."""
    key = _access_key(context)
    if key == NOBODY:
        return Anonymous()
    if key.startswith(PREFIXES):
        return owner(key, context.account_id, context.partition)
    internal = context.internal_request_params
    if internal and (name := internal.get("service_principal")):
        return Service(name, context.account_id, internal.get("source_arn"))
    return None


def role_session(role: str, session: str = "session") -> Identity:
    """What someone would be who assumed a role, given by its ARN. Without policies if there is no such role."""
    _, partition, _, _, account, *_ = role.split(":")
    arn = f"arn:{partition}:sts::{account}:assumed-role/{role.rpartition('/')[2]}/{session}"
    found = _role(role)
    if found is None:
        return Identity(arn, account, [], role=role)
    boundary = _boundary(role, found.permissions_boundary_arn)
    return Identity(arn, account, _documents(found), boundary, role, tags.read(found.tags))


def trust_policy(role: str) -> Document | None:
    """None if there is no such role."""
    found = _role(role)
    return found and _parsed(found.assume_role_policy_document)


def _access_key(context: RequestContext) -> str:
    """Also of those who were given a presigned URL or form: it carries the rights of who signed it."""
    # Of a URL signed by the fourth version LocalStack has made a header already.
    credential = context.request.args.get("AWSAccessKeyId")
    if context.operation and context.operation.name == "PostObject":
        form = {name.lower(): value for name, value in context.request.form.items()}
        credential = form.get("x-amz-credential") or form.get("awsaccesskeyid") or NOBODY
    if credential:
        return credential.partition("/")[0]
    key: str | None = extract_access_key_id_from_auth_header(dict(context.request.headers))
    return key or NOBODY


def owner(key: str, account: str, partition: str = "aws") -> Identity | None:
    """None if it is the account itself. Raises CommonServiceException if nobody has the key."""
    return _owner(key, account, partition) if key.startswith(PREFIXES) else None


def _owner(key: str, account: str, partition: str) -> Identity | None:
    from moto.sts.models import sts_backends

    backend = sts_backends[account][partition]
    session = backend.get_assumed_role_from_access_key(key)
    if session is not None:
        identity = _tagged(role_session(session.role_arn, session.session_name), key)
        named = getattr(session, "policy_arns", ())
        if not session.policy and not named:
            return identity
        return _limited(identity, _together(backend, session.policy, named))
    if own := of_user(backend, key):
        return _of_user(own, backend)
    iam = _iam(partition, account)
    for user in list(iam.users.values()):  # others may add to it
        if any(each.access_key_id == key and each.status == "Active" for each in user.access_keys):
            groups = iam.get_groups_for_user(user.name)
            policies = [document for each in (user, *groups) for document in _documents(each)]
            boundary = _boundary(user.arn, getattr(user, "permissions_boundary", None))
            own_tags = iam.tagger.get_tag_dict_for_resource(user.arn)
            return Identity(user.arn, user.account_id, policies, boundary, tags=own_tags)
    raise CommonServiceException("InvalidClientTokenId", "The security token included in the request is invalid.", 403)


def _of_user(session: UserSession, backend: Any) -> Identity | None:
    """backend: moto's of STS."""
    account, partition = backend.account_id, backend.partition
    user = owner(session.key, account, partition)
    if session.name is None:
        return user and _limited(user, OWN_SESSION)
    arn = f"arn:{partition}:sts::{account}:federated-user/{session.name}"
    federated = replace(user, arn=arn, role=None) if user else Identity(arn, account, [EVERYTHING])
    return _limited(federated, _together(backend, session.policy, session.policies))


def _tagged(session: Identity, key: str) -> Identity:
    """With the tags that whoever asked for the session gave it."""
    from localstack.services.sts.models import sts_stores

    found: Any = sts_stores[session.account]["us-east-1"].sessions.get(key)  # which all regions share
    return replace(session, tags=session.tags | tags.read(found["tags"].values())) if found else session


def _limited(identity: Identity, limit: Document) -> Identity:
    return replace(identity, limits={**identity.limits, "session policy": limit})


def _together(backend: Any, policy: str | None, arns: Iterable[str]) -> Document:
    """All session policies as one: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session"""
    known = _iam(backend.partition, backend.account_id).managed_policies
    documents = [_parsed(policy)] if policy else []
    documents += [_current(known[arn]) for arn in arns if arn in known]
    return {"Statement": [each for document in documents for each in many(document["Statement"])]}


def _iam(partition: str, account: str) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[account][partition]


def _role(arn: str) -> Any:
    _, partition, _, _, account, *_ = arn.split(":")
    return next((role for role in list(_iam(partition, account).roles.values()) if role.arn == arn), None)


def _documents(owner: Any) -> list[Document]:
    return [*map(_parsed, list(owner.policies.values())), *map(_current, list(owner.managed_policies.values()))]


def _boundary(owner: str, arn: str | None) -> dict[str, Document]:
    if not arn:
        return {}
    _, partition, _, _, account, *_ = owner.split(":")
    found = _iam(partition, account).managed_policies.get(arn)
    return {"permissions boundary": _current(found) if found else {"Statement": []}}


def _current(managed: Any) -> Document:
    return _parsed(next(each.document for each in managed.versions if each.version_id == managed.default_version_id))


@lru_cache(maxsize=1024)
def _parsed(document: str) -> Document:
    parsed: Document = json.loads(document)
    return parsed
