# The QR app once more, for the AWS provider: what `deploy.py --stage bench qr` makes, only named tf-bench.

variable "zip" {
  type = string
}

locals {
  name   = "skiff-tf-bench-qr"
  bucket = "skiff-tf-bench-qr-images"
  url    = "${var.endpoint}/_aws/execute-api/${aws_api_gateway_rest_api.api.id}/${aws_api_gateway_stage.prod.stage_name}"
  origin = { "gatewayresponse.header.Access-Control-Allow-Origin" = "'*'" }
  preflight = {
    "method.response.header.Access-Control-Allow-Origin"  = "'*'"
    "method.response.header.Access-Control-Allow-Methods" = "'POST,OPTIONS'"
    "method.response.header.Access-Control-Allow-Headers" = "'Content-Type,Authorization,X-Api-Key'"
  }
}

resource "aws_s3_bucket" "images" {
  bucket        = local.bucket
  force_destroy = true
  tags          = { "skiff:id" = "qr.bucket.images", "skiff:keep" = "false" }
}

resource "aws_s3_bucket_public_access_block" "images" {
  bucket                  = aws_s3_bucket.images.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = false
  restrict_public_buckets = false
}

resource "aws_s3_bucket_policy" "images" {
  bucket     = aws_s3_bucket.images.id
  depends_on = [aws_s3_bucket_public_access_block.images]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PublicRead"
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.images.arn}/*"
    }]
  })
}

resource "aws_s3_bucket_lifecycle_configuration" "images" {
  bucket = aws_s3_bucket.images.id
  rule {
    id     = "expire"
    status = "Enabled"
    filter {
      prefix = ""
    }
    expiration {
      days = 365
    }
  }
}

resource "aws_s3_bucket_cors_configuration" "images" {
  bucket = aws_s3_bucket.images.id
  cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
    allowed_headers = ["*"]
    expose_headers  = ["ETag"]
    max_age_seconds = 3600
  }
}

resource "aws_iam_role" "generator" {
  name = "${local.name}-generator"
  path = "/skiff/tf-bench/us-east-1/"
  tags = { "skiff:id" = "qr.role.generator" }
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "generator" {
  name = "grants"
  role = aws_iam_role.generator.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.generator.arn}:*"
      },
      {
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = "${aws_s3_bucket.images.arn}/*"
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "generator" {
  name              = "/aws/lambda/${local.name}-generator"
  retention_in_days = 14
  tags              = { "skiff:id" = "qr.log_group.generator" }
}

resource "aws_lambda_function" "generator" {
  function_name    = "${local.name}-generator"
  role             = aws_iam_role.generator.arn
  handler          = "app.handler"
  runtime          = "python3.12"
  architectures    = ["x86_64"]
  timeout          = 30
  memory_size      = 256
  filename         = var.zip
  source_code_hash = filebase64sha256(var.zip)
  tags             = { "skiff:id" = "qr.function.generator" }
  depends_on       = [aws_iam_role_policy.generator]

  environment {
    variables = { BUCKET_NAME = aws_s3_bucket.images.id }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.generator.name
  }
}

resource "aws_api_gateway_rest_api" "api" {
  name        = "${local.name}-api"
  description = "QR Code Generator API"
  tags        = { "skiff:id" = "qr.rest_api.api" }

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  body = jsonencode({
    openapi = "3.0.1"
    info    = { title = "${local.name}-api", version = "1", description = "QR Code Generator API" }
    paths = {
      "/generate" = {
        post = {
          parameters = []
          responses  = {}
          "x-amazon-apigateway-integration" = {
            type       = "aws_proxy"
            httpMethod = "POST"
            uri        = aws_lambda_function.generator.invoke_arn
          }
        }
        options = {
          responses = {
            "204" = {
              description = "CORS preflight"
              headers = {
                for name in keys(local.preflight) :
                trimprefix(name, "method.response.header.") => { schema = { type = "string" } }
              }
            }
          }
          "x-amazon-apigateway-integration" = {
            type             = "mock"
            requestTemplates = { "application/json" = "{\"statusCode\": 204}" }
            responses        = { default = { statusCode = "204", responseParameters = local.preflight } }
          }
        }
      }
    }
  })
}

resource "aws_api_gateway_gateway_response" "failures" {
  for_each            = toset(["DEFAULT_4XX", "DEFAULT_5XX"])
  rest_api_id         = aws_api_gateway_rest_api.api.id
  response_type       = each.key
  response_parameters = local.origin
  # What a gateway response has anyway: unsaid, each apply would take it away again.
  response_templates = { "application/json" = "{\"message\":$context.error.messageString}" }
}

resource "aws_api_gateway_deployment" "api" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  depends_on  = [aws_api_gateway_gateway_response.failures]
  triggers    = { definition = sha256(aws_api_gateway_rest_api.api.body) }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "prod" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  deployment_id = aws_api_gateway_deployment.api.id
  stage_name    = "prod"
}

resource "aws_lambda_permission" "api" {
  statement_id  = "skiff-api"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.generator.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.api.execution_arn}/${aws_api_gateway_stage.prod.stage_name}/*"
}

output "url" {
  value = local.url
}
