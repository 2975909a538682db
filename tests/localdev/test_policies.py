"""What policy documents say, without an emulator."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from localdev.policies import Need, Verdict, judge
from localdev.public_policies import is_public

DOCUMENTS = pytest.mark.feature(
    "Strict mode",
    "policies: wildcards, Not-elements, Deny, conditions",
    partly="not every condition key: what is not known allows nothing, and denies",
)
GET = Need("s3:GetObject", "arn:aws:s3:::photos/uploads/a.png")


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "s3:GetObject", "Resource": "*", **elements}


def verdict(*statements: Any, need: Need = GET, **more: Any) -> Verdict:
    return judge({"Version": "2012-10-17", "Statement": list(statements)}, need, **more)


@pytest.mark.parametrize(
    ("action", "covered"),
    [
        ("s3:GetObject", True),
        ("S3:getobject", True),
        ("s3:Get*", True),
        ("s3:G?tObject", True),
        ("*", True),
        (["s3:PutObject", "s3:GetObject"], True),
        ("s3:GetObjec", False),
        ("s3:GetObjectVersion", False),
        ("s3.GetObject", False),
        ([], False),
    ],
)
@DOCUMENTS
def test_an_action_is_named_with_wildcards_and_in_any_case(action: Any, covered: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html"""
    assert verdict(statement(Action=action)) is (Verdict.ALLOW if covered else Verdict.SILENT)


