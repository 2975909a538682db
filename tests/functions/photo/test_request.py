"""What callers may ask for, and what they are told otherwise."""

import pytest

JPEG = {"type": "image/jpeg", "size": "12345"}
SIZE = r"^'size' must be a whole number of bytes from 1 to 20971520 \(20 MiB\)$"
NAME = r"^'name' must be 1 to 100 letters, digits, '\.', '_' or '-', begin with a letter or digit and hold no '\.\.'$"


@pytest.fixture(scope="module")
def request_(load):
    return load("photo", "request")


def event(query):
    """As API Gateway sends it: without a query there is null."""
    return {
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
    }


@pytest.mark.parametrize("size", ["1", "12345", "20971520"])
@pytest.mark.parametrize("type_", ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"])
def test_photos_of_each_type_up_to_20_mib(request_, type_, size):
    photo = request_.parse(event({"type": type_, "size": size}))
    assert photo == request_.Photo(type_, int(size), None)


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("image/jpeg", "cat.jpg"),
        ("image/jpeg", "cat.jpeg"),
        ("image/jpeg", "IMG_0042.JPG"),
        ("image/png", "0-a_b.c.png"),
        ("image/webp", "cat.png.webp"),
        ("image/gif", "g.gif"),
        ("image/avif", "x" * 95 + ".avif"),
    ],
)
def test_names_that_may_be_asked_for(request_, type_, name):
    assert request_.parse(event({"type": type_, "size": "1", "name": name})).name == name


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({}, r"^The parameter 'type' is missing, as in \?type=image/jpeg&size=12345$"),
        ({"size": "1"}, "'type' is missing"),
        ({"type": "image/jpeg"}, "'size' is missing"),
        (JPEG | {"nam": "cat.jpg"}, r"^There is no parameter 'nam': did you mean 'name'\?$"),
        ({"tpye": "image/jpeg", "size": "1"}, r"'tpye': did you mean 'type'\?$"),
        ({"type": "image/jpeg", "Size": "1"}, r"'Size': did you mean 'size'\?$"),
        (JPEG | {"folder": "x"}, "^There is no parameter 'folder': there are 'type', 'size' and 'name'$"),
        (JPEG | {"": "x"}, "^There is no parameter '': there are"),
        (
            JPEG | {"type": ""},
            "^'type' is '', but must be one of image/jpeg, image/png, image/webp, image/gif, image/a",
        ),
        (JPEG | {"type": "image/svg+xml"}, r"^'type' is 'image/svg\+xml', but must be one of"),
        (JPEG | {"type": "image/jpg"}, "^'type' is 'image/jpg'"),
        (JPEG | {"type": "IMAGE/JPEG"}, "^'type' is"),
        (JPEG | {"type": "image/jpeg\r\nx-amz-acl: public-read"}, "^'type' is"),
        (JPEG | {"size": ""}, SIZE),
        (JPEG | {"size": "0"}, SIZE),
        (JPEG | {"size": "20971521"}, SIZE),
        (JPEG | {"size": "9" * 5000}, SIZE),
        (JPEG | {"size": "-1"}, SIZE),
        (JPEG | {"size": "1.5"}, SIZE),
        (JPEG | {"size": "1e3"}, SIZE),
        (JPEG | {"size": " 1"}, SIZE),
        (JPEG | {"size": "1\n"}, SIZE),
        (JPEG | {"size": "1_000"}, SIZE),
        (JPEG | {"size": "٣"}, SIZE),
        (JPEG | {"name": ""}, NAME),
        (JPEG | {"name": "../cat.jpg"}, NAME),
        (JPEG | {"name": "a..jpg"}, NAME),
        (JPEG | {"name": "a/cat.jpg"}, NAME),
        (JPEG | {"name": "a\\cat.jpg"}, NAME),
        (JPEG | {"name": ".jpg"}, NAME),
        (JPEG | {"name": "-cat.jpg"}, NAME),
        (JPEG | {"name": "my cat.jpg"}, NAME),
        (JPEG | {"name": "kätzchen.jpg"}, NAME),
        (JPEG | {"name": "cat.jpg\n"}, NAME),
        (JPEG | {"name": "cat\x00.jpg"}, NAME),
        (JPEG | {"name": "x" * 97 + ".jpg"}, NAME),
        (JPEG | {"name": "cat"}, "^'name' must end with .jpg or .jpeg, as its type says$"),
        (JPEG | {"name": "cat.png"}, "^'name' must end with .jpg or .jpeg"),
        (JPEG | {"name": "catjpg"}, "^'name' must end with .jpg or .jpeg"),
        (JPEG | {"name": "cat.jpg.html"}, "^'name' must end with .jpg or .jpeg"),
        ({"type": "image/png", "size": "1", "name": "cat.jpg"}, "^'name' must end with .png, as its type says$"),
    ],
)
def test_what_is_wrong_is_named(request_, query, error):
    with pytest.raises(request_.BadRequestError, match=error):
        request_.parse(event(query))


@pytest.mark.parametrize("name", ["type", "size", "name"])
def test_a_parameter_given_twice_is_refused(request_, name):
    """API Gateway shows the last one where there is room for one."""
    query = JPEG | {"name": "cat.jpg"}
    twice = event(query)
    twice["multiValueQueryStringParameters"][name] = [query[name], query[name]]
    with pytest.raises(request_.BadRequestError, match=f"^The parameter '{name}' is given 2 times, once is allowed$"):
        request_.parse(twice)


def test_an_event_by_hand_may_do_without_the_second_form_of_the_query(request_):
    assert request_.parse({"queryStringParameters": JPEG}) == request_.Photo("image/jpeg", 12345, None)
