"""Systems Manager's Parameter Store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def ssm(client: Callable[..., Any]) -> Any:
    return client("ssm")


@pytest.mark.feature("Systems Manager", "parameters: versions, labels, history, by path")
def test_versions_and_paths(ssm: Any) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html"""
    for value in ("one", "two"):
        put = ssm.put_parameter(Name="/app/dev/a", Value=value, Type="String", Overwrite=True)
    ssm.put_parameter(Name="/app/b", Value="x,y", Type="StringList")
    assert put["Version"] == 2
    ssm.label_parameter_version(Name="/app/dev/a", ParameterVersion=1, Labels=["stable"])
    found = {name: ssm.get_parameter(Name=f"/app/dev/a{name}")["Parameter"]["Value"] for name in ("", ":1", ":stable")}
    assert found == {"": "two", ":1": "one", ":stable": "one"}
    assert [each["Value"] for each in ssm.get_parameter_history(Name="/app/dev/a")["Parameters"]] == ["one", "two"]
    direct = ssm.get_parameters_by_path(Path="/app")["Parameters"]
    deep = ssm.get_parameters_by_path(Path="/app", Recursive=True)["Parameters"]
    assert ([each["Name"] for each in direct], len(deep)) == (["/app/b"], 2)
    asked = ssm.get_parameters(Names=["/nobody", "/app/b", "/app/nobody"])
    assert asked["InvalidParameters"] == ["/nobody", "/app/nobody"]
    assert [each["Name"] for each in asked["Parameters"]] == ["/app/b"]
    ssm.delete_parameter(Name="/app/b")
    with pytest.raises(ClientError, match="ParameterNotFound"):
        ssm.get_parameter(Name="/app/b")


@pytest.mark.feature(
    "Systems Manager", "SecureString parameters", partly="by no key: an undecrypted one is a text that says nothing"
)
def test_secrets_are_shown_only_decrypted(ssm: Any) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html"""
    ssm.put_parameter(Name="/secret/password", Value="pa55", Type="SecureString")
    hidden = [
        ssm.get_parameter(Name="/secret/password")["Parameter"],
        *ssm.get_parameters(Names=["/secret/password"])["Parameters"],
        *ssm.get_parameters_by_path(Path="/secret")["Parameters"],
        *ssm.get_parameter_history(Name="/secret/password")["Parameters"],
    ]
    assert [(each["Type"], "pa55" in each["Value"], len(each["Value"])) for each in hidden] == [
        ("SecureString", False, 88)
    ] * 4
    asked = ssm.get_parameter(Name="/secret/password", WithDecryption=True)
    assert asked["Parameter"]["Value"] == "pa55"


@pytest.mark.feature("Systems Manager", "parameters that are refused: taken names, reserved ones, sizes")
@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"Value": "x", "Type": "String"}, "ParameterAlreadyExists"),
        ({"Name": "aws-own", "Value": "x", "Type": "String"}, "ValidationException.*can't be prefixed"),
        ({"Name": "/new", "Value": "x"}, "ValidationException.*type is required"),
        ({"Name": "/new", "Value": "x" * 4097, "Type": "String"}, "ValidationException.*value of 4096 characters"),
        ({"Name": "/new", "Value": "x" * 8193, "Type": "String", "Tier": "Advanced"}, "ValidationException.*8192"),
    ],
    ids=["taken", "reserved", "no type", "standard", "advanced"],
)
def test_what_is_refused(ssm: Any, said: Any, error: str) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"""
    ssm.put_parameter(Name="/taken", Value="x" * 8192, Type="String", Overwrite=True, Tier="Advanced")
    with pytest.raises(ClientError, match=error):
        ssm.put_parameter(**{"Name": "/taken"} | said)
