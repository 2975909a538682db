from __future__ import annotations

import pytest

from deployer import paths


@pytest.mark.parametrize(
    "routes",
    [
        ["GET /", "POST /", "ANY /{rest+}"],
        ["GET /x/{id}", "DELETE /x/{id}", "GET /x/{id}/y", "GET /x/{id}/y/{name}", "GET /x/mine"],
        ["GET /x/{id}", "GET /y/{name}", "GET /x/y/{name+}", "GET /{first}"],
    ],
)
def test_what_api_gateway_takes(routes: list[str]) -> None:
    assert list(paths.faults(routes)) == []


@pytest.mark.parametrize(
    ("routes", "refused"),
    [
        (["GET /{a}", "POST /{b}"], "POST /{b}"),
        (["GET /{a}/x", "GET /{a}/{b}", "GET /{a}/{c}/d"], "GET /{a}/{c}/d"),
        (["GET /x/{a}", "GET /x/{a+}"], "GET /x/{a+}"),
        (["GET /{a+}/x"], "GET /{a+}/x"),
        (["GET /{a+}/{b+}"], "GET /{a+}/{b+}"),
        (["GET /{a}/x/{a}"], "GET /{a}/x/{a}"),
        (["GET /{a}/x/{a+}"], "GET /{a}/x/{a+}"),
    ],
)
def test_what_it_does_not_take(routes: list[str], refused: str) -> None:
    assert [route for route, _, _ in paths.faults(routes)] == [refused]
