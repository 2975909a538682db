from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from localdev import services


def test_services_are_loaded_one_after_the_other() -> None:
    """First requests come together, and modules that import each other are seen half done by other threads."""
    together = threading.Barrier(2)

    def load(manager: object, name: str) -> str:
        try:
            together.wait(timeout=0.2)
        except threading.BrokenBarrierError:
            return "alone"
        return "together"

    with ThreadPoolExecutor() as threads:
        ends = list(threads.map(lambda name: services.load_mended(load, None, name), ("one", "two")))

    assert ends == ["alone", "alone"]
