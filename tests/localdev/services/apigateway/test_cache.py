"""How long answers are kept."""

from __future__ import annotations

from localdev.services.apigateway.cache import Cache

KEY = ("api", "stage", "authorizer", ("token",))


def test_an_answer_lasts_until_its_time_is_over() -> None:
    now = [0.0]
    cache = Cache(lambda: now[0])
    cache.put(KEY, "answer", 300)
    now[0] = 299.9
    assert cache.get(KEY) == "answer"
    now[0] = 300
    assert cache.get(KEY) is None


def test_what_is_over_takes_no_room() -> None:
    now = [0.0]
    cache = Cache(lambda: now[0])
    for number in range(10):
        cache.put(("api", "stage", "authorizer", (str(number),)), "answer", 5)
        now[0] += 1
    assert len(cache._kept) == 5


def test_one_stage_is_flushed() -> None:
    cache = Cache(lambda: 0)
    other = ("api", "other", "authorizer", ("token",))
    for key in (KEY, other):
        cache.put(key, "answer", 300)
    cache.flush("api", "stage")
    assert (cache.get(KEY), cache.get(other)) == (None, "answer")
