"""Configurations that cannot be: each is refused with its line and a way out, before any call."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.refusal import CODE, CONFIG, check_words, refused_as_json, refused_in_words, write_project
from tests.conftest import deploy
from tests.launcher import Ended

LONG = "x" * 60
SOURCE = "source: code"
ROUTE = "POST /generate: generator"
REFERENCE = "${buckets.images.name}"


def but(old: str, new: str) -> str:
    """The good configuration with one thing changed."""
    assert old in CONFIG
    return CONFIG.replace(old, new)


# id: configuration, a text on the line that is to blame (none: no line), message, hint
BAD = {
    # The file.
    "empty": ("", "", "config.yaml: .*mapping", "."),
    "only a comment": ("# nothing yet\n", "", "config.yaml: .*mapping", "."),
    "a list": ("- project\n", "", "config.yaml: .*mapping", "."),
    "open bracket": (but("us-east-1", "[us-east-1"), "apps:", "no YAML", "."),
    "tab": (but("    buckets:", "\tbuckets:"), "buckets:", "no YAML", "."),
    "two documents": (CONFIG + "---\nproject: other\n", "---", "no YAML", "."),
    "undefined alias": (but("{}", "*other"), "images: *", "no YAML.*alias", "."),
    "impossible date": (but("shop", "2024-13-45"), "project:", "2024-13-45", "."),
    "NUL": (CONFIG + "\0", "", "config.yaml.*no YAML", "."),
    # Keys.
    "unknown key": (but(SOURCE, f"{SOURCE}\n        memmory: 256"), "memmory", "unknown key 'memmory'", "'memory'"),
    "unknown section": (but("    buckets:", "    bucket:"), "bucket:", "unknown key 'bucket'", "'buckets'"),
    "unknown in a list of none": (but("{}", "{zzz: red}"), "zzz", "unknown key 'zzz'", "public_read"),
    "misspelt required key": (but("region:", "regoin:"), "regoin", "unknown key 'regoin'", "'region'"),
    "missing key": (
        but("region: us-east-1\n", ""),
        "project:",
        "'region' is missing",
        "^add 'region': the region, such as us-east-1$",
    ),
    "missing key below": (but(SOURCE, "memory: 256"), "generator:", r"generator\.source' is missing", "."),
    "duplicate key": (but(SOURCE, f"{SOURCE}\n        source: other"), "source: other", "'source' .*twice", "."),
    # Types and values.
    "text for a number": (but(SOURCE, f"{SOURCE}\n        memory: lots"), "lots", "memory' .*integer.*'lots'", "."),
    "too little": (but(SOURCE, f"{SOURCE}\n        memory: 64"), "64", "memory' .*128", "."),
    "number for a text": (
        but("BUCKET: " + REFERENCE, "PORT: 8080"),
        "PORT",
        "PORT' .*string, not a number$",
        "quotes$",
    ),
    "nothing for a section": (but("      images: {}\n", ""), "buckets:", "buckets'(?!.*(instance|dict))", "."),
    "nothing for an app": (CONFIG.partition("    buckets")[0], "  qr:", "apps.qr'(?!.*(instance|dict))", "."),
    "no route": (but(f"routes:\n        {ROUTE}", "routes: {}"), "routes:", "routes'(?!.*dict)", "."),
    "unknown runtime": (
        but(SOURCE, f"{SOURCE}\n        runtime: python2.7"),
        "python2.7",
        r"generator\.runtime' cannot be 'python2\.7'",
        "^possible here: 'python3.11', 'python3.12' or 'python3.13'$",
    ),
    "long description": (
        but(SOURCE, f"{SOURCE}\n        description: {'x' * 9000}"),
        "description",
        r"generator\.description' has 9,000 characters, 256 are possible$",
        "shorten it: for people",
    ),
    "example that is no JSON": (
        but(SOURCE, f"{SOURCE}\n        example: '{{length: 20}}'"),
        "example",
        "the example of 'generator' is no JSON: Expecting property name",
        "such as example",
    ),
    "mistyped region": (
        but("us-east-1", "us-est-1"),
        "us-est-1",
        "'us-est-1' is no region of AWS",
        "did you mean .*'us-east-1'",
    ),
    "region of the future": (but("us-east-1", "us-east-9"), "region:", "'us-east-9' is no region", "'us-east-.'"),
    "no region at all": (but("us-east-1", "Timbuktu"), "region:", "'Timbuktu' is no region", "newer boto3"),
    # Names.
    "a name of many lines": (
        but("shop", f'"a\\n{"b" * 9000}"'),
        "project:",
        "'a b{100,200} … b{100,200}' is no name$",
        "lower case",
    ),
    "project's name": (but("shop", "My Shop"), "project:", "'My Shop' is no name", "lower case"),
    "app's name": (but("  qr:", "  QR:"), "QR:", "'QR' is no name", "lower case"),
    "bucket's name": (but("images: {}", "my_images: {}"), "my_images", "'my_images' is no name", "lower case"),
    "stage's name": (but("region:", "stage: Prod_1\nregion:"), "Prod_1", "'Prod_1' is no name", "lower case"),
    "long bucket": (but("images: {}", f"{LONG}: {{}}"), f"{LONG}: ", "bucket's name .* 81 characters.* 63", "shorten"),
    "long function": (CONFIG.replace("generator", LONG), f"{LONG}:", "function's name .* 72 .* 64", "shorten"),
    "long role": (CONFIG.replace("generator", LONG[:50]), LONG[:50], "role's name .* 71 characters.* 64", "shorten"),
    # References.
    "no such section": (but("${buckets", "${bukets"), "bukets", "bukets.images.name}' refers to nothing", "buckets"),
    "no such name": (
        but("${buckets.images", "${buckets.image"),
        "image.",
        "buckets.image.name}' refers",
        "images",
    ),
    "no such attribute": (but("images.name}", "images.url}"), "images.url", "a bucket has no 'url'", "name, arn"),
    "empty reference": (but(REFERENCE, '"${}"'), "${}", "'\\${}' refers to nothing", "buckets"),
    "open reference": (
        but(REFERENCE, '"${buckets.images.name"'),
        "BUCKET",
        r"the .\$\{. in .BUCKET. has no end",
        "close it",
    ),
    "grant on nothing": (but("images: write", "imagse: write"), "imagse", "'imagse', which is nothing", "images"),
    "no such grant": (but("images: write", "images: wriet"), "wriet", "no grant 'wriet'", "write"),
    "route to nothing": (but(ROUTE, "POST /generate: genrator"), "genrator", "'genrator', which is no f", "generator"),
    "no path": (
        but(ROUTE, "POST generate: generator"),
        "POST generate",
        "'POST generate' is no route",
        "POST /generate",
    ),
    "no method": (but(ROUTE, "FETCH /generate: generator"), "FETCH", "'FETCH /generate' is no route", "GET, POST"),
    "two variables at one place": (
        but(ROUTE, "GET /x/{id}/a: generator\n        GET /x/{name}/b: generator"),
        "/b",
        "'GET /x/{name}/b' has '{name}' where 'GET /x/{id}/a' has '{id}'",
        "write '{id}' in both",
    ),
    "a greedy one beside another": (
        but(ROUTE, "GET /x/{id}: generator\n        GET /x/{id+}: generator"),
        "{id+}",
        "has '{id\\+}' where 'GET /x/{id}' has '{id}'",
        "both",
    ),
    "a greedy one in the middle": (
        but(ROUTE, "GET /x/{rest+}/y: generator"),
        "{rest+}",
        "'GET /x/{rest\\+}/y' goes on after '{rest\\+}'",
        "the last",
    ),
    "a variable twice": (
        but(ROUTE, "GET /x/{id}/y/{id+}: generator"),
        "{id}",
        "has the variable 'id' twice",
        "own",
    ),
    # What AWS would refuse.
    "slower than the gateway": (but(SOURCE, f"{SOURCE}\n        timeout: 60"), "POST", "API Gateway waits", "timeout"),
    "large environment": (but(REFERENCE, "x" * 4100), "environment:", "environment has .* 4,096", "."),
    "reserved variable": (but("BUCKET:", "AWS_REGION:"), "AWS_REGION", "AWS_REGION.*reserved", "."),
    "variable's name": (but("BUCKET:", "1-BUCKET:"), "1-BUCKET", "'1-BUCKET'", "."),
    # Code.
    "a file as folder": (but(SOURCE, "source: code/app.py"), "app.py", "'code/app.py' is no folder", "paths start at"),
    "no folder": (but(SOURCE, "source: cod"), "source: cod", "folder 'cod' does not exist", "."),
    "no file": (but(SOURCE, f"{SOURCE}\n        handler: main.run"), "main.run", r"main\.py in 'code'", "."),
    "no function": (
        but(SOURCE, f"{SOURCE}\n        handler: app.handle"),
        "app.handle",
        "'handle' is n",
        "handler",
    ),
    "no dot": (
        but(SOURCE, f"{SOURCE}\n        handler: handler"),
        "handler: h",
        "'handler' is no m",
        "app.handler",
    ),
}


@pytest.fixture(scope="module")
def validated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """What 'validate' said to each: as many at a time as there are processors."""

    folder = tmp_path_factory.mktemp("bad")

    def validate(name: str) -> Ended:
        return deploy("validate", cwd=write_project(folder / name, BAD[name][0]).parent)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(BAD, pool.map(validate, BAD), strict=True))


@pytest.mark.parametrize("name", BAD)
def test_refused_with_its_line(validated: dict[str, Ended], name: str) -> None:
    config, blamed, says, hint = BAD[name]
    lines = (number for number, line in enumerate(config.splitlines(), 1) if blamed in line)
    check_words(validated[name], code=2, says=says, hint=hint, line=next(lines) if blamed else None)


def test_the_example_that_all_others_differ_from_is_valid(project: Path) -> None:
    done = deploy("validate", cwd=project)
    assert (done.returncode, done.stdout) == (0, "config.yaml is valid: 1 app, 6 resources\n"), done.stderr


def test_no_configuration(project: Path) -> None:
    (project / "config.yaml").unlink()
    refused_in_words(project, "validate", code=2, says="config.yaml: there is no such file", hint="--config")


def test_no_text(project: Path) -> None:
    (project / "config.yaml").write_bytes(CONFIG.replace("shop", "café").encode("latin-1"))
    refused_in_words(project, "validate", code=2, says="config.yaml: cannot be read: .*utf-8")


def test_a_folder_as_configuration(project: Path) -> None:
    refused_in_words(project, "validate", "--config", "code", code=2, says="code: cannot be read", hint="--config")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (CODE.replace(":\n", "\n"), r"app\.py line 1 is no Python"),
        (CODE + "\0", r"app\.py.* is no Python: .*null bytes"),
    ],
    ids=["syntax", "NUL"],
)
def test_code_that_is_none(project: Path, source: str, says: str) -> None:
    (project / "code" / "app.py").write_text(source)
    refused_in_words(project, "validate", code=2, says=says + r"(?<!None)", line=8)


@pytest.mark.parametrize("command", ["up", "down"])
def test_refused_before_anyone_is_called(project: Path, command: str) -> None:
    """Nothing listens at that address: had it called, the error would be another."""
    (project / "config.yaml").write_text(but("us-east-1", "us-east-1\nregoin: x"))
    nowhere = ("--endpoint-url", "http://127.0.0.1:1")
    refused_in_words(project, command, *nowhere, code=2, says="unknown key 'regoin'", line=3)


def test_refused_as_json_with_its_line(project: Path) -> None:
    (project / "config.yaml").write_text(but("{}", "{publicread: true}"))
    refused_as_json(project, "validate", code=2, says="unknown key 'publicread'", hint="'public_read'", line=6)
