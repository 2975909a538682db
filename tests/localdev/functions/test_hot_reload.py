"""Functions that run from a folder, by LocalStack's magic bucket: a saved file runs next.

The rule is LocalStack's, not AWS's: https://docs.localstack.cloud/aws/tooling/lambda-tools/hot-reloading/
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from localdev.functions import hot_reload
from localdev.functions.hot_reload import snapshot
from tests.localdev.conftest import DENSELY

RELOADED = pytest.mark.feature(
    "Lambda",
    "hot reload of functions and layers that run from a folder",
    partly="LocalStack's own, AWS has no such thing",
)
SOURCE = "import os, part\ndef handler(event, context): return [os.getpid(), part.NUMBER]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reloaded")
    (folder / "app.py").write_text(SOURCE)
    (folder / "part").mkdir()
    (folder / "part" / "__init__.py").write_text("NUMBER = 1")
    return folder


@pytest.fixture(scope="module")
def function(folder: Path, deploy: Callable[..., Any]) -> Any:
    return deploy(Code={"S3Bucket": "hot-reload", "S3Key": str(folder)})


@pytest.mark.emulator
@RELOADED
def test_a_saved_file_runs_next(function: Any, folder: Path) -> None:
    """One that an imported package holds, of the same size and within the same second; nothing saved, same process."""
    (first, one), (again, _) = function.invoke().payload, function.invoke().payload
    (folder / "part" / "__init__.py").write_text("NUMBER = 2")
    answer = function.invoke()
    assert [one, answer.payload[1]] == [1, 2]
    assert first == again != answer.payload[0]
    assert "Init Duration" in answer.report
    assert list(folder.rglob("*.pyc")) == []


@pytest.mark.emulator
@RELOADED
def test_what_is_loaded_anew_has_an_empty_tmp(deploy: Callable[..., Any], tmp_path: Path) -> None:
    """As code that was updated has, on AWS. Python leaves nothing beside the code, nor can the function."""
    source = "import os, tempfile\ndef handler(event, context):\n    os.mkdir(tempfile.gettempdir() + '/mine')"
    (tmp_path / "app.py").write_text(source)
    function = deploy(Code={"S3Bucket": "hot-reload", "S3Key": str(tmp_path)})
    assert function.invoke().error is None
    assert function.invoke().payload["errorType"] == "FileExistsError"
    (tmp_path / "app.py").write_text(source + "  # saved")
    assert function.invoke().error is None
    assert [path.name for path in tmp_path.iterdir()] == ["app.py"]


@pytest.mark.emulator
@RELOADED
def test_a_mistake_is_the_functions_and_the_next_save_mends_it(function: Any, folder: Path) -> None:
    function.invoke()
    (folder / "app.py").write_text("def handler(event, context) return 1")
    for _ in range(2):
        assert function.invoke().payload["errorType"] == "Runtime.UserCodeSyntaxError"
    (folder / "app.py").write_text("def handler(event, context): return 'mended'")
    assert function.invoke().payload == "mended"
    (folder / "app.py").write_text(SOURCE)


@pytest.mark.emulator
@RELOADED
def test_a_missing_folder_is_told_and_can_be_mended(client: Callable[[str], Any], until: Any, tmp_path: Path) -> None:
    lambda_, name = client("lambda"), f"nowhere-{os.getpid()}"
    lambda_.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/function",
        Code={"S3Bucket": "hot-reload", "S3Key": str(tmp_path / "nowhere")},
    )
    known = until(
        lambda: (found := lambda_.get_function_configuration(FunctionName=name))["State"] != "Pending" and found
    )
    assert known["State"] == "Failed"
    assert f"there is no folder {tmp_path / 'nowhere'} to load code from" in known["StateReason"]
    (tmp_path / "app.py").write_text("def handler(event, context): return 'mended'")
    lambda_.update_function_code(FunctionName=name, S3Bucket="hot-reload", S3Key=str(tmp_path))
    lambda_.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=DENSELY)
    assert lambda_.invoke(FunctionName=name)["Payload"].read() == b'"mended"'


@pytest.mark.emulator
@RELOADED
def test_a_layer_may_be_a_folder(deploy: Callable[..., Any], client: Callable[[str], Any], tmp_path: Path) -> None:
    """By itself, and with others, which are as one at /opt."""
    lambda_ = client("lambda")

    def published(name: str) -> str:
        folder = tmp_path / name / "python"
        folder.mkdir(parents=True)
        (folder / f"{name}.py").write_text("NUMBER = 1")
        content = {"S3Bucket": "hot-reload", "S3Key": str(folder.parent)}
        layer = lambda_.publish_layer_version(LayerName=f"{name}-{os.getpid()}", Content=content)
        return str(layer["LayerVersionArn"])

    def save(name: str, text: str) -> None:
        (tmp_path / name / "python" / f"{name}.py").write_text(text)

    one, other = published("one"), published("other")
    source = "import one, os\ndef handler(event, context): return [os.getpid(), one.NUMBER]"
    function = deploy(source, Layers=[one])
    (first, number), (again, _) = function.invoke().payload, function.invoke().payload
    save("one", "NUMBER = 2")
    assert [number, again, function.invoke().payload[1]] == [1, first, 2]
    function.configure(Layers=[one, other])
    assert function.invoke().payload[1] == 2
    save("other", "NUMBER = 3")
    save("one", "from other import NUMBER")
    assert function.invoke().payload[1] == 3
    (tmp_path / "other").rename(tmp_path / "away")
    assert function.invoke().payload["errorMessage"].endswith(f"there is no folder {tmp_path / 'other'}")
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["one.py", "other.py"]


@pytest.mark.emulator
@RELOADED
def test_a_folder_may_go_and_come_back(function: Any, folder: Path) -> None:
    away = folder.rename(folder.with_name("away"))
    answer = function.invoke()
    assert answer.payload["errorType"] == "Runtime.ImportModuleError"
    assert answer.payload["errorMessage"] == f"Unable to import module 'app': there is no folder {folder}"
    away.rename(folder)
    assert function.invoke().error is None


@pytest.mark.emulator
@RELOADED
def test_links_may_lead_into_tmp(deploy: Callable[..., Any]) -> None:
    """Which the function does not see: it has another."""
    with TemporaryDirectory(dir="/tmp") as inside, TemporaryDirectory(dir="/var/tmp") as outside:
        (code := Path(inside, "code")).mkdir()
        (shared := Path(inside, "shared")).mkdir()
        single = Path(inside, "single.py")
        (code / "app.py").write_text("import shared.part, single\ndef handler(*_): return [shared.part.A, single.B]")
        (shared / "part.py").write_text("A = 1")
        single.write_text("B = 1")
        (code / "shared").symlink_to(shared)
        (code / "single.py").symlink_to(single)
        (link := Path(outside, "link")).symlink_to(code)
        function = deploy(Code={"S3Bucket": "hot-reload", "S3Key": str(link)})
        assert function.invoke().payload == [1, 1]
        (shared / "part.py").write_text("A = 22")
        single.write_text("B = 22")
        assert function.invoke().payload == [22, 22]


def test_every_way_to_save_shows(tmp_path: Path) -> None:
    watched = tmp_path / "watched"
    file = watched / "inside" / "app.py"
    file.parent.mkdir(parents=True)
    seen = [snapshot(watched)]

    def differs() -> bool:
        seen.append(snapshot(watched))
        return seen[-1] != seen[-2]

    file.write_text("1")
    assert differs()
    os.utime(file, ns=(0, 1))
    assert differs()
    file.write_text("22")
    os.utime(file, ns=(0, 1))
    assert differs()
    other = tmp_path / "other"
    other.write_text("33")
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    other.replace(file)  # same size, same time
    assert differs()
    (watched / "__pycache__").mkdir()
    (watched / "__pycache__" / "app.pyc").write_text("")
    assert not differs()
    (tmp_path / "linked").mkdir()
    (watched / "linked").symlink_to(tmp_path / "linked")
    assert differs()
    (tmp_path / "linked" / "app.py").write_text("")
    assert differs()
    (tmp_path / "linked" / "app.py").write_text("1")
    assert differs()
    (tmp_path / "linked" / "back").symlink_to(watched)
    (watched / "circle").symlink_to(watched)
    (watched / "broken").symlink_to(tmp_path / "nowhere")
    assert differs()
    assert len(seen[-1]) == 5  # two files, three links to folders
    assert not differs()
    file.unlink()
    assert differs()


def test_what_links_lead_to_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The folder's own files come first, however many there are elsewhere, and it is told once."""
    monkeypatch.setattr(hot_reload, "MOST", 5)
    code, large = tmp_path / "code", tmp_path / "large"
    (code / "inner").mkdir(parents=True)
    large.mkdir()
    for number in range(9):
        (large / f"file{number}").touch()
    (code / "a-link").symlink_to(large)
    (code / "inner" / "part.py").write_text("1")
    before = snapshot(code)
    assert len(before) == 4  # of five, for a folder by itself does not count
    (code / "inner" / "part.py").write_text("22")
    assert snapshot(code) != before
    assert [record.getMessage().partition(" and ")[0] for record in caplog.records] == [str(code)]
