"""Methods of authorization type AWS_IAM.

https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localdev.emulator import Emulator
from tests.localdev.functions.signed import FORMS

pytestmark = pytest.mark.feature(
    "API Gateway", "AWS_IAM authorization: signatures are verified, the event names the signer"
)

IAM = {"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}
SCHEME = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
INVALID = "InvalidSignatureException"


@pytest.fixture(scope="module")
def api(new_api: Callable[..., Any], mock: Any, proxy: Any) -> Any:
    paths = {
        "/": {"get": mock(**IAM), "post": mock(security=[{"iam": []}])},
        "/who/{name}": {"x-amazon-apigateway-any-method": proxy(**IAM)},
        "/open": {"get": mock()},
    }
    return new_api(paths, {"iam": SCHEME})


def test_who_does_not_sign_is_refused(api: Any) -> None:
    want = 403, {"message": "Missing Authentication Token"}, "MissingAuthenticationTokenException"
    assert api.call("/").error == api.call("/", "POST").error == api.call("/who/ann", "PUT").error == want
    assert api.call("/open").status == 200


def test_what_is_no_signature_is_refused(api: Any) -> None:
    status, answer, kind = api.call("/", Authorization="Bearer token").error
    assert (status, kind) == (403, "IncompleteSignatureException")
    assert answer["message"].startswith("Invalid key=value pair (missing equal-sign) in Authorization header")
    credential = "Credential=test/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0"
    old = api.call("/", Authorization=f"AWS4-HMAC-SHA256 {credential}", X_Amz_Date="20260101T000000Z")
    assert (old.status, old.headers["x-amzn-ErrorType"]) == (403, INVALID)
    assert old.json["message"].startswith("Signature expired: 20260101T000000Z is now earlier than ")
    assert api.call("/?X-Amz-Signature=0").error[2] == "IncompleteSignatureException"


def test_a_signature_of_somebody_else_is_refused(api: Any) -> None:
    status, answer, kind = api.sign("/", secret_key="other").error
    assert (status, kind) == (403, INVALID)
    assert answer["message"].startswith(
        "The request signature we calculated does not match the signature you provided."
    )
    assert f"'GET\n{urlsplit(api.url).path}/\n\nhost:" in answer["message"]
    status, answer, kind = api.sign("/", access_key="LKIAQAAAAAAAGMKEM7X5").error
    assert (status, kind) == (403, "UnrecognizedClientException")
    assert answer == {"message": "The security token included in the request is invalid."}
    assert api.sign("/", scope="eu-west-1/execute-api").json["message"].startswith("Credential should be scoped to a")
    assert api.sign("/", scope="us-east-1/apigateway").json["message"].startswith("Credential should be scoped to co")


def test_a_signature_is_good_for_the_whole_request(api: Any) -> None:
    assert api.sign("/").json == api.sign("/", "POST", "body").json == {"ok": True}
    event = api.sign("/who/a%20b?word=one%2Ftwo&c=%C3%BC", "PUT", "some=form").json
    assert (event["body"], event["queryStringParameters"]) == ("some=form", {"word": "one/two", "c": "ü"})
    request = AWSRequest("GET", f"{api.url}/who/ann?word=one")
    SigV4QueryAuth(Credentials("test", "test"), "execute-api", "us-east-1").add_auth(request)
    target = request.url.removeprefix(api.url)
    assert api.call(target).status == 200
    assert api.call(target.replace("word=one", "word=two")).error[2] == INVALID
    assert api.call(target.replace("ann", "bob")).error[2] == INVALID
    assert api.call(target, "DELETE").error[2] == INVALID


@pytest.mark.parametrize(("kind", "body"), FORMS)
def test_a_form_is_signed_as_it_came(api: Any, kind: str, body: str) -> None:
    """Not as it could be written, too."""
    answer = api.sign("/who/ann", "POST", body, kind=kind)
    assert (answer.status, answer.json["body"]) == (200, body)


def test_by_its_host_name_too(api: Any, emulator: Emulator, ask: Callable[..., Any]) -> None:
    host = f"{api.id}.execute-api.localhost.localstack.cloud:{emulator.port}"
    request = AWSRequest("GET", f"http://{host}/prod/", {"Host": host})
    SigV4Auth(Credentials("test", "test"), "execute-api", "us-east-1").add_auth(request)
    assert json.loads(ask("/prod/", **dict(request.headers)).body) == {"ok": True}
    assert ask("/prod/open", **dict(request.headers)).status == 200
    assert ask("/prod/", "POST", **dict(request.headers)).status == 403


def test_the_event_says_who_signed(api: Any, client: Callable[..., Any]) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html"""

    def identity(**keys: str) -> Any:
        found = api.sign("/who/ann", **keys).json["requestContext"]["identity"]
        return [found[name] for name in ("accessKey", "accountId", "caller", "user", "userArn")]

    account = "000000000000"
    assert identity() == ["test", account, account, account, f"arn:aws:iam::{account}:root"]
    user = client("iam").create_user(UserName="signer")["User"]
    key = client("iam").create_access_key(UserName="signer")["AccessKey"]
    keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
    assert identity(**keys) == [key["AccessKeyId"], account, user["UserId"], user["UserId"], user["Arn"]]
    trust = {"Version": "2012-10-17", "Statement": []}
    role = client("iam").create_role(RoleName="signers", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    session = client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="ann")
    key, id = session["Credentials"], f"{role['RoleId']}:ann"
    keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"], "token": key["SessionToken"]}
    assert identity(**keys) == [key["AccessKeyId"], account, id, id, session["AssumedRoleUser"]["Arn"]]
    del keys["token"]
    assert api.sign("/who/ann", **keys).error[2] == "UnrecognizedClientException"


