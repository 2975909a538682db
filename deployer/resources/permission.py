"""Permissions: statements on a function's policy that let an API call it.

They have no tags and belong to their function: who owns the one owns the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from deployer.app import App
from deployer.refs import Join, Ref
from deployer.resource import ID_TAG, STACK_TAG, Properties, Resource
from deployer.resources.function import Function

if TYPE_CHECKING:
    from deployer.aws import Aws

_SID = "skiff-"  # marks our statements among those that others put on the function


class Permission(Resource):
    kind = "permission"
    fixed = frozenset({"Principal", "Action", "Condition"})
    tagged = adoptable = False
    permissions = (
        "lambda:AddPermission",
        "lambda:GetFunction",
        "lambda:GetPolicy",
        "lambda:ListFunctions",
        "lambda:ListTags",
        "lambda:RemovePermission",
    )

    @classmethod
    def declare(cls, app: App) -> Iterator[Resource]:
        for api in app.section("api").values():
            for name in sorted({route.function for route in api.routes.values()}):
                yield cls(app, name, api)

    @property
    def physical(self) -> str:
        return f"{self._function}/{_SID}api"

    @property
    def _function(self) -> str:
        return self.stack.name(self.app.name, self.name)

    @property
    def after(self) -> frozenset[str]:
        return frozenset({f"{self.app.name}.function.{self.name}"})

    def desired(self) -> Properties:
        source = Join((Ref(f"{self.app.name}.rest_api.api", "arn"), f"/{self.spec.stage}/*"))
        return {
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Condition": {"ArnLike": {"AWS:SourceArn": source}},
        }

    @classmethod
    def candidates(cls, aws: Aws) -> dict[str, dict[str, str]]:
        functions = Function.candidates(aws)
        ours = {name: tags for name, tags in functions.items() if tags.get(STACK_TAG) == aws.stack.mark}
        policies = aws.together(*(partial(_statements, aws, name) for name in ours))
        return {
            f"{name}/{sid}": {**tags, ID_TAG: tags.get(ID_TAG, name).replace(".function.", ".permission.")}
            for (name, tags), statements in zip(ours.items(), policies, strict=True)
            for sid in statements
            if sid.startswith(_SID)
        }

    @classmethod
    def observe(cls, aws: Aws, name: str) -> Properties | None:
        function, _, sid = name.partition("/")
        statement = _statements(aws, function).get(sid)
        return statement and {key: statement[key] for key in ("Principal", "Action", "Condition") if key in statement}

    @classmethod
    def create(cls, aws: Aws, name: str, want: Properties) -> None:
        function, _, sid = name.partition("/")
        aws.create(
            "lambda",
            "add_permission",
            FunctionName=function,
            StatementId=sid,
            Action=want["Action"],
            Principal=want["Principal"]["Service"],
            SourceArn=want["Condition"]["ArnLike"]["AWS:SourceArn"],
        )

    @classmethod
    def update(cls, aws: Aws, name: str, have: Properties, want: Properties) -> None:
        raise AssertionError("every property is fixed")

    @classmethod
    def delete(cls, aws: Aws, name: str) -> None:
        function, _, sid = name.partition("/")
        aws.find(
            "lambda", "remove_permission", absent="ResourceNotFoundException", FunctionName=function, StatementId=sid
        )


def _statements(aws: Aws, function: str) -> dict[str, Any]:
    """The statements of a function's policy, by id."""
    answer = aws.find("lambda", "get_policy", absent="ResourceNotFoundException", FunctionName=function)
    return {item["Sid"]: item for item in json.loads(answer["Policy"])["Statement"]} if answer else {}
