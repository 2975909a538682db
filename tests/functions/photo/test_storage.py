"""The URL says what S3 has to check, and S3's answers are read as its documentation means them."""

from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

KEY = "uploads/cat.jpg"


def sign(storage, key=KEY):
    """The address that is signed, and its query."""
    url = urlsplit(storage.sign_upload(key, "image/jpeg", 12345)["url"])
    return f"{url.scheme}://{url.netloc}{url.path}", {name: value for name, (value,) in parse_qs(url.query).items()}


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({"region": "us-east-1"}, "https://photos.s3.us-east-1.amazonaws.com/uploads/cat.jpg"),
        ({"region": "eu-west-1"}, "https://photos.s3.eu-west-1.amazonaws.com/uploads/cat.jpg"),
        ({"region": "us-gov-west-1"}, "https://photos.s3.us-gov-west-1.amazonaws.com/uploads/cat.jpg"),
        ({"region": "cn-north-1"}, "https://photos.s3.cn-north-1.amazonaws.com.cn/uploads/cat.jpg"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "http://127.0.0.1:4566/photos/uploads/cat.jpg"),
        ({"AWS_ENDPOINT_URL": "http://localhost:4566"}, "http://localhost:4566/photos/uploads/cat.jpg"),
        ({"AWS_ENDPOINT_URL_S3": "http://localhost:9000"}, "http://localhost:9000/photos/uploads/cat.jpg"),
    ],
)
def test_the_address_is_the_regions_own_and_by_path_on_emulators(start, environment, address):
    storage = start("storage", **environment)
    have, query = sign(storage)
    assert have == address
    assert query["X-Amz-Credential"].split("/")[2:] == [environment.get("region", "eu-west-1"), "s3", "aws4_request"]


def test_type_length_and_condition_are_signed_for_five_minutes(start):
    storage = start("storage")
    _, query = sign(storage)
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["X-Amz-SignedHeaders"] == "content-length;content-type;host;if-none-match"
    assert query["X-Amz-Expires"] == "300"
    assert query["X-Amz-Security-Token"] == "secret-session-token"


def test_the_client_is_told_what_to_send(start):
    upload = start("storage").sign_upload(KEY, "image/png", 12345)
    assert upload.pop("url")
    assert upload == {
        "method": "PUT",
        "headers": {"Content-Type": "image/png", "If-None-Match": "*"},
        "expires_in": 300,
    }


@pytest.mark.parametrize(("status", "there"), [(200, True), (404, False), (403, False)])
def test_a_photo_is_there_or_not(start, s3, status, there):
    s3.statuses = [status]
    assert start("storage", AWS_ENDPOINT_URL=s3.url).exists(KEY) is there
    assert s3.asked == [("HEAD", "/photos/uploads/cat.jpg")]


@pytest.mark.parametrize("status", [400, 500, 503])
@pytest.mark.usefixtures("slept")
def test_what_says_neither_is_an_error(start, s3, status):
    s3.statuses = [status]
    with pytest.raises(ClientError, match=str(status)):
        start("storage", AWS_ENDPOINT_URL=s3.url).exists(KEY)


@pytest.mark.usefixtures("slept")
def test_a_stumble_of_s3_is_tried_again(start, s3):
    s3.statuses = [503, 200]
    assert start("storage", AWS_ENDPOINT_URL=s3.url).exists(KEY)


def test_a_silent_s3_is_given_up_within_the_functions_timeout(start):
    config = start("storage").s3.meta.config
    tries = config.retries["total_max_attempts"]
    pauses = tries - 1  # of a second at most, as long as there is one
    assert tries == 2
    assert tries * (config.connect_timeout + config.read_timeout) + pauses < 10
