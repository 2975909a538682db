"""Presigned URLs: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from localdev.emulator import Emulator

ONCE = {"ContentType": "text/plain", "ContentLength": 7, "IfNoneMatch": "*"}


@pytest.fixture(scope="module")
def s3(emulator: Emulator) -> Any:
    """Signs as AWS has it since 2014. The client's default for a URL is an older way."""
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    config = Config(signature_version="s3v4")
    client = boto3.client("s3", endpoint_url=emulator.endpoint_url, config=config, **credentials)  # type: ignore[call-overload]
    yield client
    client.close()


@pytest.fixture(scope="module")
def name(s3: Any, bucket: Callable[..., str]) -> str:
    name = bucket()
    s3.put_object(Bucket=name, Key="key", Body=b"content")
    return name


def assert_refused(answer: Any, status: int, code: str) -> None:
    assert f"<Code>{code}</Code>" in answer.text
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/xml")


@pytest.mark.feature("S3", "presigned URLs to read, and what forges them")
class TestReading:
    def test_it_opens_one_object_with_one_method(self, s3: Any, name: str, send: Callable[..., Any]) -> None:
        url = s3.generate_presigned_url("get_object", {"Bucket": name, "Key": "key"})
        assert send("GET", url).text == "content"
        assert send("HEAD", url).status == 403
        assert_refused(send("PUT", url, b"mine"), 403, "SignatureDoesNotMatch")
        assert_refused(send("DELETE", url), 403, "SignatureDoesNotMatch")
        assert_refused(send("GET", url.replace("/key?", "/other?")), 403, "SignatureDoesNotMatch")

    @pytest.mark.parametrize("version", ["s3", "s3v4"])
    @pytest.mark.parametrize("whose", ["a role's", "the account's"])
    def test_a_session_signs_one(
        self,
        emulator: Emulator,
        client: Callable[..., Any],
        name: str,
        send: Callable[..., Any],
        version: str,
        whose: str,
    ) -> None:
        """Also in the older way, which is boto3's default.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
        """
        role = {"RoleArn": "arn:aws:iam::000000000000:role/signer", "RoleSessionName": "signer"}
        sts = client("sts")
        asked = sts.assume_role(**role) if whose == "a role's" else sts.get_session_token()
        keys = asked["Credentials"]
        signer = boto3.client(
            "s3",
            "us-east-1",
            endpoint_url=emulator.endpoint_url,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            config=Config(signature_version=version),
        )
        url = signer.generate_presigned_url("get_object", {"Bucket": name, "Key": "key"})
        signer.close()
        assert send("GET", url).text == "content"
        assert_refused(send("GET", url.replace("/key?", "/other?")), 403, "SignatureDoesNotMatch")

    @pytest.mark.parametrize("version", ["s3", "s3v4"])
    def test_it_ends_with_its_signers_key(
        self, emulator: Emulator, client: Callable[..., Any], name: str, send: Callable[..., Any], version: str
    ) -> None:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
        iam, user = client("iam"), {"UserName": f"signer-{version}"}
        iam.create_user(**user)
        key = iam.create_access_key(**user)["AccessKey"]
        signer = boto3.client(
            "s3",
            "us-east-1",
            endpoint_url=emulator.endpoint_url,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            config=Config(signature_version=version),
        )
        url = signer.generate_presigned_url("get_object", {"Bucket": name, "Key": "key"})
        signer.close()
        assert send("GET", url).text == "content"
        iam.delete_access_key(**user, AccessKeyId=key["AccessKeyId"])
        assert_refused(send("GET", url), 403, "InvalidAccessKeyId")

    def test_it_is_the_one_way_to_say_who_one_is(self, s3: Any, name: str, send: Callable[..., Any]) -> None:
        url = s3.generate_presigned_url("get_object", {"Bucket": name, "Key": "key"})
        assert_refused(send("GET", url, Authorization="Bearer token"), 400, "InvalidArgument")
        refused = send("GET", url, X_Amz_Meta_Word="one")
        assert_refused(refused, 403, "AccessDenied")
        assert "<HeadersNotSigned>x-amz-meta-word</HeadersNotSigned>" in refused.text

    @pytest.mark.parametrize(
        ("said", "instead"),
        [
            ("X-Amz-Expires=60", "X-Amz-Expires=600"),
            ("X-Amz-Signature=", "X-Amz-Signature=0"),
            ("us-east-1", "eu-west-1"),
            ("X-Amz-Algorithm", "response-content-type=text%2Fhtml&X-Amz-Algorithm"),
        ],
    )
    def test_forged(self, s3: Any, name: str, send: Callable[..., Any], said: str, instead: str) -> None:
        url = s3.generate_presigned_url("get_object", {"Bucket": name, "Key": "key"}, ExpiresIn=60)
        assert said in url
        assert send("GET", url.replace(said, instead)).status in (400, 403)

    def test_expired(self, s3: Any, name: str, send: Callable[..., Any], until: Callable[..., Any]) -> None:
        url = s3.generate_presigned_url("get_object", {"Bucket": name, "Key": "key"}, ExpiresIn=1)
        until(lambda: send("GET", url).status == 403)
        refused = send("GET", url)
        assert_refused(refused, 403, "AccessDenied")
        assert "<Message>Request has expired</Message>" in refused.text
        assert "<Expires>" in refused.text

    @pytest.mark.parametrize(
        ("said", "instead"),
        [
            ("Expires=60", "Expires=604801"),
            ("Expires=60", "Expires=x"),
            ("Expires=60", "Expires=60" + 5000 * "0"),
            ("Date=2", "Date=x"),
        ],
    )
    def test_times_that_are_none(self, s3: Any, name: str, send: Callable[..., Any], said: str, instead: str) -> None:
        """A week at most."""
        url = s3.generate_presigned_url("get_object", {"Bucket": name, "Key": "key"}, ExpiresIn=60)
        assert_refused(send("GET", url.replace(said, instead)), 400, "AuthorizationQueryParametersError")

    @pytest.mark.parametrize(("minutes", "status"), [(10, 200), (20, 403)])
    def test_not_yet_valid(
        self, emulator: Emulator, name: str, send: Callable[..., Any], monkeypatch: Any, minutes: int, status: int
    ) -> None:
        """Clocks may be 15 minutes apart: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
        then = datetime.now(UTC) + timedelta(minutes=minutes)
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: then)
        request = AWSRequest("GET", f"{emulator.endpoint_url}/{name}/key")
        S3SigV4QueryAuth(Credentials("test", "test"), "s3", "us-east-1").add_auth(request)
        answer = send("GET", request.url)
        assert (answer.status, "<Message>Request is not yet valid</Message>" in answer.text) == (status, status == 403)

    def test_headers_of_the_answer_are_signed_with_it(self, s3: Any, name: str, send: Callable[..., Any]) -> None:
        arguments = {"Bucket": name, "Key": "key", "ResponseContentDisposition": "attachment"}
        answer = send("GET", s3.generate_presigned_url("get_object", arguments))
        assert answer.headers["Content-Disposition"] == "attachment"


@pytest.mark.feature("S3", "presigned URLs to write: type, length and If-None-Match are bound")
class TestWriting:
    def test_it_takes_what_was_signed_and_nothing_else(self, s3: Any, name: str, send: Callable[..., Any]) -> None:
        url = s3.generate_presigned_url("put_object", {"Bucket": name, "Key": "photo"} | ONCE)
        right = {"Content_Type": "text/plain", "If_None_Match": "*"}
        assert_refused(
            send("PUT", url, b"content", **(right | {"Content_Type": "text/html"})), 403, "SignatureDoesNotMatch"
        )
        assert_refused(send("PUT", url, b"longer than that", **right), 403, "SignatureDoesNotMatch")
        assert_refused(send("PUT", url, b"content", Content_Type="text/plain"), 403, "SignatureDoesNotMatch")
        assert "Contents" not in s3.list_objects_v2(Bucket=name, Prefix="photo")
        assert send("PUT", url, b"content", **right).status == 200
        assert s3.get_object(Bucket=name, Key="photo")["ContentType"] == "text/plain"
        assert_refused(send("PUT", url, b"another", **right), 412, "PreconditionFailed")
        assert s3.get_object(Bucket=name, Key="photo")["Body"].read() == b"content"

    def test_headers_may_be_in_the_query(self, s3: Any, name: str, send: Callable[..., Any]) -> None:
        def add(request: AWSRequest, **about: Any) -> None:
            request.url += "?x-amz-meta-word=one&x-amz-checksum-crc32=AAAAAA%3D%3D"

        s3.meta.events.register_first("before-sign.s3.PutObject", add)
        url = s3.generate_presigned_url("put_object", {"Bucket": name, "Key": "with-headers"})
        s3.meta.events.unregister("before-sign.s3.PutObject", add)
        assert send("PUT", url, b"content").status == 200
        assert s3.head_object(Bucket=name, Key="with-headers")["Metadata"] == {"word": "one"}
        assert send("PUT", url.replace("word=one", "word=two"), b"content").status == 403

    def test_a_form(self, s3: Any, name: str, send_form: Callable[..., Any]) -> None:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html"""
        limits = [["content-length-range", 1, 10]]
        form = s3.generate_presigned_post(name, "posted", Conditions=limits)["fields"]

        def post(content: str, **changes: str) -> Any:
            return send_form(name, form | changes | {"file": content})

        assert_refused(post("longer than ten"), 400, "EntityTooLarge")
        assert_refused(post("short", key="elsewhere"), 403, "AccessDenied")
        assert post("short").status == 204
        assert s3.get_object(Bucket=name, Key="posted")["Body"].read() == b"short"

    def test_a_forged_form(self, s3: Any, client: Callable[..., Any], name: str, send_form: Callable[..., Any]) -> None:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html, and the older way."""
        for signer, field in ((s3, "x-amz-signature"), (client("s3"), "signature")):
            form = signer.generate_presigned_post(name, "forged")["fields"] | {"file": "mine"}
            other = signer.generate_presigned_post(name, "other")["fields"]
            assert_refused(send_form(name, form | {field: "0" * 64}), 403, "SignatureDoesNotMatch")
            assert_refused(send_form(name, form | {"policy": other["policy"]}), 403, "SignatureDoesNotMatch")
            assert_refused(send_form(name, form | {"policy": ""}), 403, "AccessDenied")
            assert_refused(send_form(name, {"key": "forged", field: "x", "file": "mine"}), 403, "AccessDenied")
            del form[field]
            assert_refused(send_form(name, form), 400, "InvalidArgument")
        form = s3.generate_presigned_post(name, "forged")["fields"] | {"x-amz-credential": "test", "file": "mine"}
        assert_refused(send_form(name, form), 400, "InvalidArgument")
        assert "Contents" not in s3.list_objects_v2(Bucket=name, Prefix="forged")
