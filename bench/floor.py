"""The QR app with nothing but boto3, one call after the other: the least a deployment can cost.

``python -m bench.floor up|noop|down ZIP`` makes, looks at and deletes what ``deploy.py --stage bench qr`` does, under
the same names, in an emulator. It is no deployer: it cannot change anything, and repairs nothing. Where the calls go,
and with which keys, is up to boto3's own variables (AWS_ENDPOINT_URL, AWS_DEFAULT_REGION, ...).
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from bench import floor_api, floor_site

REGION = "us-east-1"
NAME = "skiff-bench-qr-generator"
BUCKET = "skiff-bench-qr-images-09fb161d"
SITE = "skiff-bench-qr-site-09fb161d"
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
LIFECYCLE = [{"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 365}}]
CORS = [
    {
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
]
ENCRYPTION = {"SSEAlgorithm": "AES256"}  # every bucket's, unless told otherwise
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

s3 = boto3.client("s3")
iam = boto3.client("iam")
logs = boto3.client("logs")
lambda_ = boto3.client("lambda")
apigateway = boto3.client("apigateway")


def up(archive: bytes) -> None:
    create_public_bucket(BUCKET, "bucket.images")
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": LIFECYCLE})
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": CORS})

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

    function = lambda_.create_function(
        FunctionName=NAME, Role=role, Code={"ZipFile": archive}, Tags=tags("function.generator"), **CONFIGURATION
    )["FunctionArn"]
    lambda_.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})

    api = apigateway.create_rest_api(
        name=floor_api.NAME,
        description=floor_api.DESCRIPTION,
        endpointConfiguration={"types": ["REGIONAL"]},
        tags=tags("rest_api.api"),
    )["id"]
    apigateway.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(floor_api.openapi(function)))
    for kind, headers in floor_api.GATEWAY_RESPONSES.items():
        apigateway.put_gateway_response(restApiId=api, responseType=kind, responseParameters=headers)
    apigateway.create_deployment(restApiId=api, stageName="prod", description=floor_api.fingerprint(function))
    lambda_.add_permission(
        FunctionName=NAME,
        StatementId=STATEMENT,
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=source(account, api),
    )

    create_public_bucket(SITE, "site.site")
    floor_site.put(s3, SITE, floor_site.settings(apigateway, api))


def create_public_bucket(bucket: str, resource: str) -> None:
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"Tags": as_list(bucket_tags(resource))})
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=PUBLIC_ACCESS)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(bucket_policy(bucket)))


def noop(archive: bytes) -> None:
    """Read every fact that ``up`` states, and compare."""
    check_public_bucket(BUCKET, "bucket.images")
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    same(rule["ApplyServerSideEncryptionByDefault"], ENCRYPTION)
    same(s3.get_bucket_versioning(Bucket=BUCKET).get("Status"), None)
    same(s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"], LIFECYCLE)
    same(s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"], CORS)

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

    (api,) = (api for api in apigateway.get_rest_apis(limit=500)["items"] if api["name"] == floor_api.NAME)
    same((api["description"], api["tags"]), (floor_api.DESCRIPTION, tags("rest_api.api")))
    resources = apigateway.get_resources(restApiId=api["id"], embed=["methods"], limit=500)["items"]
    ((path, methods),) = ((item["path"], item["resourceMethods"]) for item in resources if item.get("resourceMethods"))
    same((path, sorted(methods)), ("/generate", ["OPTIONS", "POST"]))
    proxy, mock = methods["POST"]["methodIntegration"], methods["OPTIONS"]["methodIntegration"]
    integration = floor_api.integration(function["Configuration"]["FunctionArn"])
    same({key: proxy[key] for key in integration}, integration)
    same((mock["type"], mock["integrationResponses"]["204"]["responseParameters"]), ("MOCK", floor_api.PREFLIGHT))
    responses = apigateway.get_gateway_responses(restApiId=api["id"], limit=500)["items"]
    ours = {item["responseType"]: item["responseParameters"] for item in responses if not item["defaultResponse"]}
    same(ours, floor_api.GATEWAY_RESPONSES)
    (stage,) = apigateway.get_stages(restApiId=api["id"])["item"]
    (deployment,) = apigateway.get_deployments(restApiId=api["id"], limit=500)["items"]
    same((stage["stageName"], stage["deploymentId"]), ("prod", deployment["id"]))
    same(deployment["description"], floor_api.fingerprint(function["Configuration"]["FunctionArn"]))

    (statement,) = json.loads(lambda_.get_policy(FunctionName=NAME)["Policy"])["Statement"]
    same((statement["Sid"], statement["Action"]), (STATEMENT, "lambda:InvokeFunction"))
    same(statement["Principal"], {"Service": "apigateway.amazonaws.com"})
    same(statement["Condition"], {"ArnLike": {"AWS:SourceArn": source(account, api["id"])}})

    check_public_bucket(SITE, "site.site")
    for have, want in floor_site.facts(s3, SITE, floor_site.settings(apigateway, api["id"])):
        same(have, want)


def check_public_bucket(bucket: str, resource: str) -> None:
    s3.head_bucket(Bucket=bucket)
    same(tag_dict(s3.get_bucket_tagging(Bucket=bucket)["TagSet"]), bucket_tags(resource))
    same(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"], PUBLIC_ACCESS)
    same(json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]), bucket_policy(bucket))


def down(_: bytes) -> None:
    for api in apigateway.get_rest_apis(limit=500)["items"]:
        if api["name"] == floor_api.NAME:
            apigateway.delete_rest_api(restApiId=api["id"])
    lambda_.delete_function(FunctionName=NAME)  # its permission goes with it
    logs.delete_log_group(logGroupName=LOG_GROUP)
    iam.delete_role_policy(RoleName=ROLE, PolicyName="grants")
    iam.delete_role(RoleName=ROLE)
    for bucket in (BUCKET, SITE):
        delete_bucket(bucket)


def delete_bucket(bucket: str) -> None:
    while True:
        page = s3.list_object_versions(Bucket=bucket)
        found = page.get("Versions", []) + page.get("DeleteMarkers", [])
        if not found:
            break
        objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    s3.delete_bucket(Bucket=bucket)


def tags(resource: str) -> dict[str, str]:
    return {"skiff:stack": f"skiff/bench/{REGION}", "skiff:id": f"qr.{resource}"}


def bucket_tags(resource: str) -> dict[str, str]:
    """Those of a bucket; a site's is not asked whether it stays."""
    return tags(resource) | ({"skiff:keep": "false"} if resource.startswith("bucket.") else {})


def as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_dict(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def bucket_policy(bucket: str) -> dict:
    everyone = {"Sid": "PublicRead", "Effect": "Allow", "Principal": "*"}
    reading = {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return {"Version": "2012-10-17", "Statement": [everyone | reading]}


def role_policy(account: str) -> dict:
    logging = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:{REGION}:{account}:log-group:{LOG_GROUP}:*",
    }
    writing = {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    return {"Version": "2012-10-17", "Statement": [logging, writing]}


def source(account: str, api: str) -> str:
    return f"arn:aws:execute-api:{REGION}:{account}:{api}/prod/*"


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
