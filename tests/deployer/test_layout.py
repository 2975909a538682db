from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from deployer.layout import Box, Layout, Link, layout

NODES = 40
SMALL = 0.001  # pixels, for sums of floats

sizes = st.tuples(st.integers(40, 200), st.integers(20, 60))
ids = st.integers(0, NODES - 1)
pairs = st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1])
# Small graphs in which every circle and every second link between the same two happens often, and large ones.
graphs = st.integers(2, NODES).flatmap(
    lambda count: st.tuples(
        st.lists(sizes, min_size=count, max_size=count),
        st.lists(
            st.tuples(pairs.map(lambda pair: (pair[0] % count, pair[1] % count)), st.none() | sizes), max_size=2 * count
        ),
    )
)


def drawn(graph: Any) -> tuple[dict[str, Any], list[Link], Layout]:
    nodes, edges = graph
    boxes = {str(index): size for index, size in enumerate(nodes)}
    links = [Link(str(a), str(b), label) for (a, b), label in edges if a != b]
    return boxes, links, layout(boxes, links)


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x + one.width > other.x + SMALL
        and other.x + other.width > one.x + SMALL
        and one.y + one.height > other.y + SMALL
        and other.y + other.height > one.y + SMALL
    )


@settings(max_examples=150, deadline=None)
@given(graphs)
def test_nothing_lies_on_anything_else(graph: Any) -> None:
    sizes, _, found = drawn(graph)
    assert {id: (box.width, box.height) for id, box in found.boxes.items()} == sizes
    labels = [route.label for route in found.routes if route.label]
    everything = [*found.boxes.values(), *labels]
    assert not [pair for pair in combinations(everything, 2) if overlap(*pair)]
    for box in everything:
        assert -SMALL <= box.x <= box.x + box.width <= found.width + SMALL
        assert -SMALL <= box.y <= box.y + box.height <= found.height + SMALL


@settings(max_examples=150, deadline=None)
@given(graphs)
def test_arrows_join_their_boxes_and_touch_no_others(graph: Any) -> None:
    _, links, found = drawn(graph)
    for link, route in zip(links, found.routes, strict=True):
        left, right = (link.end, link.start) if route.backwards else (link.start, link.end)
        start, end = found.boxes[left], found.boxes[right]
        assert route.runs[0][0] == start.x + start.width
        assert route.runs[0][2] == start.y + start.height / 2
        assert route.runs[-1][1:] == (end.x, end.y + end.height / 2)
        assert all(a <= b + SMALL for a, b, _ in route.runs)
        for x, to, y in route.runs:
            level = Box(x, y, to - x, SMALL * 3)
            assert not any(overlap(level, box) for box in found.boxes.values())
        for (_, left_of_gap, _), (right_of_gap, *_) in pairwise(route.runs):
            gap = Box(left_of_gap, 0, right_of_gap - left_of_gap, found.height)
            assert gap.width > 0
            assert not any(overlap(gap, box) for box in found.boxes.values())
        assert (route.label is None) == (link.label is None)
        if route.label:
            middle = route.label.y + route.label.height / 2
            assert any(
                x - SMALL <= route.label.x and route.label.x + route.label.width <= to + SMALL and abs(y - middle) < 1
                for x, to, y in route.runs
            )


@settings(max_examples=100, deadline=None)
@given(graphs)
def test_without_circles_every_arrow_goes_forwards(graph: Any) -> None:
    nodes, edges = graph
    _, _, found = drawn((nodes, [((min(pair), max(pair)), label) for pair, label in edges]))
    assert not any(route.backwards for route in found.routes)


def test_the_later_links_of_a_circle_go_backwards() -> None:
    size = (10.0, 10.0)
    links = [Link("a", "b"), Link("b", "c"), Link("c", "a"), Link("c", "b", size)]
    found = layout(dict.fromkeys("abc", size), links)
    assert [route.backwards for route in found.routes] == [False, False, True, True]


def test_arrows_that_need_not_cross_do_not() -> None:
    size = (10.0, 10.0)
    left, right = "abcdef", "uvwxyz"
    crossed = dict(zip(left, reversed(right), strict=True))
    found = layout(dict.fromkeys(left + right, size), [Link(*pair) for pair in crossed.items()])
    assert all(found.boxes[start].y == found.boxes[end].y for start, end in crossed.items())


def test_what_nothing_leads_to_stands_beside_what_it_leads_to() -> None:
    size = (10.0, 10.0)
    found = layout(dict.fromkeys("abcd", size), [Link("a", "b"), Link("b", "c"), Link("d", "c")])
    assert found.boxes["d"].x == found.boxes["b"].x


def test_nothing_is_drawn_of_nothing() -> None:
    assert layout({}, []) == Layout({}, [], 0, 0)
