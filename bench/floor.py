"""The QR app with nothing but boto3, one call after the other: the least a deployment can cost.

``python bench/floor.py up|noop|down ZIP`` makes, looks at and deletes what ``deploy.py --stage bench qr`` does, under
the same names. It is no deployer: it cannot change anything, and repairs nothing. Where the calls go, and with
which keys, is up to boto3's own variables (AWS_ENDPOINT_URL, AWS_DEFAULT_REGION, ...).
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

REGION = "us-east-1"
NAME = "skiff-bench-qr-generator"
API = "skiff-bench-qr-api"
BUCKET = "skiff-bench-qr-images-09fb161d"
ROLE = "skiff-bench-qr-generator-09fb161d"
ROLE_PATH = "/skiff/bench/us-east-1/"
LOG_GROUP = f"/aws/lambda/{NAME}"
STATEMENT = "skiff-api"

PUBLIC_ACCESS = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": False,
    "RestrictPublicBuckets": False,
}
BUCKET_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "PublicRead",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        }
    ],
}
LIFECYCLE = [{"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 365}}]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
CONFIGURATION = {
    "Handler": "app.handler",
    "Runtime": "python3.12",
    "Architectures": ["x86_64"],
    "Description": "",
    "Timeout": 30,
    "MemorySize": 256,
    "Environment": {"Variables": {"BUCKET_NAME": BUCKET}},
    "LoggingConfig": {"LogFormat": "Text", "LogGroup": LOG_GROUP},
}
RETENTION = 14
DESCRIPTION = "QR Code Generator API"
GATEWAY_RESPONSES = ("DEFAULT_4XX", "DEFAULT_5XX")
ANY_ORIGIN = {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
PREFLIGHT = {
    "method.response.header.Access-Control-Allow-Origin": "'*'",
    "method.response.header.Access-Control-Allow-Methods": "'POST,OPTIONS'",
    "method.response.header.Access-Control-Allow-Headers": "'Content-Type,Authorization,X-Api-Key'",
}

s3 = boto3.client("s3")
iam = boto3.client("iam")
logs = boto3.client("logs")
lambda_ = boto3.client("lambda")
apigateway = boto3.client("apigateway")


def up(archive: bytes) -> None:
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"Tags": as_list(tags("bucket.images"))})
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=PUBLIC_ACCESS)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(BUCKET_POLICY))
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": LIFECYCLE})

    role = iam.create_role(
        RoleName=ROLE,
        Path=ROLE_PATH,
        AssumeRolePolicyDocument=json.dumps(TRUST),
        Tags=as_list(tags("role.generator")),
    )["Role"]["Arn"]
    account = role.split(":")[4]
    iam.put_role_policy(RoleName=ROLE, PolicyName="grants", PolicyDocument=json.dumps(role_policy(account)))

    logs.create_log_group(logGroupName=LOG_GROUP, tags=tags("log_group.generator"))
    logs.put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=RETENTION)

    lambda_.create_function(
        FunctionName=NAME, Role=role, Code={"ZipFile": archive}, Tags=tags("function.generator"), **CONFIGURATION
    )
    lambda_.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig={"Delay": 0.05, "MaxAttempts": 200})

    api = apigateway.create_rest_api(
        name=API, description=DESCRIPTION, endpointConfiguration={"types": ["REGIONAL"]}, tags=tags("rest_api.api")
    )["id"]
    apigateway.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(openapi(account)))
    for kind in GATEWAY_RESPONSES:
        apigateway.put_gateway_response(restApiId=api, responseType=kind, responseParameters=ANY_ORIGIN)
    apigateway.create_deployment(restApiId=api, stageName="prod", description=fingerprint(account))
    lambda_.add_permission(
        FunctionName=NAME,
        StatementId=STATEMENT,
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=source(account, api),
    )


def noop(archive: bytes) -> None:
    """Read every fact that ``up`` states, and compare."""
    s3.head_bucket(Bucket=BUCKET)
    same(tag_dict(s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]), tags("bucket.images"))
    same(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"], PUBLIC_ACCESS)
    same(json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]), BUCKET_POLICY)
    same(s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"], LIFECYCLE)

    role = iam.get_role(RoleName=ROLE)["Role"]
    account = role["Arn"].split(":")[4]
    same((role["Path"], role["AssumeRolePolicyDocument"]), (ROLE_PATH, TRUST))
    same(tag_dict(role["Tags"]), tags("role.generator"))
    same(iam.list_role_policies(RoleName=ROLE)["PolicyNames"], ["grants"])
    same(iam.get_role_policy(RoleName=ROLE, PolicyName="grants")["PolicyDocument"], role_policy(account))
    same(iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"], [])

    group = logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"][0]
    same((group["logGroupName"], group["retentionInDays"]), (LOG_GROUP, RETENTION))
    arn = group["arn"].removesuffix(":*")
    same(logs.list_tags_for_resource(resourceArn=arn)["tags"], tags("log_group.generator"))

    function = lambda_.get_function(FunctionName=NAME)
    same({key: function["Configuration"][key] for key in CONFIGURATION}, CONFIGURATION)
    same(function["Configuration"]["Role"], role["Arn"])
    same(function["Configuration"]["CodeSha256"], base64.b64encode(hashlib.sha256(archive).digest()).decode())
    same(function["Tags"], tags("function.generator"))

    (api,) = (api for api in apigateway.get_rest_apis(limit=500)["items"] if api["name"] == API)
    same((api["description"], api["tags"]), (DESCRIPTION, tags("rest_api.api")))
    resources = apigateway.get_resources(restApiId=api["id"], embed=["methods"], limit=500)["items"]
    ((path, methods),) = ((item["path"], item["resourceMethods"]) for item in resources if item.get("resourceMethods"))
    same((path, sorted(methods)), ("/generate", ["OPTIONS", "POST"]))
    proxy, mock = methods["POST"]["methodIntegration"], methods["OPTIONS"]["methodIntegration"]
    same({key: proxy[key] for key in integration(account)}, integration(account))
    same((mock["type"], mock["integrationResponses"]["204"]["responseParameters"]), ("MOCK", PREFLIGHT))
    responses = apigateway.get_gateway_responses(restApiId=api["id"], limit=500)["items"]
    ours = {item["responseType"]: item["responseParameters"] for item in responses if not item["defaultResponse"]}
    same(ours, dict.fromkeys(GATEWAY_RESPONSES, ANY_ORIGIN))
    (stage,) = apigateway.get_stages(restApiId=api["id"])["item"]
    (deployment,) = apigateway.get_deployments(restApiId=api["id"], limit=500)["items"]
    same((stage["stageName"], stage["deploymentId"]), ("prod", deployment["id"]))
    same(deployment["description"], fingerprint(account))

    (statement,) = json.loads(lambda_.get_policy(FunctionName=NAME)["Policy"])["Statement"]
    same((statement["Sid"], statement["Action"]), (STATEMENT, "lambda:InvokeFunction"))
    same(statement["Principal"], {"Service": "apigateway.amazonaws.com"})
    same(statement["Condition"], {"ArnLike": {"AWS:SourceArn": source(account, api["id"])}})


def down(_: bytes) -> None:
    for api in apigateway.get_rest_apis(limit=500)["items"]:
        if api["name"] == API:
            apigateway.delete_rest_api(restApiId=api["id"])
    lambda_.delete_function(FunctionName=NAME)  # its permission goes with it
    logs.delete_log_group(logGroupName=LOG_GROUP)
    iam.delete_role_policy(RoleName=ROLE, PolicyName="grants")
    iam.delete_role(RoleName=ROLE)
    while True:
        page = s3.list_object_versions(Bucket=BUCKET)
        found = page.get("Versions", []) + page.get("DeleteMarkers", [])
        if not found:
            break
        objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects, "Quiet": True})
    s3.delete_bucket(Bucket=BUCKET)


def tags(resource: str) -> dict[str, str]:
    return {"skiff:stack": f"skiff/bench/{REGION}", "skiff:id": f"qr.{resource}"}


def as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_dict(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def role_policy(account: str) -> dict:
    logging = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:{REGION}:{account}:log-group:{LOG_GROUP}:*",
    }
    writing = {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    return {"Version": "2012-10-17", "Statement": [logging, writing]}


def integration(account: str) -> dict[str, str]:
    function = f"arn:aws:lambda:{REGION}:{account}:function:{NAME}"
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    return {"type": "AWS_PROXY", "httpMethod": "POST", "uri": uri}


def source(account: str, api: str) -> str:
    return f"arn:aws:execute-api:{REGION}:{account}:{api}/prod/*"


def openapi(account: str) -> dict:
    headers = [name.rpartition(".")[2] for name in PREFLIGHT]
    post = {
        "parameters": [],
        "responses": {},
        "x-amazon-apigateway-integration": {**integration(account), "type": "aws_proxy"},
    }
    options = {
        "responses": {
            "204": {
                "description": "CORS preflight",
                "headers": {name: {"schema": {"type": "string"}} for name in headers},
            }
        },
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 204}'},
            "responses": {"default": {"statusCode": "204", "responseParameters": PREFLIGHT}},
        },
    }
    return {
        "openapi": "3.0.1",
        "info": {"title": API, "version": "1", "description": DESCRIPTION},
        "paths": {"/generate": {"post": post, "options": options}},
    }


def fingerprint(account: str) -> str:
    """What a deployment serves, as the deployer notes it in the deployment's description."""
    headers = {name.rpartition(".")[2]: value for name, value in PREFLIGHT.items()}
    methods = {"POST": integration(account), "OPTIONS": {"type": "MOCK", "headers": headers}}
    definition = {
        "Paths": {"/generate": methods},
        "GatewayResponses": dict.fromkeys(GATEWAY_RESPONSES, ANY_ORIGIN),
    }
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()[:16]


def same(have: object, want: object) -> None:
    if have != want:
        sys.exit(f"not as wanted: {have} instead of {want}")


def main() -> None:
    command, archive = sys.argv[1], Path(sys.argv[2]).read_bytes()
    sent = 0

    def count(**_: object) -> None:
        nonlocal sent
        sent += 1

    for client in (s3, iam, logs, lambda_, apigateway):
        client.meta.events.register("before-send", count)
    try:
        {"up": up, "noop": noop, "down": down}[command](archive)
    except ClientError as error:
        sys.exit(str(error))
    print(json.dumps({"calls": sent}))


if __name__ == "__main__":
    main()
