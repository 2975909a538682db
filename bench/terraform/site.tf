# The site of the QR app. Its files carry no tags, as the deployer's do not.

variable "pages" {
  type = map(string) # key to path
}

locals {
  types = {
    html = "text/html; charset=utf-8"
    css  = "text/css; charset=utf-8"
    js   = "text/javascript; charset=utf-8"
    svg  = "image/svg+xml"
  }
}

resource "aws_s3_bucket" "site" {
  bucket        = "skiff-tf-bench-qr-site"
  force_destroy = true
  tags          = { "skiff:id" = "qr.site.site" }
}

resource "aws_s3_bucket_public_access_block" "site" {
  bucket                  = aws_s3_bucket.site.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = false
  restrict_public_buckets = false
}

resource "aws_s3_bucket_policy" "site" {
  bucket     = aws_s3_bucket.site.id
  depends_on = [aws_s3_bucket_public_access_block.site]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PublicRead"
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.site.arn}/*"
    }]
  })
}

resource "aws_s3_bucket_website_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  index_document {
    suffix = "index.html"
  }
  error_document {
    key = "404.html"
  }
}

resource "aws_s3_object" "files" {
  for_each      = var.pages
  bucket        = aws_s3_bucket.site.id
  key           = each.key
  source        = each.value
  etag          = filemd5(each.value)
  content_type  = local.types[regex("[^.]+$", each.key)]
  cache_control = "no-cache"

  override_provider {
    default_tags {
      tags = {}
    }
  }
}

resource "aws_s3_object" "settings" {
  bucket        = aws_s3_bucket.site.id
  key           = "settings.json"
  content       = jsonencode({ api = local.url })
  etag          = md5(jsonencode({ api = local.url }))
  content_type  = "application/json"
  cache_control = "no-store"

  override_provider {
    default_tags {
      tags = {}
    }
  }
}
