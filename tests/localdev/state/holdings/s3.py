from __future__ import annotations

from typing import Any

HALF = 5 * 1024**2


def make(of: Any, memo: dict[str, Any]) -> None:
    s3, bucket = of("s3"), f"{of.tag}-things"
    memo["bucket"] = bucket
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [{"ID": "days", "Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Days": 7}}]
        },
    )
    about = {"ContentType": "text/plain", "Metadata": {"by": "me"}, "Tagging": "a=b", "ChecksumAlgorithm": "SHA256"}
    memo["first"] = s3.put_object(Bucket=bucket, Key="twice", Body=b"first", **about)["VersionId"]
    s3.put_object(Bucket=bucket, Key="twice", Body=b"second", **about)
    s3.delete_object(Bucket=bucket, Key="twice")
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    at = {"Bucket": bucket, "Key": "parts", "UploadId": upload}
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(**at, PartNumber=number, Body=body)["ETag"]}
        for number, body in ((1, b"x" * HALF), (2, b"y"))
    ]
    s3.complete_multipart_upload(**at, MultipartUpload={"Parts": parts})


def look(of: Any, memo: dict[str, Any]) -> Any:
    s3, at = of("s3"), {"Bucket": memo["bucket"]}
    return [
        s3.list_object_versions(**at),
        s3.get_bucket_lifecycle_configuration(**at),
        s3.get_bucket_versioning(**at),
        s3.head_object(**at, Key="twice", VersionId=memo["first"], ChecksumMode="ENABLED"),
        s3.get_object_tagging(**at, Key="twice", VersionId=memo["first"]),
        s3.head_object(**at, Key="parts", ChecksumMode="ENABLED"),
        s3.get_object_attributes(**at, Key="parts", ObjectAttributes=["ETag", "ObjectParts", "ObjectSize"]),
        s3.get_object(**at, Key="twice", VersionId=memo["first"])["Body"].read(),
        s3.get_object(**at, Key="empty")["Body"].read(),
        s3.get_object(**at, Key="parts", Range=f"bytes={HALF - 1}-")["Body"].read(),
    ]


def use(of: Any, memo: dict[str, Any], until: Any) -> None:
    s3, at = of("s3"), {"Bucket": memo["bucket"], "Key": "twice"}
    s3.put_object(**at, Body=b"third")
    assert s3.get_object(**at)["Body"].read() == b"third"
    assert s3.get_object(**at, VersionId=memo["first"])["Body"].read() == b"first"
