"""Loads the modules of functions/<app>/ the way Lambda does, though every app has its own `app.py`."""

import importlib.util
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

FUNCTIONS = Path(__file__).parents[2] / "functions"


@pytest.fixture(scope="session")
def load() -> Callable[[str, str], ModuleType]:
    """load("qr", "app") runs functions/qr/app.py afresh and returns the module."""
    return load_module


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the test's own thread makes: it does not sleep. Others, whatever they are, do."""
    slept: list[float] = []
    pause, sleep = {threading.get_ident(): slept.append}, time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: pause.get(threading.get_ident(), sleep)(seconds))
    return slept


def load_module(function: str, name: str) -> ModuleType:
    folder = FUNCTIONS / function
    spec = importlib.util.spec_from_file_location(f"functions.{function}.{name}", folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(folder))  # on Lambda the folder is the working directory
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
        for sibling in folder.glob("*.py"):  # another app's "import storage" must find its own
            sys.modules.pop(sibling.stem, None)
    return module