def test_users_have_sessions(api: Any, client: Callable[..., Any], emulator: Emulator) -> None:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html, and ..._GetFederationToken.html"""
    iam = client("iam")
    user = iam.create_user(UserName="with-session")["User"]
    own = iam.create_access_key(UserName="with-session")["AccessKey"]
    keys = {"access_key": own["AccessKeyId"], "secret_key": own["SecretAccessKey"]}
    sts = boto3.client(
        "sts",
        "us-east-1",
        endpoint_url=emulator.endpoint_url,
        aws_access_key_id=own["AccessKeyId"],
        aws_secret_access_key=own["SecretAccessKey"],
    )
    federated, account = sts.get_federation_token(Name="fed"), "000000000000"
    for found, arn in (
        (sts.get_session_token(), user["Arn"]),
        (federated, federated["FederatedUser"]["Arn"]),
        (client("sts").get_session_token(), f"arn:aws:iam::{account}:root"),
    ):
        given = found["Credentials"]
        session = {"access_key": given["AccessKeyId"], "secret_key": given["SecretAccessKey"]}
        event = api.sign("/who/ann", **session, token=given["SessionToken"]).json
        identity = event["requestContext"]["identity"]
        want = [given["AccessKeyId"], account, arn]
        assert [identity[name] for name in ("accessKey", "accountId", "userArn")] == want
        for wrong in ({}, {"token": "nonsense"}):
            assert api.sign("/who/ann", **session, **wrong).error[2] == "UnrecognizedClientException"
    assert api.sign("/who/ann", **keys).status == 200
    assert api.sign("/who/ann", **keys, token="any").error[2] == "UnrecognizedClientException"
    sts.close()


def test_another_account_may_only_what_the_api_s_policy_says(api: Any, new_api: Callable[..., Any], mock: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html, Table B"""
    other = {"access_key": "111122223333"}
    status, answer, kind = api.sign("/", **other).error
    where = f"arn:aws:execute-api:us-east-1:********0000:{api.id}/prod/GET/"
    says = f"User: arn:aws:iam::111122223333:root is not authorized to perform: execute-api:Invoke on resource: {where}"
    assert (status, answer, kind) == (403, {"Message": says}, "AccessDeniedException")
    allow = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "*", "Resource": "execute-api:/*/GET/*"}
    policy = {"Version": "2012-10-17", "Statement": allow}
    letting = new_api({"/": {"get": mock(**IAM)}, "/other": {"get": mock(**IAM)}}, policy=json.dumps(policy))
    assert letting.sign("/", **other).status == letting.sign("/other").status == 200
    assert letting.sign("/", access_key="444455556666").status == 403


@pytest.mark.parametrize("prefix", ["ignore", "prepend", "split"])
def test_an_imported_method_keeps_its_authorization(
    new_api: Callable[..., Any], mock: Any, client: Callable[..., Any], prefix: str
) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html"""
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="imported")["id"]
    open_ = mock(security=[])
    paths = {"/one": {"get": mock(), "parameters": []}, "/two": {"get": mock()}, "/one/more/": {"get": open_}}
    document = {"swagger": "2.0", "info": {"title": "imported", "version": "1"}, "paths": paths}
    document |= {"basePath": "/some/base", "securityDefinitions": {"iam": SCHEME}, "security": [{"iam": []}]}
    gateway.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(document), parameters={"basepath": prefix})
    found = {
        resource["path"]: resource["resourceMethods"]["GET"].get("authorizationType")
        for resource in gateway.get_resources(restApiId=api, embed=["methods"])["items"]
        if "resourceMethods" in resource
    }
    base = {"ignore": "", "prepend": "/some/base", "split": "/base"}[prefix]
    assert found == {f"{base}/one": "AWS_IAM", f"{base}/two": "AWS_IAM", f"{base}/one/more": "NONE"}
    gateway.delete_rest_api(restApiId=api)
