from __future__ import annotations

from typing import Any


def make(of: Any, memo: dict[str, Any]) -> None:
    ssm = of("ssm")
    ssm.put_parameter(Name="/app/plain", Value="one", Type="String", Tags=[{"Key": "owner", "Value": "me"}])
    ssm.put_parameter(Name="/app/plain", Value="two", Type="String", Overwrite=True)
    ssm.label_parameter_version(Name="/app/plain", ParameterVersion=1, Labels=["first"])
    ssm.put_parameter(Name="/app/secret", Value="hidden", Type="SecureString")
    ssm.put_parameter(Name="/app/list", Value="a,b", Type="StringList")


def look(of: Any, memo: dict[str, Any]) -> Any:
    ssm = of("ssm")
    return [
        ssm.describe_parameters(),
        ssm.get_parameters_by_path(Path="/app", WithDecryption=True),
        ssm.get_parameter(Name="/app/plain:first"),
        ssm.get_parameter_history(Name="/app/plain"),
        ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/app/plain"),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    assert of("ssm").put_parameter(Name="/app/plain", Value="three", Overwrite=True)["Version"] == 3
    of("ssm").delete_parameter(Name="/app/list")
    assert len(of("ssm").get_parameters_by_path(Path="/app")["Parameters"]) == 2
