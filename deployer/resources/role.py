"""IAM roles: one for each function, with its own log group and what it was granted, nothing else."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from deployer.refs import Join, Ref
from deployer.resource import Properties, Resource, kinds, tag_dict, tag_list

if TYPE_CHECKING:
    from deployer.aws import Aws

_POLICY = "grants"
_VERSION = "2012-10-17"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_POLICY_LIMIT = 10_240
_NAME_LIMIT = 64


class Role(Resource):
    kind = "role"
    implied_by = "functions"
    deleted_after = ("function",)
    fixed = frozenset({"Path"})
    permissions = (
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:ListRoles",
        "iam:PutRolePolicy",
        "iam:TagRole",
        "iam:UpdateAssumeRolePolicy",
    )

    @property
    def physical(self) -> str:
        return self.stack.global_name(self.app.name, self.name)

    def check(self) -> None:
        place = self.app.place("functions", self.name)
        if len(self.physical) > _NAME_LIMIT:
            text = f"the role's name '{self.physical}' has {len(self.physical)} characters, AWS allows {_NAME_LIMIT}"
            raise self.app.lines.error(place, text, "shorten the project, stage, app or function name")
        size = sum(len(json.dumps(_resolved(each), separators=(",", ":"))) for each in self._statements())
        if size > _POLICY_LIMIT:
            text = f"the policy of '{self.name}' has {size} characters, AWS allows {_POLICY_LIMIT:,}"
            raise self.app.lines.error((*place, "grants"), text, "grant less, or split the function")

    def desired(self) -> Properties:
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        return {
            "Path": _path(self.stack.mark),
            "AssumeRolePolicyDocument": {"Version": _VERSION, "Statement": [trust]},
            "Policies": {_POLICY: {"Version": _VERSION, "Statement": self._statements()}},
            "ManagedPolicies": [],
            "Tags": self.tags,
        }

    def _statements(self) -> list[dict[str, Any]]:
        logs = Join((Ref(f"{self.app.name}.log_group.{self.name}", "arn"), ":*"))
        statements = [_allow(["logs:CreateLogStream", "logs:PutLogEvents"], logs)]
        for target, levels in self.spec.grants.items():
            place = self.app.place("functions", self.name, "grants", target)
            name, narrowed, path = target.partition("/")
            kind = self._granted(name, place)
            arn = Ref(f"{self.app.name}.{kind.kind}.{name}", "arn")
            for level in levels:
                if level not in kind.grants:
                    text = f"'{name}' has no grant '{level}'"
                    raise self.app.lines.error(place, text, f"a {kind.kind} has: {', '.join(kind.grants)}")
                for suffix, actions in kind.grants[level].items():
                    if narrowed and not (re.fullmatch(r"[\w!.*'()/-]+", path, re.ASCII) and suffix):
                        text = f"'{level}' of '{name}' cannot be limited to '{path}'"
                        raise self.app.lines.error(place, text, f"grant it on the whole: {name}: {level}")
                    within = f"/{path}" if narrowed else suffix
                    statements.append(_allow(actions, Join((arn, within)) if within else arn))
        return statements

    def _granted(self, target: str, place: tuple[str | int, ...]) -> type[Resource]:
        grantable = [kind for kind in kinds() if kind.grants and kind.section]
        found = [kind for kind in grantable if kind.section and target in self.app.section(kind.section)]
        if not found:
            names = [name for kind in grantable if kind.section for name in self.app.section(kind.section)]
            hint = f"it can be one of: {', '.join(names)}" if names else "the app has nothing that can be granted"
            raise self.app.lines.error(place, f"a grant on '{target}', which is nothing in this app", hint)
        if len(found) > 1:
            text = f"a grant on '{target}', which is both {' and '.join(kind.kind for kind in found)}"
            raise self.app.lines.error(place, text, "rename one of them")
        return found[0]

    def uses(self) -> dict[str, str]:
        rights: dict[str, list[str]] = {}
        for target, levels in self.spec.grants.items():
            name, _, path = target.partition("/")
            kind = self._granted(name, self.app.place("functions", self.name, "grants", target))
            right = " ".join([", ".join(levels), *([path] if path else [])])
            rights.setdefault(f"{self.app.name}.{kind.kind}.{name}", []).append(right)
        return {id: "; ".join(found) for id, found in rights.items()}

    def static(self) -> dict[str, str]:
        stack = self.stack
        path = _path(stack.mark)
        return {"arn": f"arn:{stack.partition}:iam::{stack.account}:role{path}{self.physical}", "name": self.physical}

    @classmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        roles = aws.pages("iam", "list_roles", "Roles", PathPrefix=_path(aws.stack.mark))
        names = [role["RoleName"] for role in roles]
        found = aws.together(*(partial(_get, aws, name) for name in names))
        return {name: tag_dict(role.get("Tags", [])) for name, role in zip(names, found, strict=True) if role}

    @classmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        if aws.remembers and _get(aws, name) is None:
            return None
        pages = partial(aws.pages, "iam", absent="NoSuchEntity", RoleName=name)
        role, inline, managed, granted = aws.together(
            partial(_get, aws, name),
            partial(pages, operation="list_role_policies", key="PolicyNames"),
            partial(pages, operation="list_attached_role_policies", key="AttachedPolicies"),
            partial(_policy, aws, name, _POLICY),  # ours, without waiting for the list that has it
        )
        if role is None:
            return None
        others = [policy for policy in inline if policy != _POLICY]
        policies = aws.together(*(partial(_policy, aws, name, policy) for policy in others))
        return {
            "Path": role["Path"],
            "AssumeRolePolicyDocument": _document(role["AssumeRolePolicyDocument"]),
            "Policies": dict(zip(others, policies, strict=True)) | ({_POLICY: granted} if granted else {}),
            "ManagedPolicies": sorted(policy["PolicyArn"] for policy in managed),
            "Tags": tag_dict(role.get("Tags", [])),
            "Created": role["CreateDate"],
        }

    @classmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None:
        trust = json.dumps(want["AssumeRolePolicyDocument"])
        tags = tag_list(want["Tags"])
        path = want["Path"]
        if aws.create("iam", "create_role", RoleName=name, Path=path, AssumeRolePolicyDocument=trust, Tags=tags):
            cls._put_policies(aws, name, want)

    @classmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        if have["AssumeRolePolicyDocument"] != want["AssumeRolePolicyDocument"]:
            trust = json.dumps(want["AssumeRolePolicyDocument"])
            aws.call("iam", "update_assume_role_policy", RoleName=name, PolicyDocument=trust)
        if not want["Tags"].items() <= have["Tags"].items():
            aws.call("iam", "tag_role", RoleName=name, Tags=tag_list(want["Tags"]))
        if have["Policies"] != want["Policies"]:
            cls._put_policies(aws, name, want)
        managed = [arn for arn in have["ManagedPolicies"] if arn not in want["ManagedPolicies"]]
        cls._strip(aws, name, have["Policies"].keys() - want["Policies"].keys(), managed)

    @classmethod
    def _put_policies(cls, aws: Aws, name: str, want: Properties) -> None:
        for policy, document in want["Policies"].items():
            text = json.dumps(document)
            aws.call("iam", "put_role_policy", RoleName=name, PolicyName=policy, PolicyDocument=text)

    @classmethod
    def _strip(cls, aws: Aws, name: str, inline: Any, managed: Any) -> None:
        for policy in inline:
            aws.find("iam", "delete_role_policy", absent="NoSuchEntity", RoleName=name, PolicyName=policy)
        for arn in managed:
            aws.find("iam", "detach_role_policy", absent="NoSuchEntity", RoleName=name, PolicyArn=arn)

    @classmethod
    def delete(cls, aws: Aws, name: str) -> None:
        have = cls.observe(aws, name)
        if have is not None:
            cls._strip(aws, name, have["Policies"], have["ManagedPolicies"])
            aws.find("iam", "delete_role", absent="NoSuchEntity", RoleName=name)


def _path(mark: str) -> str:
    """Roles of a stack share a path, so that one call lists them."""
    return f"/{mark}/"


def _get(aws: Aws, name: str) -> Any:
    answer = aws.find("iam", "get_role", absent="NoSuchEntity", RoleName=name)
    return answer["Role"] if answer else None


def _policy(aws: Aws, role: str, policy: str) -> Any:
    answer = aws.find("iam", "get_role_policy", absent="NoSuchEntity", RoleName=role, PolicyName=policy)
    return _document(answer["PolicyDocument"]) if answer else None


def _document(value: Any) -> Any:
    """A policy as data: botocore decodes it already, where it recognises it."""
    return json.loads(unquote(value)) if isinstance(value, str) else value


def _allow(actions: list[str], resource: str | Ref | Join) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _resolved(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement with something as long as an ARN can get in place of each ref."""
    return {**statement, "Resource": "x" * 120}
