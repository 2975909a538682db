"""What imports of OpenAPI documents refuse.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-errors-warnings.html: nothing of
such a document counts, and the API stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.feature("API Gateway", "imports refuse paths whose variables get in each other's way")

SIBLING = "A sibling ({}) of this resource already has a variable path part -- only one is allowed"
GREEDY = "Cannot create a child of a resource with a greedy path variable: {rest+}"


@pytest.fixture(scope="module")
def api(new_api: Callable[..., Any], mock: Any) -> Any:
    return new_api({"/x/{id}": {"get": mock()}})


@pytest.fixture
def put(api: Any, mock: Any) -> Callable[..., list[str]]:
    """Overwrites the API with these paths; returns those that there are then."""

    def put(*paths: str) -> list[str]:
        document = {"openapi": "3.0.1", "info": {"title": "x"}, "paths": {path: {"get": mock()} for path in paths}}
        api.client.put_rest_api(restApiId=api.id, mode="overwrite", body=json.dumps(document))
        return there(api)

    return put


def there(api: Any) -> list[str]:
    resources = api.client.get_resources(restApiId=api.id, limit=500)["items"]
    return sorted(each["path"] for each in resources if each.get("resourceMethods"))


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        (["/x/{id}", "/x/{name}"], SIBLING.format("{id}")),
        (["/x/{id}/a", "/x/{name}/b"], SIBLING.format("{id}")),
        (["/{id}", "/{id+}"], SIBLING.format("{id}")),
        (["/x/{rest+}/y"], GREEDY),
    ],
)
def test_refused(api: Any, put: Callable[..., list[str]], paths: list[str], reason: str) -> None:
    """In the words of CreateResource."""
    before = there(api)
    with pytest.raises(ClientError) as refused:
        put("/new", *paths)
    error = refused.value.response["Error"]
    says = f"Errors found during import:\n\tUnable to create resource at path '{paths[-1]}': {reason}"
    assert (error["Code"], error["Message"]) == ("BadRequestException", says)
    assert there(api) == before


def test_not_refused(put: Callable[..., list[str]]) -> None:
    paths = ["/x/{id}", "/x/{id}/y", "/x/{id}/{rest+}", "/x/mine", "/{all+}"]
    assert put(*paths) == sorted(paths)
