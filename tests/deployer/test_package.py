from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from deployer import package
from deployer.errors import PackageError
from deployer.files import files_below
from deployer.package import Source
from deployer.waiting import telling
from tests.deployer.test_files import STAYS_HERE

RUNTIME = "python3.12"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    folder = tmp_path / "code"
    (folder / "inside").mkdir(parents=True)
    (folder / "app.py").write_text("def handler(event, context):\n    return 'hello'\n")
    (folder / "inside" / "data.json").write_text("{}")
    return Source(folder, RUNTIME, "x86_64")


def built(source: Source, cache: str = "cache", local: bool = True) -> package.Code:
    return package.build(source, source.folder.parent / cache, package.here() if local else None)


def names(code: package.Code) -> list[str]:
    assert code.zip
    return zipfile.ZipFile(code.zip).namelist()


def last_used(path: Path, hours: float) -> None:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def test_the_zip_is_the_same_byte_for_byte(source: Source) -> None:
    first = built(source)
    for path in source.folder.rglob("*"):
        os.utime(path, (1, 1))
    (source.folder / "app.py").chmod(0o600)  # as another umask would have left it
    second = built(source, cache="another-cache")
    assert first == second
    assert first.content() == second.content()


def test_what_goes_in(source: Source) -> None:
    for rubbish in ("inside/__pycache__/x.pyc", *STAYS_HERE):
        file = source.folder / rubbish
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    (source.folder / "bin").mkdir()
    (source.folder / "bin" / "tool").write_text("")
    (source.folder / "run.sh").write_text("#!/bin/sh\n")
    (source.folder / "run.sh").chmod(0o700)
    code = built(source)
    assert names(code) == ["app.py", "bin/tool", "inside/data.json", "run.sh"]
    assert code.zip
    modes = {entry.filename: oct(entry.external_attr >> 16) for entry in zipfile.ZipFile(code.zip).infolist()}
    assert {entry.date_time for entry in zipfile.ZipFile(code.zip).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert modes == {"app.py": "0o100644", "inside/data.json": "0o100644", "run.sh": "0o100755", "bin/tool": "0o100644"}


def test_settings_that_the_code_may_want_do_not_stay_behind_in_silence(source: Source) -> None:
    said: list[str] = []
    with telling(said.append):
        built(source)
        assert said == []
        (source.folder / ".env").write_text("TOKEN=hush")
        built(source)
    assert said == ["code/.env stays here: what of it the code needs belongs in 'environment'"]


def test_each_change_makes_another_zip(source: Source) -> None:
    digests = [built(source).sha256]
    (source.folder / "app.py").write_text("def handler(event, context): ...\n")
    digests.append(built(source).sha256)
    (source.folder / "app.py").rename(source.folder / "other.py")
    digests.append(built(source).sha256)
    (source.folder / "other.py").chmod(0o755)
    digests.append(built(source).sha256)
    assert len(set(digests)) == 4


def test_sha256_is_as_lambda_computes_it(source: Source) -> None:
    code = built(source)
    command = ["openssl", "dgst", "-sha256", "-binary", str(code.zip)]
    digest = subprocess.run(command, capture_output=True, check=True).stdout
    encoded = subprocess.run(["base64"], input=digest, capture_output=True, check=True).stdout
    assert code.sha256 == encoded.decode().strip()


def test_the_cache_answers_the_second_time(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    code = built(source)
    monkeypatch.setattr(package, "_zip", lambda *_: pytest.fail("built again"))
    assert built(source) == code


def test_the_cache_keeps_what_is_used_however_much_and_drops_what_is_not(source: Source) -> None:
    def edited(number: int) -> Path:
        (source.folder / "app.py").write_text(f"NUMBER = {number}\n")
        code = built(source)
        assert code.zip
        return code.zip

    used = [edited(number) for number in range(30)]  # as many functions may be deployed at once
    assert all(path.is_file() for path in used)
    for path in used[:2]:
        last_used(path, hours=2)
    edited(1)  # used again: it stays
    edited(30)
    assert [path.is_file() for path in used[:3]] == [False, True, True]


def test_what_another_process_tidies_away_meanwhile_is_built_again(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, glob = built(source).content(), Path.glob

    def glob_then_tidy(folder: Path, pattern: str) -> list[Path]:
        found = list(glob(folder, pattern))
        for path in found if pattern != "*.zip" else ():
            path.unlink()
        return found

    monkeypatch.setattr(Path, "glob", lambda *arguments: iter(glob_then_tidy(*arguments)))
    assert built(source).content() == content


def test_an_interrupted_build_leaves_nothing_that_counts(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(zipfile.ZipFile, "writestr", die)
        with pytest.raises(KeyboardInterrupt):
            built(source)
    assert built(source) == built(source, cache="another-cache")


def test_too_large_is_refused_before_anything_is_sent(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    (source.folder / "large.bin").write_bytes(os.urandom(3000))
    with monkeypatch.context() as patched:
        patched.setattr(package, "_UNZIPPED_LIMIT", 2000)
        with pytest.raises(PackageError, match="unzipped"):
            built(source)
    monkeypatch.setattr(package, "_ZIP_LIMIT", 2000)
    with pytest.raises(PackageError, match="directly"):
        built(source)


@pytest.mark.parametrize(
    ("runtime", "architecture", "platform"),
    [
        ("python3.11", "x86_64", "x86_64-manylinux2014"),
        ("python3.12", "x86_64", "x86_64-manylinux_2_34"),
        ("python3.13", "arm64", "aarch64-manylinux_2_34"),
    ],
)
def test_wheels_are_for_the_glibc_of_lambda(runtime: str, architecture: str, platform: str) -> None:
    assert platform in package._lambda(runtime, architecture).arguments


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_compiled_requirements_are_those_of_lambdas_linux(source: Source, architecture: str) -> None:
    (source.folder / "requirements.txt").write_text("pyyaml==6.0.3\n")
    code = built(Source(source.folder, RUNTIME, architecture), local=False)
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]
    assert f"yaml/_yaml.cpython-312-{machine}-linux-gnu.so" in names(code)
    assert not [name for name in names(code) if "RECORD" in name or name.startswith("bin/")]
    again = built(Source(source.folder, RUNTIME, architecture), cache="another-cache", local=False)
    assert again.content() == code.content()


def test_for_the_emulator_they_are_those_of_this_interpreter(source: Source) -> None:
    (source.folder / "requirements.txt").write_text("pyyaml==6.0.3\n")
    code = built(source)
    script = f"import sys; sys.path.insert(0, {str(code.zip)!r}); import yaml, app; print(yaml.__file__)"
    shown = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True)
    assert str(code.zip) in shown.stdout


def test_they_are_those_of_the_interpreter_that_runs_the_runtime(source: Source) -> None:
    (source.folder / "requirements.txt").write_text("pyyaml==6.0.3\n")
    fitting = package.here().own
    unfitting = package.Interpreter("/no/such/python", "cpython-399-beos-m68k")
    code = package.build(source, source.folder.parent / "cache", package.Interpreters(unfitting, {RUNTIME: fitting}))
    assert code == built(source)
    with pytest.raises(PackageError, match="cpython-399-beos-m68k"):
        package.build(source, source.folder.parent / "cache", package.Interpreters(unfitting, {"python3.9": fitting}))


def test_our_own_file_wins_over_a_requirements(source: Source) -> None:
    (source.folder / "requirements.txt").write_text("pyyaml==6.0.3\n")
    built(source)  # compresses all of the requirement
    (source.folder / "yaml").mkdir()
    (source.folder / "yaml" / "__init__.py").write_text("OURS = True\n")
    code = built(source)
    assert code.zip
    assert zipfile.ZipFile(code.zip).read("yaml/__init__.py") == b"OURS = True\n"
    assert len(names(code)) == len(set(names(code)))


def test_a_saved_file_does_not_compress_the_requirements_again(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    (source.folder / "requirements.txt").write_text("pyyaml==6.0.3\n")
    before = built(source)
    (source.folder / "app.py").write_text("NEW = True\n")
    compressed: list[str] = []
    write = zipfile.ZipFile.writestr

    def note(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
        compressed.append(entry.filename)
        write(archive, entry, content)

    with monkeypatch.context() as patched:
        patched.setattr(zipfile.ZipFile, "writestr", note)
        after = built(source)
    assert compressed == ["app.py", "inside/data.json", "requirements.txt"]
    assert sorted(names(after)) == sorted(names(before))
    assert after.content() == built(source, cache="another-cache").content()
    assert after.zip
    assert zipfile.ZipFile(after.zip).testzip() is None


def test_compressed_requirements_stay_for_days(source: Source) -> None:
    (source.folder / "requirements.txt").write_text("pyyaml==6.0.3\n")
    code = built(source)
    assert code.zip
    (requirements,) = code.zip.parent.glob("requirements-*.zip")

    def edit(number: int) -> None:
        (source.folder / "requirements.txt").unlink(missing_ok=True)  # so that they are not used
        (source.folder / "app.py").write_text(f"NUMBER = {number}\n")
        built(source)

    last_used(requirements, hours=6 * 24)
    edit(1)
    assert requirements.is_file()
    last_used(requirements, hours=8 * 24)
    edit(2)
    assert not requirements.is_file()


@pytest.mark.parametrize(
    ("requirement", "named"),
    [
        ("no-such-package-of-skiff==1.0", "no-such-package-of-skiff"),
        ("pyyaml==999", "pyyaml"),
        ("== broken", "requirements.txt"),
    ],
)
def test_what_cannot_be_installed_is_named(source: Source, requirement: str, named: str) -> None:
    (source.folder / "requirements.txt").write_text(requirement + "\n")
    with pytest.raises(PackageError, match=named) as caught:
        built(source, local=False)
    assert "python3.12-x86_64" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_link_to_a_folder_is_not_left_out_in_silence(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "code" / "shared").symlink_to(tmp_path / "shared")
    with pytest.raises(PackageError, match="shared' is a link to a folder, which is not followed"):
        list(files_below(tmp_path / "code"))