@pytest.mark.parametrize(
    ("resource", "covered"),
    [
        ("arn:aws:s3:::photos/uploads/a.png", True),
        ("arn:aws:s3:::photos/*", True),
        ("arn:aws:s3:::*/uploads/?.png", True),
        ("arn:aws:s3:::photos", False),
        ("arn:aws:s3:::photos/uploads", False),
        ("arn:aws:s3:::Photos/*", False),
        ("arn:aws:s3:::photos/uploads/a+png", False),
        (["arn:aws:s3:::other/*", "arn:aws:s3:::photos/*"], True),
    ],
)
@DOCUMENTS
def test_a_resource_is_named_with_wildcards(resource: Any, covered: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html"""
    assert verdict(statement(Resource=resource)) is (Verdict.ALLOW if covered else Verdict.SILENT)


@DOCUMENTS
def test_what_is_not_named_is_meant() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html"""
    allowed: dict[str, Any] = {"Effect": "Allow"}
    assert verdict(allowed | {"NotAction": "s3:Put*", "Resource": "*"}) is Verdict.ALLOW
    assert verdict(allowed | {"NotAction": "s3:Get*", "Resource": "*"}) is Verdict.SILENT
    assert verdict(allowed | {"Action": "*", "NotResource": "arn:aws:s3:::other/*"}) is Verdict.ALLOW
    assert verdict(allowed | {"Action": "*", "NotResource": "arn:aws:s3:::photos/*"}) is Verdict.SILENT


@DOCUMENTS
def test_deny_wins_wherever_it_stands() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"""
    for statements in ((statement(), statement("Deny")), (statement("Deny"), statement())):
        assert verdict(*statements) is Verdict.DENY
    assert judge({"Statement": statement("Deny")}, GET) is Verdict.DENY


CONDITIONS: list[tuple[str, Any, Any, bool]] = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", ["b", "a"], "a", True),
    ("StringEquals", "A", "a", False),
    ("StringEqualsIgnoreCase", "A", "a", True),
    ("StringEquals", "a*", "ab", False),
    ("StringLike", "a*", "ab", True),
    ("StringNotEquals", ["a", "b"], "a", False),
    ("StringNotEquals", "b", "a", True),
    ("StringNotEquals", "b", None, True),
    ("StringNotLike", "a*", "ab", False),
    ("StringEquals", "a", None, False),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", "b", False),
    ("Bool", "true", "true", True),
    ("Bool", True, "true", True),
    ("Bool", "false", "true", False),
    ("Null", "true", None, True),
    ("Null", "true", "a", False),
    ("Null", "false", "a", True),
    ("ArnLike", "arn:aws:execute-api:*:*:abc/*/GET/", "arn:aws:execute-api:us-east-1:1:abc/prod/GET/", True),
    ("ArnLike", "arn:aws:s3:*:photos", "arn:aws:s3:::photos", False),
    ("ArnEquals", "arn:aws:s3:::photos", "arn:aws:s3:::photos", True),
    ("ArnNotLike", "arn:aws:s3:::ph*", "arn:aws:s3:::photos", False),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericEquals", 10, "10", True),
    ("NumericNotEquals", 10, "10", False),
    ("NumericGreaterThan", "10", "9", False),
    ("NumericLessThan", "ten", "9", False),
    ("DateLessThan", "2030-01-01T00:00:00Z", "2029-12-31T23:59:59Z", True),
    ("DateGreaterThan", "2030-01-01T00:00:00Z", "2029-12-31T23:59:59Z", False),
    ("DateLessThan", "1893456000", "2029-12-31T23:59:59Z", True),
    ("DateGreaterThan", "1893456000", "2029-12-31T23:59:59Z", False),
    ("DateGreaterThan", "2030-01-01T00:00:00+09:00", "2029-12-31T15:00:01Z", True),
    ("DateLessThan", "2030-01-01T00:00:00+09:00", "2029-12-31T15:00:01Z", False),
    ("DateLessThan", "2030-01-01", "1893455999", True),
    ("DateLessThan", "tomorrow", "2029-12-31T15:00:01Z", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.7", True),
    ("IpAddress", ["198.51.100.0/24", "203.0.113.7"], "203.0.113.7", True),
    ("IpAddress", "203.0.113.9/24", "203.0.113.7", True),
    ("IpAddress", "203.0.113.9/24", "203.0.114.7", False),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("IpAddress", "2001:db8::/32", "203.0.113.7", False),
    ("IpAddress", "nowhere", "203.0.113.7", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.7", False),
    ("NotIpAddress", "203.0.113.0/24", "127.0.0.1", True),
    ("ForAnyValue:StringNotEquals", ["a"], None, False),
    ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"], True),
    ("ForAnyValue:StringNotEqualsIfExists", ["a"], None, True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["b", "c"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["b", "c"], False),
    ("ForAllValues:StringEquals", ["a", "b"], ["b", "a"], True),
    ("ForAllValues:StringEquals", ["a"], None, True),
    ("ForAnyValue:StringEquals", ["a"], None, False),
]


@pytest.mark.parametrize(("operator", "wanted", "value", "holds"), CONDITIONS)
@DOCUMENTS
def test_a_condition(operator: str, wanted: Any, value: Any, holds: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    conditional = statement(Condition={operator: {"aws:SourceArn": wanted}})
    need = Need(GET.action, GET.resource, {"aws:sourcearn": value} if value is not None else {})
    assert verdict(conditional, need=need) is (Verdict.ALLOW if holds else Verdict.SILENT)


@DOCUMENTS
def test_a_date_without_an_offset_is_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://www.w3.org/TR/NOTE-datetime"""
    need = Need(GET.action, GET.resource, {"aws:currenttime": "2030-01-01T00:00:00Z"})
    same = statement(Condition={"DateEquals": {"aws:CurrentTime": "2030-01-01T00:00:00"}})
    with monkeypatch.context() as context:
        context.setenv("TZ", "JST-9")
        time.tzset()
        found = verdict(same, need=need)
    time.tzset()
    assert found is Verdict.ALLOW


@DOCUMENTS
def test_all_conditions_have_to_hold() -> None:
    both = statement(Condition={"StringEquals": {"a:a": "1"}, "Bool": {"a:b": "true"}})
    assert verdict(both, need=Need(GET.action, GET.resource, {"a:a": "1", "a:b": "true"})) is Verdict.ALLOW
    assert verdict(both, need=Need(GET.action, GET.resource, {"a:a": "1", "a:b": "false"})) is Verdict.SILENT


@pytest.mark.parametrize("operator", ["BinaryEquals", "Nonsense"])
@DOCUMENTS
def test_a_condition_that_is_not_understood_allows_nothing_and_denies(operator: str) -> None:
    unknown = {operator: {"aws:SourceIp": "127.0.0.1/32"}}
    need = Need(GET.action, GET.resource, {"aws:sourceip": "127.0.0.1"})
    assert verdict(statement(Condition=unknown), need=need) is Verdict.SILENT
    assert verdict(statement("Deny", Condition=unknown), need=need) is Verdict.DENY


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        {"Action": "*", "Resource": "*"},
        statement(Action=5),
        statement(Resource=["*", {}]),
        statement(Principal=["*"]),
        statement(Principal={"AWS": {"x": 1}}),
        statement(Principal={"AWS": ["*", {"x": 1}]}),
        statement(NotPrincipal={"AWS": 5}),
        statement(Condition=[]),
        statement(Condition={"Bool": "true"}),
    ],
)
@DOCUMENTS
def test_a_statement_that_is_none_denies(wrong: Any) -> None:
    """Services that let it in would fail at each request otherwise."""
    assert verdict(statement(), wrong) is verdict(wrong, principals=["me"]) is Verdict.DENY
    assert is_public(json.dumps({"Statement": wrong})) is False


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "Null", "BoolIfExists", "ForAllValues:Bool"])
@DOCUMENTS
def test_a_key_that_is_never_given_allows_nothing_and_denies(operator: str) -> None:
    unknown = {operator: {"aws:ResourceTag/team": "true"}}
    assert verdict(statement(Condition=unknown)) is Verdict.SILENT
    assert verdict(statement("Deny", Condition=unknown)) is Verdict.DENY
    unmet = {**unknown, "ArnEquals": {"aws:PrincipalArn": "other"}}
    assert verdict(statement("Deny", Condition=unmet)) is Verdict.SILENT


