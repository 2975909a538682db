"""An AWS account of its own for each test, with a proxy before it, and the configurations that are deployed there."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import yaml

from tests.launcher import ROOT, Ended, Run, environment, played_by
from tests.proxy import Call, Fault, Plan, Proxy, all_well, strike

SERVICES = ("s3", "iam", "lambda", "logs", "apigateway", "kms")
_KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

Client = Callable[[str], Any]


class World:
    """One account of the emulator, which nothing else uses.

    Attributes:
        config: what is deployed; tests may point it at another file.
        target: as which the deployer takes the emulator: ``local``, or ``aws``.
        calls: what the last :meth:`run` asked for.
    """

    def __init__(self, account: str, folder: Path, url: str, proxy: Proxy, client: Client) -> None:
        """``client``: boto3 clients of this very account."""
        self.account, self.folder, self.url, self.proxy, self.client = account, folder, url, proxy, client
        self.config = folder / "config.yaml"
        self.target = "local"
        self.calls: list[Call] = []
        self._running: Future[Run] = Future()

    def begin(self, *arguments: str | Path, url: str = "") -> Run:
        """Start ``python deploy.py``, through this proxy or the one at ``url``."""
        url = url or self.url
        if self.target == "aws":
            options, env = ["--target", "aws"], {**played_by(url), **_KEYS}
        else:
            options, env = ["--endpoint-url", url], {}
        return Run(*arguments, "--config", self.config, *options, env=environment(**env))

    def run(self, *arguments: str | Path, plan: Plan = all_well) -> Ended:
        """Run ``python deploy.py`` while the proxy plays ``plan``; a traceback is a bug, whatever happened."""
        self._running = Future()
        self.proxy.play(plan)
        run = self.begin(*arguments)
        self._running.set_result(run)
        ended = run.end()
        self.proxy.settle()
        self.calls = self.proxy.calls
        self.proxy.play(all_well)
        return plain(ended)

    def told(self, text: str) -> bool:
        """Whether the :meth:`run` that is under way has told people so."""
        return text in self._running.result().said

    def killed(self, when: Callable[[Fault], Plan], answered: bool, *arguments: str | Path) -> Ended:
        """Run it, and kill it at some call: before that is there, or once it is done."""
        started: Future[int] = Future()
        self.proxy.play(when(strike(started.result, answered=answered)))
        run = self.begin(*arguments)
        started.set_result(run.pid)
        ended = run.end()
        self.proxy.settle()  # or what it sent last would come in the midst of the next run
        self.proxy.play(all_well)
        return plain(ended)

    def does(self, *arguments: str | Path, plan: Plan = all_well) -> Ended:
        """Like :meth:`run`, of what must succeed."""
        ended = self.run(*arguments, plan=plan)
        assert ended.returncode == 0, f"{ended.args} ends with {ended.returncode}: {ended.stdout}{ended.stderr}"
        return ended

    def comes_up(self, *apps: str) -> None:
        """``up`` makes all of it, and then there is nothing to do."""
        self.does("up", *apps)
        self.is_up(*apps)

    def is_up(self, *apps: str) -> None:
        """There is one of each thing, and nothing to do."""
        self.does("plan", "--check", "--json", *apps)
        left = self.left()
        assert len(left) == len(set(left)), left
        kinds = [each.split()[0] for each in left]
        assert kinds.count("key") == kinds.count("alias"), left

    def goes_down(self) -> None:
        """``down`` leaves nothing."""
        self.does("down")
        left = self.left()
        assert left == [], left

    def left(self) -> list[str]:
        """Everything in the account that costs money or stands in the way, as the services themselves say."""
        aliases = [each["AliasName"] for each in self._pages("kms", "list_aliases")]
        found = {
            "bucket": [each["Name"] for each in self.client("s3").list_buckets()["Buckets"]],
            "role": [each["RoleName"] for each in self._pages("iam", "list_roles")],
            "function": [each["FunctionName"] for each in self._pages("lambda", "list_functions")],
            "log group": [each["logGroupName"] for each in self._pages("logs", "describe_log_groups")],
            "API": [each["name"] for each in self._pages("apigateway", "get_rest_apis")],
            "alias": [alias for alias in aliases if not alias.startswith("alias/aws/")],
            "key": [each["KeyId"] for each in self._pages("kms", "list_keys") if self._lives(each["KeyId"])],
        }
        return sorted(f"{kind} {name}" for kind, names in found.items() for name in names)

    def _lives(self, key: str) -> bool:
        about = self.client("kms").describe_key(KeyId=key)["KeyMetadata"]
        return about["KeyManager"] == "CUSTOMER" and about["KeyState"] != "PendingDeletion"

    def _pages(self, service: str, operation: str) -> list[Any]:
        paginator = self.client(service).get_paginator(operation)
        return list(paginator.paginate().search(f"{paginator.result_keys[0].expression}[]"))


def plain(ended: Ended) -> Ended:
    """What ended, if it did so without a bug of ours."""
    said = ended.stdout + ended.stderr
    assert "Traceback" not in said, said
    assert "bug of the deployer" not in said, said
    return ended


def project(folder: Path, config: dict[str, Any]) -> None:
    """A folder with a configuration, where the code, the pages and the packages of this one are."""
    folder.mkdir(exist_ok=True)
    for name in ("functions", "sites", ".cache"):
        (ROOT / name).mkdir(exist_ok=True)
        (folder / name).symlink_to(ROOT / name)
    write(folder / "config.yaml", config)


def write(file: Path, config: dict[str, Any]) -> Path:
    file.write_text(yaml.safe_dump(config, sort_keys=False))
    return file


def apps() -> dict[str, Any]:
    """config.yaml, anew for each who changes it."""
    config: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text())
    return config


def placeless(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration without addresses, so that it means the same by whichever proxy it is deployed."""
    text = json.dumps(config).replace("${site.origin}", "https://pages.example").replace("${api.url}", "${api.id}")
    found: dict[str, Any] = json.loads(text)
    return found


def edited() -> dict[str, Any]:
    """config.yaml after a day's work: things are changed, replaced, added and gone, of each kind."""
    config = apps()
    qr, password = config["apps"]["qr"], config["apps"]["password"]
    del config["apps"]["photo"]
    qr["api"]["stage"] = "live"  # another stage, another URL, another permission in the place of the old
    qr["api"]["throttle"] = {"rate": 10, "burst": 20}
    qr["api"]["routes"]["GET /health"] = "health"
    qr["functions"]["health"] = {"source": "functions/photo"}
    qr["functions"]["generator"] |= {"memory": 512, "log_retention_days": 7, "grants": {"images": ["write", "read"]}}
    qr["buckets"]["images"] |= {"versioning": True, "expire_after_days": 30}
    del qr["site"]
    password["keys"] = {"master": {}}
    password["buckets"]["passwords"]["encryption"] = "master"
    password["functions"]["maker"] = password["functions"].pop("generator")
    password["functions"]["maker"]["grants"]["master"] = ["encrypt", "decrypt"]
    password["site"]["settings"] = {"bucket": "${buckets.passwords.name}"}
    return config
