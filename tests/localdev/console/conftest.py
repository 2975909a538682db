"""An account of its own with something of every service, and a browser that notices all that goes wrong."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from localdev.emulator import Emulator

ACCOUNT = "420042004200"
REGION = "us-east-1"
SECRET = "hunter2-never-shown"
HACK = "<img src=x onerror=window.hacked=1>"
HACKING_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>document.title="hacked"</script></svg>'
)
DEEP = "[" * 5_000 + "]" * 5_000
UMLAUTS = b"_" + "ä".encode() * 40_000  # two bytes each, and the preview ends in the middle of one
PARTLY_BROKEN = f"""
def handler(event, context):
    print("the event was {HACK}")
    if event.get("fail"):
        raise KeyError("{HACK}")
    return event
"""


@dataclass(frozen=True)
class World:
    """What `world` made. ``names``: by service, as the console's lists have them."""

    url: str
    client: Callable[[str], Any]
    names: dict[str, str] = field(default_factory=dict)

    def address(self, view: str = "overview", **more: str) -> str:
        """Where the console shows something."""
        return f"{self.url}/_localdev/#{urlencode({'account': ACCOUNT, 'region': REGION, 'view': view, **more})}"

    def question(self, question: str, **more: str) -> str:
        return f"{self.url}/_localdev/{question}?{urlencode({'account': ACCOUNT, 'region': REGION, **more})}"


def zipped(source: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("app.py", source)
    return archive.getvalue()


def picture() -> bytes:
    image = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(image, "PNG")
    return image.getvalue()


@pytest.fixture(scope="session")
def world(emulator: Emulator) -> Iterator[World]:
    session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="test", region_name=REGION)
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = session.client(service, endpoint_url=emulator.endpoint_url)  # type: ignore[call-overload]
        return clients[service]

    made = World(emulator.endpoint_url, client)
    _store(made)
    _run(made)
    _connect(made)
    _guard(made)
    yield made
    for each in clients.values():
        each.close()


