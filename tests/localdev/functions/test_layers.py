"""Layers, and what of the file system is not as on AWS. What a layer's files are for is tested in test_sandbox."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localdev.functions.filesystem import can_mount

pytestmark = [pytest.mark.emulator]

LAYERS = pytest.mark.feature(
    "Lambda", "layers", partly="at /opt on Linux; elsewhere the search paths alone lead to them"
)


def published(lambda_: Any, name: str, **files: str) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for file, text in files.items():
            opened.writestr(f"python/{file}.py", text)
    layer = f"{name}-{os.getpid()}"
    arn: str = lambda_.publish_layer_version(LayerName=layer, Content={"ZipFile": archive.getvalue()})[
        "LayerVersionArn"
    ]
    return arn


@LAYERS
def test_later_layers_win(deploy: Callable[..., Any], client: Callable[[str], Any]) -> None:
    """adding-layers: layers are merged in their order; a version of a layer stays what it is."""
    lambda_ = client("lambda")
    first = published(lambda_, "first", both="WHERE = 'first'", one="WHERE = 'first'")
    second = published(lambda_, "second", both="WHERE = 'second'")
    published(lambda_, "second", both="WHERE = 'newer'")
    # What a layer holds is compiled once, though its folder cannot be written to.
    source = (
        "import both, os, {0}\n"
        "def handler(event, context): return [both.WHERE, {0}.WHERE, os.path.exists(both.__cached__)]"
    )
    function = deploy(source.format("one"), Layers=[first, second])
    assert function.invoke().payload == ["second", "first", True]
    function.configure(Layers=[second])
    assert function.invoke().payload["errorMessage"] == "Unable to import module 'app': No module named 'one'"
    function.update(source.format("both"))
    assert function.invoke().payload == ["second", "second", True]


@LAYERS
def test_a_layer_must_exist(deploy: Callable[..., Any]) -> None:
    """API_CreateFunction: InvalidParameterValueException."""
    with pytest.raises(ClientError, match="does not exist") as caught:
        deploy("", Layers=["arn:aws:lambda:us-east-1:000000000000:layer:nowhere:1"])
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"


@pytest.mark.feature(
    "Lambda", "the size of /tmp", partly="on Linux, in the machine's memory; elsewhere stored, not enforced"
)
def test_the_size_of_tmp_is_a_setting(deploy: Callable[..., Any]) -> None:
    """configuration-ephemeral-storage: 512 MB unless configured."""
    source = "import shutil\ndef handler(event, context): return shutil.disk_usage('/tmp').total >> 20"
    function = deploy(source, EphemeralStorage={"Size": 1024})
    known = function.client.get_function_configuration(FunctionName=function.name)
    assert known["EphemeralStorage"] == {"Size": 1024}
    size = function.invoke().payload
    assert size == 1024 if can_mount() else size > 0
    assert not can_mount() or deploy(source).invoke().payload == 512
