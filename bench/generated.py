"""A project of any size: apps of ten tiny functions each, and of one API with a route to each of them."""

import json
from pathlib import Path
from typing import Any

from deployer.package import Code, Source, build, here

FUNCTIONS = 10  # of each app
HANDLER = """\
def handler(event, context):
    return {{"statusCode": 200, "body": "{answer}"}}
"""

Names = dict[str, list[str]]


def names(functions: int) -> Names:
    """App to its functions; ``functions``: of all apps, a multiple of ten."""
    return {
        f"app{app:02}": [f"function{number:02}" for number in range(1, FUNCTIONS + 1)]
        for app in range(1, functions // FUNCTIONS + 1)
    }


def project(folder: Path, apps: Names) -> Path:
    """Write the functions' code and a configuration, and give the latter's path."""
    for app, functions in apps.items():
        for function in functions:
            source = folder / "functions" / app / function
            source.mkdir(parents=True)
            (source / "app.py").write_text(HANDLER.format(answer=answer(app, function)), encoding="utf-8")
    configuration = folder / "config.yaml"
    configuration.write_text(json.dumps(_configuration(apps), indent=2), encoding="utf-8")  # JSON is YAML
    return configuration


def answer(app: str, function: str) -> str:
    """What a function answers with."""
    return f"{app} {function}"


def _configuration(apps: Names) -> dict[str, Any]:
    return {
        "project": "skiff",
        "stage": "bench",
        "region": "us-east-1",
        "apps": {
            app: {
                "functions": {function: {"source": f"functions/{app}/{function}"} for function in functions},
                "api": {"routes": {f"GET /{function}": function for function in functions}},
            }
            for app, functions in apps.items()
        },
    }


def packages(folder: Path, apps: Names) -> dict[str, Code]:
    """Each function's zip as the deployer makes it, by app and function; it stays in the project's cache."""
    found = {}
    for app, functions in apps.items():
        for function in functions:
            source = Source(folder / "functions" / app / function, "python3.12", "x86_64")
            found[f"{app}-{function}"] = build(source, folder / ".cache" / "packages", here())
    return found
