"""Where to draw a graph: boxes in columns, arrows from left to right, and room of its own for every label.

After Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981): the
longest path that leads to a box is its column, barycentres say the order in a column, and an arrow that passes a
column has a place there like a box.
"""

from __future__ import annotations

import graphlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

GAP = 44.0  # between columns, where arrows bend
SPACE = 16.0  # between what stands in one column
PASSING = 4.0  # the height of an arrow without a label that passes
SWEEPS = 8  # through all columns, there and back by turns

Size = tuple[float, float]


@dataclass(frozen=True)
class Link:
    """An arrow; ``label`` is the size of its text."""

    start: str
    end: str
    label: Size | None = None


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Route:
    """How an arrow goes: ``runs`` are level, (from x, to x, y), left to right; it bends in the gaps between them.

    Attributes:
        backwards: the arrow's start is at the right.
        label: the place of its text; None if it has none.
    """

    runs: tuple[tuple[float, float, float], ...]
    backwards: bool
    label: Box | None


@dataclass(frozen=True)
class Layout:
    """``boxes`` by id, ``routes`` in the order of the links; all within 0 to ``width`` and 0 to ``height``."""

    boxes: dict[str, Box]
    routes: list[Route]
    width: float
    height: float


@dataclass(eq=False)
class _Item:
    """What has a place in a column: a box, or an arrow that passes. ``left`` and ``right`` are the column's."""

    size: Size
    column: int
    left: float = 0.0
    right: float = 0.0
    middle: float = 0.0

    @property
    def box(self) -> Box:
        width, height = self.size
        return Box((self.left + self.right - width) / 2, self.middle - height / 2, width, height)


_Columns = list[list[_Item]]
_Beside = dict[_Item, list[_Item]]


def layout(sizes: Mapping[str, Size], links: Iterable[Link]) -> Layout:
    """Place boxes of the given sizes. Of links that make a circle the later ones go backwards."""
    links = list(links)
    backwards = _backwards(links)
    ends = [
        (link.end, link.start) if turned else (link.start, link.end)
        for link, turned in zip(links, backwards, strict=True)
    ]
    column = _columns(sizes, [(*pair, 2 if link.label else 1) for pair, link in zip(ends, links, strict=True)])
    items = {id: _Item(size, column[id]) for id, size in sizes.items()}
    chains = [_chain(items[left], items[right], link) for (left, right), link in zip(ends, links, strict=True)]
    columns: _Columns = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for item in [*items.values(), *(item for chain in chains for item in chain[1:-1])]:
        columns[item.column].append(item)
    _order(columns, chains)
    height = _stack(columns, chains)
    width = _widen(columns)
    routes = [_route(chain, turned) for chain, turned in zip(chains, backwards, strict=True)]
    return Layout({id: item.box for id, item in items.items()}, routes, width, height)


def _backwards(links: list[Link]) -> list[bool]:
    """Of each link whether those before it lead from its end to its start."""
    after: dict[str, set[str]] = defaultdict(set)

    def leads(start: str, end: str) -> bool:
        seen, todo = {start}, [start]
        while todo:
            new = after[todo.pop()] - seen
            seen |= new
            todo += new
        return end in seen

    found = []
    for link in links:
        found.append(leads(link.end, link.start))
        first, last = (link.end, link.start) if found[-1] else (link.start, link.end)
        after[first].add(last)
    return found


def _columns(ids: Iterable[str], lengths: list[tuple[str, str, int]]) -> dict[str, int]:
    """The column of each id.

    What nothing leads to stands as near as it can to what it leads to.

    Args:
        lengths: left end, right end, and how many columns there are at least from the one to the other.
    """
    before: dict[str, dict[str, int]] = {id: {} for id in ids}
    after: dict[str, dict[str, int]] = {id: {} for id in ids}
    for left, right, length in lengths:
        before[right][left] = after[left][right] = max(length, after[left].get(right, 0))
    column: dict[str, int] = {}
    for id in graphlib.TopologicalSorter(before).static_order():
        column[id] = max((column[left] + length for left, length in before[id].items()), default=0)
    for id in column:
        if after[id] and not before[id]:
            column[id] = min(column[right] - length for right, length in after[id].items())
    return column


def _chain(left: _Item, right: _Item, link: Link) -> list[_Item]:
    """The ends of an arrow, and its place in each column between them; one of these, if any, is its label's."""
    between = range(left.column + 1, right.column)
    sizes = dict.fromkeys(between, (0.0, PASSING))
    if link.label:
        sizes[between[-1]] = link.label
    return [left, *(_Item(size, column) for column, size in sizes.items()), right]


def _beside(chains: list[list[_Item]]) -> tuple[_Beside, _Beside]:
    """What arrows join to each item from the column before its own, and from the one after it."""
    before: _Beside = defaultdict(list)
    after: _Beside = defaultdict(list)
    for chain in chains:
        for left, right in pairwise(chain):
            before[right].append(left)
            after[left].append(right)
    return before, after


def _sweeps(columns: _Columns, chains: list[list[_Item]]) -> Iterable[tuple[list[_Item], _Beside]]:
    """Each column with what is joined to it in the one that came before, there and back."""
    before, after = _beside(chains)
    for sweep in range(SWEEPS):
        for column in columns[::-1] if sweep % 2 else columns:
            yield column, after if sweep % 2 else before


def _order(columns: _Columns, chains: list[list[_Item]]) -> None:
    """Sort each column by the mean place of what its items are joined to."""
    place = {item: float(index) for column in columns for index, item in enumerate(column)}
    for column, joined in _sweeps(columns, chains):
        mean = {item: fmean(place[each] for each in joined[item]) if joined[item] else place[item] for item in column}
        column.sort(key=mean.__getitem__)
        place.update({item: float(index) for index, item in enumerate(column)})


def _stack(columns: _Columns, chains: list[list[_Item]]) -> float:
    """Set the middles: near the mean of what an item is joined to, in their order, apart. Returns the height of all."""
    for column, joined in _sweeps(columns, chains):
        wish = [fmean(each.middle for each in joined[item]) if joined[item] else item.middle for item in column]
        low = 0.0
        for index, item in enumerate(column):
            half = item.size[1] / 2
            item.middle = max(wish[index], low + half) if index else wish[index]
            low = item.middle + half + SPACE
        if column:
            lowered = fmean(item.middle for item in column) - fmean(wish)
            for item in column:
                item.middle -= lowered
    everything = [item for column in columns for item in column]
    top = min((item.middle - item.size[1] / 2 for item in everything), default=0.0)
    for item in everything:
        item.middle -= top
    return max((item.middle + item.size[1] / 2 for item in everything), default=0.0)


def _widen(columns: _Columns) -> float:
    """Set the left and right of each column, as wide as its widest item. Returns the width of all."""
    left = 0.0
    for column in columns:
        right = left + max(item.size[0] for item in column)
        for item in column:
            item.left, item.right = left, right
        left = right + GAP
    return max(left - GAP, 0.0)


def _route(chain: list[_Item], backwards: bool) -> Route:
    first, *passing, last = chain
    start = first.box.x + first.box.width, first.right, first.middle
    end = last.left, last.box.x, last.middle
    runs = (start, *((item.left, item.right, item.middle) for item in passing), end)
    return Route(runs, backwards, next((item.box for item in passing if item.size[0]), None))
