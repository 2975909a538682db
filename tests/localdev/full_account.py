"""An account with something of everything, whose parts reach each other."""

from __future__ import annotations

import io
import json
import os
import zipfile
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
from botocore.config import Config

from localdev.emulator import Emulator
from tests.localdev.conftest import DENSELY

REGION = "us-east-1"
BIG = b"x" * 600_000  # S3 keeps it in a file
SOURCE = """
import time
def handler(event, context):
    print(event)
    time.sleep(event.get("sleep", 0))
    return {"statusCode": 200, "body": "well"}
"""


class Account:
    """Its clients, and ``tag``, which is in names that all accounts share."""

    def __init__(self, number: str, url: str) -> None:
        self.number, self.url, self.tag = number, url, f"reset-{os.getpid()}-{number}"
        self._clients: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.url,
                aws_access_key_id=self.number,
                aws_secret_access_key="test",
                region_name=REGION,
                config=Config(retries={"max_attempts": 0}),
            )
        return self._clients[service]

    def close(self) -> None:
        for each in self._clients.values():
            each.close()

    def arn(self, service: str, name: str) -> str:
        return f"arn:aws:{service}:{REGION}:{self.number}:{name}"


def make(account: Account) -> str:
    """Something of each service; the URL of its API."""
    s3, bucket = account("s3"), account.tag
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "owner", "Value": "me"}]})
    s3.put_bucket_cors(
        Bucket=bucket, CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    )
    s3.put_object(Bucket=bucket, Key="big", Body=BIG, Tagging="colour=red")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="half")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="half", UploadId=upload, PartNumber=1, Body=BIG)
    account("sqs").create_queue(QueueName="jobs")
    account("sns").create_topic(Name="news")
    account("sns").subscribe(TopicArn=account.arn("sns", "news"), Protocol="sqs", Endpoint=account.arn("sqs", "jobs"))
    account("dynamodb").create_table(
        TableName="items",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
    account("iam").create_role(
        RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust | {"Version": "2012-10-17"})
    )
    key = account("kms").create_key()["KeyMetadata"]["KeyId"]
    account("kms").create_alias(AliasName="alias/master", TargetKeyId=key)
    account("secretsmanager").create_secret(Name="password", SecretString="x")
    account("ssm").put_parameter(Name="setting", Value="x", Type="String")
    account("cognito-idp").create_user_pool(PoolName="people")
    account("cloudwatch").put_metric_alarm(
        AlarmName="alarm",
        Namespace="mine",
        MetricName="calls",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Statistic="Sum",
    )
    account("cloudwatch").put_metric_data(Namespace="mine", MetricData=[{"MetricName": "calls", "Value": 1}])
    account("events").put_rule(Name="tick", ScheduleExpression="rate(1 minute)")
    account("events").put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": account.arn("sqs", "jobs")}])
    make_functions(account)
    return make_api(account)


def make_functions(account: Account) -> None:
    lambda_ = account("lambda")
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", SOURCE)
    lambda_.publish_layer_version(LayerName="layer", Content={"ZipFile": package.getvalue()})
    lambda_.create_function(
        FunctionName="work", Runtime="python3.12", Role=f"arn:aws:iam::{account.number}:role/worker",
        Handler="app.handler", Code={"ZipFile": package.getvalue()}, Publish=True, Timeout=90,
        Environment={"Variables": {"MARK": account.tag}},
    )  # fmt: skip
    lambda_.get_waiter("function_active_v2").wait(FunctionName="work", WaiterConfig=DENSELY)
    lambda_.create_alias(FunctionName="work", Name="live", FunctionVersion="1")
    lambda_.create_function_url_config(FunctionName="work", AuthType="NONE")
    lambda_.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=3)
    assert json.load(lambda_.invoke(FunctionName="work", Payload="{}")["Payload"])["body"] == "well"
    lambda_.create_event_source_mapping(FunctionName="work", EventSourceArn=account.arn("sqs", "jobs"))


def make_api(account: Account) -> str:
    gateway = account("apigateway")
    api = gateway.create_rest_api(name="api")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    function = account.arn("lambda", "function:work")
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    gateway.put_integration(
        restApiId=api, resourceId=root, httpMethod="GET", type="AWS_PROXY", integrationHttpMethod="POST", uri=uri
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    return f"{account.url}/_aws/execute-api/{api}/prod/"


def look(account: Account) -> dict[str, int]:
    """How much there is of everything that `make` makes. Metrics of queues are not, which come with each minute."""
    lambda_, logs, cloudwatch = account("lambda"), account("logs"), account("cloudwatch")
    found: dict[str, Any] = {
        "buckets": account("s3").list_buckets()["Buckets"],
        "queues": account("sqs").list_queues().get("QueueUrls", []),
        "topics": account("sns").list_topics()["Topics"],
        "subscriptions": account("sns").list_subscriptions()["Subscriptions"],
        "tables": account("dynamodb").list_tables()["TableNames"],
        "roles": account("iam").list_roles()["Roles"],
        "keys": account("kms").list_keys()["Keys"],
        "aliases": account("kms").list_aliases()["Aliases"],
        "secrets": account("secretsmanager").list_secrets()["SecretList"],
        "parameters": account("ssm").describe_parameters()["Parameters"],
        "user pools": account("cognito-idp").list_user_pools(MaxResults=9)["UserPools"],
        "alarms": cloudwatch.describe_alarms()["MetricAlarms"],
        "metrics": cloudwatch.list_metrics(Namespace="mine")["Metrics"],
        "metrics of functions": cloudwatch.list_metrics(Namespace="AWS/Lambda")["Metrics"],
        "rules": account("events").list_rules()["Rules"],
        "functions": lambda_.list_functions()["Functions"],
        "layers": lambda_.list_layers()["Layers"],
        "mappings": lambda_.list_event_source_mappings()["EventSourceMappings"],
        "log groups": logs.describe_log_groups()["logGroups"],
        "APIs": account("apigateway").get_rest_apis()["items"],
    }
    return {kind: len(those) for kind, those in found.items()}


def running(emulator: Emulator, account: Account) -> list[str]:
    """The states of its functions' processes."""
    functions = emulator.ask("/_localdev/status")["functions"]
    return [
        each["state"]
        for function in functions
        if function["account"] == account.number
        for each in function["environments"]
    ]


def invoked(emulator: Emulator, account: Account) -> list[str]:
    """What the account's functions logged."""
    invocations = emulator.ask(f"/_localdev/invocations?account={account.number}")["invocations"]
    return [line for each in invocations for line in each["log"]]


def body_of(url: str) -> str:
    try:
        with urlopen(url, timeout=60) as answer:
            body: bytes = answer.read()
    except HTTPError as error:
        return error.read().decode()
    return body.decode()


def works(emulator: Emulator, account: Account, url: str, until: Any) -> None:
    """Everything that `make` made is there, and the parts reach each other."""
    reach(emulator, account, url, until)
    until(lambda: min(look(account).values()) > 0)


def reach(emulator: Emulator, account: Account, url: str, until: Any) -> None:
    """From the API, and from the topic over queue and mapping, to the function."""
    assert body_of(url) == "well"
    assert account("s3").get_object(Bucket=account.tag, Key="big")["Body"].read() == BIG
    assert account("s3").get_object_tagging(Bucket=account.tag, Key="big")["TagSet"]
    account("sns").publish(TopicArn=account.arn("sns", "news"), Message="through topic, queue and mapping")
    until(lambda: any("through topic, queue and mapping" in line for line in invoked(emulator, account)))
