from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from localdev.functions.once import once


def test_those_who_ask_meanwhile_wait_for_the_one_answer() -> None:
    begun, finish, asked = threading.Event(), threading.Event(), []

    @once
    def work(text: str) -> str:
        asked.append(text)
        begun.set()
        assert finish.wait(30)
        return text.upper()

    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(work, "a") for _ in range(3)]
        assert begun.wait(30)
        assert not any(answer.done() for answer in answers)
        finish.set()
        assert [answer.result() for answer in answers] == ["A"] * 3
    assert (work("b"), asked) == ("B", ["a", "b"])
