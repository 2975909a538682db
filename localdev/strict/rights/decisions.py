"""Whether a caller has a right, and why not."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from localdev.policies import Document, Need, Values, Verdict, judge, surroundings
from localdev.strict.rights.callers import Anonymous, Caller, Identity, Service
from localdev.strict.rights.resources import owner_of, policy_of
from localdev.strict.rights.tags import of_resource
from localdev.tags import Tags

# What AWS's services may do only with a policy of the resource that says so.
PERMITTED = frozenset({"lambda:InvokeFunction", "sns:Publish", "sqs:SendMessage", "sts:AssumeRole"})

PRINCIPAL_TYPES = {"assumed-role": "AssumedRole", "federated-user": "FederatedUser", "user": "User"}


def refusal(caller: Caller, need: Need, conditions: Iterable[Values], carried: Document | None = None) -> str | None:
    """The end of AWS's sentence; None if the caller may. conditions: what the request says.

    carried: the resource's policy, if it cannot be looked up.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html,
    within one account, and ``..._policy-eval-basics-cross-account.html``.
    """
    layers: list[Any] = [need.conditions, _belongs(need), _about(caller), *conditions, surroundings()]
    layers += [_carried_by(caller), of_resource(need)]
    need = replace(need, conditions=ChainMap(*layers))
    carried = carried or policy_of(need.resource)
    if isinstance(caller, Identity):
        return _of_identity(caller, need, carried)
    verdict = judge(carried, need, _principals(caller, need)) if carried else Verdict.SILENT
    if verdict is Verdict.DENY:
        return "with an explicit deny in a resource-based policy"
    if verdict is Verdict.ALLOW or (isinstance(caller, Service) and need.action not in PERMITTED):
        return None
    return f"because no resource-based policy allows the {need.action} action"


def _of_identity(caller: Identity, need: Need, carried: Document | None) -> str | None:
    own = {judge(policy, need) for policy in caller.policies}
    theirs = judge(carried, need, caller.principals) if carried else Verdict.SILENT
    # What a resource says of the account it says of all in it. To let it in leaves it to the account whom.
    whole = judge(carried, need, caller.principals | _account(caller.account)) if carried else Verdict.SILENT
    limits = {name: judge(limit, need) for name, limit in caller.limits.items()}
    kinds = {
        "identity-based policy": own,
        "resource-based policy": {theirs, whole},
        **{name: {limits[name]} for name in limits},
    }
    for kind, verdicts in kinds.items():
        if Verdict.DENY in verdicts:
            return f"with an explicit deny in {'an' if kind[0] == 'i' else 'a'} {kind}"
    for kind, verdict in limits.items():
        if verdict is Verdict.SILENT:
            return f"because no {kind} allows the {need.action} action"
    owner = owner_of(need.resource)
    foreign = owner is not None and owner != caller.account
    if theirs is Verdict.ALLOW and not foreign:
        return None
    if (foreign or _must_agree(need)) and whole is not Verdict.ALLOW:
        return f"because no resource-based policy allows the {need.action} action"
    return None if Verdict.ALLOW in own else f"because no identity-based policy allows the {need.action} action"


def _must_agree(need: Need) -> bool:
    """Keys and roles trust no policy of an identity, unless their own policy leaves it to the account.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    return need.action == "sts:AssumeRole" or (need.action.startswith("kms:") and ":key/" in need.resource)


def _account(number: str) -> set[str]:
    return {number, f"arn:aws:iam::{number}:root"}


def _principals(caller: Anonymous | Service, need: Need) -> set[str]:
    if isinstance(caller, Anonymous):
        return set()
    region = need.resource.split(":")[3] if need.resource.count(":") > 4 else ""
    return {f"{caller.name}.amazonaws.com", f"{caller.name}.{region}.amazonaws.com"}


def _about(caller: Caller) -> dict[str, str]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    found = {
        "aws:principalisawsservice": str(isinstance(caller, Service)).lower(),
        "aws:viaawsservice": "false",
    }
    if isinstance(caller, Identity):
        found |= {"aws:principalarn": caller.role or caller.arn, "aws:principalaccount": caller.account}
        kind, _, name = caller.arn.split(":", 5)[5].partition("/")
        found["aws:principaltype"] = PRINCIPAL_TYPES[kind]
        if kind == "user":
            found["aws:username"] = name.rpartition("/")[2]
        else:
            found["aws:multifactorauthpresent"] = "false"
    elif isinstance(caller, Service) and caller.source:
        found["aws:sourcearn"] = caller.source
        found["aws:sourceaccount"] = caller.account
    elif isinstance(caller, Anonymous):
        found["aws:principaltype"] = "Anonymous"
    return found


def _carried_by(caller: Caller) -> Tags:
    return Tags("aws:principaltag/", find=lambda: caller.tags if isinstance(caller, Identity) else {})


def _belongs(need: Need) -> dict[str, str]:
    owner = owner_of(need.resource)
    return {"aws:resourceaccount": owner, "s3:resourceaccount": owner} if owner else {}
