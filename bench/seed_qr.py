"""The QR function done as the seed recipe does it, the same work in our words: only for comparison.

boto3's client at import, qrcode's own mask search and drawing, a boto3 session per request for the region.
"""

import io
import json
import os
import uuid
from datetime import datetime

import boto3
import qrcode

s3 = boto3.client("s3")


def handler(event, context):
    try:
        request = json.loads(event["body"]) if "body" in event else event
        text = request.get("text", "").strip()
        if not text:
            return reply(400, {"error": "No text"})
        if len(text) > 1000:
            return reply(400, {"error": "More than 1000 characters"})

        code = qrcode.QRCode(version=1, error_correction=qrcode.constants.ERROR_CORRECT_L, box_size=10, border=4)
        code.add_data(text)
        code.make(fit=True)
        image = code.make_image(fill_color="black", back_color="white")
        buffer = io.BytesIO()
        image.save(buffer, format="PNG")
        buffer.seek(0)

        filename = f"qr_{datetime.now().strftime('%Y%m%d_%H%M%S')}_{str(uuid.uuid4())[:8]}.png"
        bucket = os.environ.get("BUCKET_NAME")
        s3.put_object(
            Bucket=bucket,
            Key=filename,
            Body=buffer.getvalue(),
            ContentType="image/png",
            CacheControl="max-age=31536000",
        )
        region = boto3.Session().region_name
        url = f"https://{bucket}.s3.{region}.amazonaws.com/{filename}"
        return reply(200, {"message": "Done", "url": url, "filename": filename, "text_length": len(text)})
    except Exception as error:
        print(f"Failed: {error}")
        return reply(500, {"error": "Failed"})


def reply(status, body):
    headers = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
