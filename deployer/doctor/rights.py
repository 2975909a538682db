"""What the credentials may do: reading is tried, for the rest IAM is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deployer.aws import Aws
from deployer.doctor.check import Check
from deployer.errors import AwsError
from deployer.resource import Resource, kinds

_SECONDS = 60  # that the simulator may take
_ACTION = re.compile(r"not authorized to perform:? ([\w-]+:\w+)")


def reading(aws: Aws) -> Iterator[Check]:
    """List what there is of each kind, as every plan does."""
    view = aws.snapshot()
    listed = []
    for kind in kinds():
        try:
            kind.candidates(view)
            listed.append(kind.kind)
        except AwsError as error:
            yield Check("reading", "problem", f"{kind.kind}: {error}", _remedy(error))
    if len(listed) == len(kinds()):
        yield Check("reading", "ok", f"can be listed: {', '.join(listed)}")


def _remedy(error: AwsError) -> str:
    """What to allow, as AWS names it: its action may have another name than the call."""
    named = _ACTION.search(str(error))
    return f"allow {named[1]}" if named else error.hint or "see what 'up' says"


def writing(resources: Mapping[str, Resource], aws: Aws, who: str) -> Iterator[Check]:
    """Ask IAM's simulator about every action of each declared kind.

    Args:
        resources: everything declared, by id.
        who: the ARN that STS gives.
    """
    if who.endswith(":root"):
        text = "root may do everything, in the whole account, and cannot be limited"
        yield Check("writing", "warning", text, "use a role or a user of its own")
        return
    found = []
    try:
        principal = _principal(aws, who)
        for resource in {type(each): each for each in resources.values()}.values():
            found += list(_refused(aws, principal, resource, resources))
    except AwsError as error:
        text = f"IAM's simulator cannot be asked what may be changed: {error}"
        yield Check("writing", "warning", text, _remedy(error))
        return
    yield from found
    if not found:
        actions = {action for each in resources.values() for action in each.permissions}
        yield Check("writing", "ok", f"IAM's simulator allows all {len(actions)} actions")


def _principal(aws: Aws, who: str) -> str:
    """The user or role whose policies count; STS names a role's session, without the role's path."""
    session = re.fullmatch(r"arn:[\w-]+:sts::\d+:assumed-role/([^/]+)/.*", who)
    return str(aws.call("iam", "get_role", RoleName=session[1])["Role"]["Arn"]) if session else who


def _refused(aws: Aws, principal: str, resource: Resource, resources: Mapping[str, Resource]) -> Iterator[Check]:
    """What is allowed on none of the ARNs that the actions of a resource may be about."""
    about = [resource, *(resources[id] for id in sorted(resource.after))]
    arns = [arn for each in about if (arn := each.static().get("arn"))]
    results = _simulated(
        aws,
        PolicySourceArn=principal,
        ActionNames=list(resource.permissions),
        ResourceArns=["*", *arns, *(f"{arn}/any" for arn in arns)],
    )
    allowed = {result["EvalActionName"] for result in results if _allowed(result)}
    unsure = {result["EvalActionName"] for result in results if result.get("MissingContextValues")}
    refused = [action for action in resource.permissions if action not in allowed]
    if told := [action for action in refused if action not in unsure]:
        yield Check("writing", "problem", f"{resource.kind}: not allowed: {', '.join(told)}", "allow them")
    if depends := [action for action in refused if action in unsure]:
        text = f"{resource.kind}: allowed under conditions that the simulator does not know: {', '.join(depends)}"
        yield Check("writing", "warning", text, "see what 'up' says")


def _simulated(aws: Aws, **question: Any) -> list[Any]:
    """The simulator's results; whoever waits for the doctor does not wait for retries."""
    results: list[Any] = []
    marker: dict[str, str] = {}
    while True:
        answer = aws.once("iam", "simulate_principal_policy", _SECONDS, MaxItems=1000, **question, **marker)
        results += answer["EvaluationResults"]
        if not answer.get("IsTruncated"):
            return results
        marker = {"Marker": answer["Marker"]}


def _allowed(result: Any) -> bool:
    parts = result.get("ResourceSpecificResults", [])
    return "allowed" in (result["EvalDecision"], *(part["EvalResourceDecision"] for part in parts))
