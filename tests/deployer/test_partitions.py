"""What botocore's data say of AWS's partitions."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest

from deployer import partitions


@pytest.mark.parametrize(
    "url",
    [
        "https://sts.us-east-1.amazonaws.com",
        "https://s3-fips.us-gov-west-1.amazonaws.com",
        "https://bucket.vpce-0a1b-2c3d.s3.us-east-1.vpce.amazonaws.com",
        "https://lambda.eu-west-1.api.aws",
        "https://sts.cn-north-1.amazonaws.com.cn",
        "https://STS.eusc-de-east-1.amazonaws.eu:443/",
    ],
)
def test_addresses_of_aws(url: str) -> None:
    assert partitions.leads_to_aws(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4566",
        "http://s3.localhost.localstack.cloud:4566",
        "https://amazonaws.com.example.org",
        "https://notamazonaws.com",
        "https://sts.amazonaws.com@example.org",
        "https://example.org/sts.amazonaws.com",
        "nonsense",
    ],
)
def test_addresses_of_others(url: str) -> None:
    assert not partitions.leads_to_aws(url)


def test_every_region_that_boto3_knows() -> None:
    session = boto3.Session()
    known = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("sts", partition)
    }
    assert {region for region in known if "global" not in region} <= set(partitions.regions())
    assert [region for region in partitions.regions() if "global" in region] == []


def test_botocore_can_be_told_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = {"dnsSuffix": "cloud.example", "dualStackDnsSuffix": "api.cloud.example"}
    described = {"partitions": [{"outputs": outputs, "regions": {"xx-east-1": {}}}]}
    (tmp_path / "partitions.json").write_text(json.dumps(described))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert partitions.regions() == ["xx-east-1"]
    assert partitions.leads_to_aws("https://sts.cloud.example")
