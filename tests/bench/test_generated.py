"""The generated projects are what they say, and Terraform makes of them what the deployer does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench import generated, generated_terraform, scale
from bench.processes import StepFailed
from deployer.config import read
from deployer.package import here
from deployer.plan import declare
from deployer.resource import Properties
from localdev.emulator import Emulator

APPS = generated.names(20)


@pytest.mark.parametrize("functions", scale.SIZES)
def test_a_project_has_as_many_functions_and_routes_as_it_says(tmp_path: Path, functions: int) -> None:
    configuration = read(generated.project(tmp_path, generated.names(functions)))
    resources = declare(configuration.declared(configuration.stack(), configuration.select(())))
    kinds = Counter(each.kind for each in resources.values())
    each = dict.fromkeys(("role", "log_group", "function", "permission"), functions)
    assert kinds == {**each, "rest_api": functions // 10}
    assert sum(len(app.api.routes) for app in configuration.apps.values()) == functions


@dataclass
class Twins:
    """The same project twice: what the deployer wants, by id, and Terraform's arguments, by kind and name."""

    ours: dict[str, Properties]
    terraform: dict[str, dict[str, Any]]

    def function(self, app: str, function: str) -> Callable[[str, str], tuple[Properties, Any]]:
        """What either wants of something that belongs to a function."""
        return lambda kind, theirs: (self.ours[f"{app}.{kind}.{function}"], self.terraform[theirs][f"{app}-{function}"])


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Twins:
    folder = tmp_path_factory.mktemp("twins")
    configuration = read(generated.project(folder, APPS), "tf-bench")
    stack = configuration.stack("http://127.0.0.1:1", here())
    resources = declare(configuration.declared(stack, tuple(APPS)))
    for resource in resources.values():
        resource.prepare()
    generated_terraform.write(folder, APPS, generated.packages(folder, APPS))
    written = json.loads((folder / "stack.tf.json").read_text())["resource"]
    return Twins({id: each.desired() for id, each in resources.items()}, written)


def test_both_make_the_same_number_of_things(twins: Twins) -> None:
    ours = Counter(id.split(".")[1] for id in twins.ours)
    theirs = {kind: len(entries) for kind, entries in twins.terraform.items()}
    assert theirs == {
        "aws_iam_role": ours["role"],
        "aws_iam_role_policy": ours["role"],
        "aws_cloudwatch_log_group": ours["log_group"],
        "aws_lambda_function": ours["function"],
        "aws_lambda_permission": ours["permission"],
        "aws_api_gateway_rest_api": ours["rest_api"],
        "aws_api_gateway_deployment": ours["rest_api"],
        "aws_api_gateway_stage": ours["rest_api"],
    }


@pytest.mark.parametrize(("app", "function"), [("app01", "function01"), ("app02", "function10")])
def test_both_want_the_same_of_a_function(twins: Twins, app: str, function: str) -> None:
    of = twins.function(app, function)
    ours, theirs = of("function", "aws_lambda_function")
    settings = ("Handler", "Runtime", "Timeout", "MemorySize", "Architectures")
    given = [theirs[name] for name in ("handler", "runtime", "timeout", "memory_size", "architectures")]
    assert [ours[name] for name in settings] == given
    assert ours["Code"].sha256 == theirs["source_code_hash"]
    assert theirs["s3_key"] == generated_terraform.key(f"{app}-{function}")
    ours, theirs = of("role", "aws_iam_role")
    assert (ours["Path"], ours["AssumeRolePolicyDocument"]) == (
        theirs["path"],
        json.loads(theirs["assume_role_policy"]),
    )
    _, policy = of("role", "aws_iam_role_policy")
    (wanted,), (written,) = ours["Policies"][policy["name"]]["Statement"], json.loads(policy["policy"])["Statement"]
    assert (wanted["Effect"], wanted["Action"]) == (written["Effect"], written["Action"])
    ours, theirs = of("log_group", "aws_cloudwatch_log_group")
    assert ours["RetentionInDays"] == theirs["retention_in_days"]
    ours, theirs = of("permission", "aws_lambda_permission")
    assert (ours["Principal"]["Service"], ours["Action"]) == (theirs["principal"], theirs["action"])


def test_both_give_each_thing_its_tag(twins: Twins) -> None:
    ours = {id: each["Tags"]["skiff:id"] for id, each in twins.ours.items() if "Tags" in each}
    entries = [each for kind in twins.terraform.values() for each in kind.values()]
    assert sorted(ours.values()) == sorted(each["tags"]["skiff:id"] for each in entries if "tags" in each)


def test_both_have_the_same_routes(twins: Twins) -> None:
    for app in APPS:
        ours = twins.ours[f"{app}.rest_api.api"]
        theirs = json.loads(twins.terraform["aws_api_gateway_rest_api"][app]["body"])
        assert {path: [*methods] for path, methods in ours["Paths"].items()} == {
            path: [method.upper() for method in methods] for path, methods in theirs["paths"].items()
        }
        assert ours["Description"] == theirs["info"]["description"]


def test_what_is_timed_works_and_leaves_nothing(
    tmp_path: Path, emulator: Emulator, client: Callable[[str], Any]
) -> None:
    apps = generated.names(10)
    assert 20 < scale.first(emulator.endpoint_url, generated.project(tmp_path, apps), apps) < scale.PEAK_AIM
    functions = client("lambda").list_functions()["Functions"]
    assert not [each for each in functions if each["FunctionName"].startswith("skiff-bench-app")]


def test_an_answer_of_another_function_is_none(emulator: Emulator) -> None:
    with pytest.raises(StepFailed, match="GET http"):
        scale.ask({"app01": f"{emulator.endpoint_url}/_localstack/health?"}, generated.names(10))
