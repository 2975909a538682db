from __future__ import annotations

import json
from typing import Any
from urllib.request import urlopen

from tests.localdev.full_account import body_of

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


def make(of: Any, memo: dict[str, Any]) -> None:
    cloudfront, s3, bucket = of("cloudfront"), of("s3"), f"{of.tag}-private"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="index.html", Body=b"first")
    control = {"Name": "signs", "OriginAccessControlOriginType": "s3"}
    control |= {"SigningBehavior": "always", "SigningProtocol": "sigv4"}
    access = memo["access"] = cloudfront.create_origin_access_control(OriginAccessControlConfig=control)[
        "OriginAccessControl"
    ]["Id"]
    origin = {
        "Id": "bucket",
        "DomainName": f"{bucket}.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
        "OriginAccessControlId": access,
    }
    behaviour = {"TargetOriginId": "bucket", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": OPTIMIZED}
    config = {
        "CallerReference": "one",
        "Comment": "",
        "Enabled": True,
        "DefaultRootObject": "index.html",
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behaviour,
    }
    tagged = {"DistributionConfig": config, "Tags": {"Items": [{"Key": "owner", "Value": "me"}]}}
    made = cloudfront.create_distribution_with_tags(DistributionConfigWithTags=tagged)["Distribution"]
    memo["id"], memo["arn"] = made["Id"], made["ARN"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": memo["arn"]}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    batch = {"CallerReference": "one", "Paths": {"Quantity": 1, "Items": ["/*"]}}
    cloudfront.create_invalidation(DistributionId=memo["id"], InvalidationBatch=batch)
    assert body_of(page(of, memo)) == "first"


def page(of: Any, memo: dict[str, Any]) -> str:
    return f"{of.url}/_aws/cloudfront/{memo['id']}/"


def look(of: Any, memo: dict[str, Any]) -> Any:
    cloudfront = of("cloudfront")
    return [
        cloudfront.list_distributions(),
        cloudfront.get_distribution(Id=memo["id"]),
        cloudfront.list_tags_for_resource(Resource=memo["arn"]),
        cloudfront.get_origin_access_control(Id=memo["access"]),
        cloudfront.list_invalidations(DistributionId=memo["id"]),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    for state in ("Miss", "Hit"):
        with urlopen(page(of, memo), timeout=60) as answer:
            assert answer.read() == b"first"
            assert answer.headers["X-Cache"].startswith(state)