def _store(world: World) -> None:
    s3 = world.client("s3")
    world.names["s3"] = "console-photos"
    s3.create_bucket(Bucket="console-photos")
    s3.put_bucket_tagging(Bucket="console-photos", Tagging={"TagSet": [{"Key": "app", "Value": "shop"}]})
    s3.put_bucket_website(Bucket="console-photos", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    contents: dict[str, tuple[bytes, str]] = {
        "folder/inner/red.png": (picture(), "image/png"),
        "order.json": (b'{"total":[1,2]}', "application/json"),
        "page.html": (b"<script>window.hacked=1</script><h1>A page</h1>", "text/html"),
        "drawing.svg": (HACKING_SVG.encode(), "image/svg+xml"),
        "archive.bin": (bytes(range(256)), "application/octet-stream"),
        "disguised.png": (b"<script>window.hacked=1</script>", "image/png"),
        f"{HACK}.txt": (HACK.encode(), "text/plain"),
        "deep.json": (DEEP.encode(), "application/json"),
        "umlaut.txt": (UMLAUTS, "text/plain"),
    }
    for key, (body, kind) in contents.items():
        s3.put_object(Bucket="console-photos", Key=key, Body=body, ContentType=kind, Metadata={"note": "kept"})
    for number in range(103):
        s3.put_object(Bucket="console-photos", Key=f"many/{number:03}", Body=b"")
    dynamodb = world.client("dynamodb")
    world.names["dynamodb"] = "console-orders"
    dynamodb.create_table(
        TableName="console-orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "app", "Value": "shop"}],
    )
    item = {
        "id": {"S": "o-1"},
        "lines": {"L": [{"M": {"sku": {"S": HACK}, "count": {"N": "2"}}}]},
        "paid": {"BOOL": True},
    }
    dynamodb.put_item(TableName="console-orders", Item=item)


def _run(world: World) -> None:
    iam = world.client("iam")
    world.names["iam"] = "console-role"
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]}
    role = iam.create_role(RoleName="console-role", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    grants = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    iam.put_role_policy(RoleName="console-role", PolicyName="grants", PolicyDocument=json.dumps(grants))
    lambda_ = world.client("lambda")
    world.names["lambda"] = "console-function"
    function = lambda_.create_function(
        FunctionName="console-function",
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Description=HACK,
        Code={"ZipFile": zipped(PARTLY_BROKEN)},
        Environment={"Variables": {"TOKEN": SECRET}},
        Tags={"app": "shop", "name": "console-function"},
    )["FunctionArn"]
    apigateway = world.client("apigateway")
    api = apigateway.create_rest_api(name="console-api", tags={"app": "shop"})["id"]
    world.names["apigateway"] = api
    (root,) = apigateway.get_resources(restApiId=api)["items"]
    where = {"restApiId": api, "resourceId": root["id"], "httpMethod": "POST"}
    apigateway.put_method(**where, authorizationType="NONE", apiKeyRequired=True)
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    apigateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    apigateway.create_deployment(restApiId=api, stageName="test")
    lambda_.get_waiter("function_active_v2").wait(
        FunctionName="console-function", WaiterConfig={"Delay": 0.02, "MaxAttempts": 3000}
    )


def _connect(world: World) -> None:
    queue = world.client("sqs").create_queue(QueueName="console-queue")["QueueUrl"]
    world.client("sqs").send_message(QueueUrl=queue, MessageBody="hello")
    world.names["sqs"] = "console-queue"
    topic = world.client("sns").create_topic(Name="console-topic")["TopicArn"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:console-queue"
    world.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    world.names["sns"] = "console-topic"
    events = world.client("events")
    events.put_rule(Name="console-rule", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="console-rule", Targets=[{"Id": "queue", "Arn": arn}])
    world.names["events"] = "default/console-rule"
    logs = world.client("logs")
    logs.create_log_group(logGroupName="console-group")
    logs.create_log_stream(logGroupName="console-group", logStreamName="stream")
    logs.put_log_events(
        logGroupName="console-group",
        logStreamName="stream",
        logEvents=[{"timestamp": int(time.time() * 1000), "message": f"{HACK} said so"}],
    )
    world.names["logs"] = "console-group"
    origin = {
        "Id": "o",
        "DomainName": "console-photos.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behaviour = {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "MinTTL": 0}
    distribution = world.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "console",
            "Comment": "the shop",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                **behaviour,
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            },
        }
    )
    world.names["cloudfront"] = distribution["Distribution"]["Id"]


def _guard(world: World) -> None:
    kms = world.client("kms")
    world.names["kms"] = kms.create_key(Description="for orders")["KeyMetadata"]["KeyId"]
    world.client("secretsmanager").create_secret(Name="console-secret", SecretString=SECRET)
    world.names["secretsmanager"] = "console-secret"
    ssm = world.client("ssm")
    ssm.put_parameter(Name="/console/plain", Value="to be seen", Type="String")
    ssm.put_parameter(Name="/console/secure", Value=SECRET, Type="SecureString")
    world.names["ssm"] = "/console/secure"
    cognito = world.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="console-pool")["UserPool"]["Id"]
    cognito.create_user_pool_client(UserPoolId=pool, ClientName="web", GenerateSecret=True)
    cognito.admin_create_user(
        UserPoolId=pool, Username="ada", TemporaryPassword=f"{SECRET}-A1", MessageAction="SUPPRESS"
    )
    world.names["cognito-idp"] = pool


@pytest.fixture
def complaints() -> list[str]:
    """What the browser says that is wrong, dialogs, and requests that leave this machine."""
    return []


@pytest.fixture
def page(chromium: Any, complaints: list[str]) -> Iterator[Page]:
    """A page in which every complaint is a failure."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
    page.on("request", lambda sent: None if sent.url.startswith("http://127.0.0.1:") else complaints.append(sent.url))
    page.set_default_timeout(60_000)  # the first view has the emulator import a client of each service
    expect.set_options(timeout=60_000)
    yield page
    expect.set_options(timeout=5_000)
    page.unroute_all(behavior="ignoreErrors")
    context.close()
    assert not complaints


@pytest.fixture
def findings(page: Page) -> Callable[[], list[str]]:
    """What axe finds on the page as it is now."""

    def findings() -> list[str]:
        found = Axe().run(page).response["violations"]
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]

    return findings