@DOCUMENTS
def test_a_variable_stands_for_its_value() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""
    own = {"Resource": "arn:aws:s3:::photos/${aws:username}/*"}
    ada = Need(GET.action, "arn:aws:s3:::photos/ada/a.png", {"aws:username": "ada"})
    bob = Need(GET.action, ada.resource, {"aws:username": "bob"})
    nobody = Need(GET.action, ada.resource)
    assert [verdict(statement(**own), need=need) for need in (ada, bob, nobody)] == [
        Verdict.ALLOW,
        Verdict.SILENT,
        Verdict.SILENT,
    ]
    same = {"Condition": {"StringLike": {"aws:username": "${aws:username}"}}}
    assert verdict(statement("Deny", **same), need=ada) is Verdict.DENY
    assert verdict(statement("Deny", **same), need=nobody) is Verdict.SILENT
    for unknown in ({"Resource": "*${aws:PrincipalTag/team}*"}, {"NotResource": "${*}"}):
        elements = {"Effect": "Deny", "Action": "*", **unknown}
        assert verdict(elements, need=ada) is Verdict.DENY
        assert verdict(elements | {"Effect": "Allow"}, need=ada) is Verdict.SILENT


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ["arn:aws:iam::1:role/other", "arn:aws:iam::1:role/mine"]}, True),
        ({"AWS": "arn:aws:iam::1:role/other"}, False),
        ({"AWS": "arn:aws:iam::1:root"}, False),
        ({"Service": "lambda.amazonaws.com"}, False),
    ],
)
@DOCUMENTS
def test_a_resource_says_whom_it_means(principal: Any, named: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    mine = {"arn:aws:iam::1:role/mine"}
    assert verdict(statement(Principal=principal), principals=mine) is (Verdict.ALLOW if named else Verdict.SILENT)
    if principal != "*":
        others = {"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": principal}
        assert verdict(others, principals=mine) is (
            Verdict.SILENT if named and principal != {"AWS": "*"} else Verdict.DENY
        )
    assert verdict(statement(), principals=mine) is Verdict.SILENT


EVERYBODY = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


@pytest.mark.feature("Strict mode", "S3 Block Public Access, ACLs disabled")
@pytest.mark.parametrize(
    ("changes", "public"),
    [
        ({}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": "arn:aws:iam::1:root"}}, False),
        ({"Principal": {"Service": "cloudfront.amazonaws.com"}}, False),
        ({"Effect": "Deny"}, False),
        ({"Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::1:distribution/E"}}}, False),
        ({"Condition": {"StringLike": {"aws:SourceArn": "*"}}}, True),
        ({"Condition": {"StringLike": {"aws:SourceArn": "arn:aws:*"}}}, True),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": "**"}}}, True),
        ({"Condition": {"StringLike": {"aws:PrincipalArn": ["a", "????"]}}}, True),
        ({"Condition": {"StringEquals": {"aws:SourceVpc": "${aws:SourceVpc}"}}}, True),
        ({"Condition": {"Null": {"aws:SourceVpce": "false"}}}, True),
        ({"Condition": {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}}, True),
        ({"Condition": {"ForAllValues:StringEquals": {"aws:SourceVpce": "vpce-1"}}}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}, False),
        ({"Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
    ],
)
def test_what_public_means(changes: dict[str, Any], public: bool) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
    "The meaning of 'public'"
    """
    assert is_public(json.dumps({"Statement": [EVERYBODY | changes]})) is public
