terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

locals {
  ports = { http = 80, https = 443 }
  sources = [
    { name = "a", actions = ["s3:Get"], conditions = [] },
    { name = "b", actions = ["s3:Put", "s3:List"], conditions = [{ key = "aws:SourceArn", values = ["x", "y"] }] },
  ]
}
resource "aws_security_group" "this" {
  name = "sg"
  dynamic "ingress" {
    for_each = local.ports
    content {
      description = ingress.key
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
  }
}
resource "aws_dynamodb_table" "this" {
  name         = "table"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  attribute {
    name = "pk"
    type = "S"
  }
  dynamic "attribute" {
    for_each = toset(["sk", "gsi"])
    iterator = extra
    content {
      name = extra.value
      type = "S"
    }
  }
  range_key = "sk"
  global_secondary_index {
    name            = "by-gsi"
    hash_key        = "gsi"
    projection_type = "ALL"
  }
  dynamic "ttl" {
    for_each = var.ttl == null ? [] : [var.ttl]
    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }
  point_in_time_recovery { enabled = true }
}
variable "ttl" {
  type    = string
  default = "expires"
}
resource "aws_lambda_function" "this" {
  function_name = "fn"
  role          = "arn:aws:iam::123456789012:role/fn"
  filename      = "fn.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  timeout       = "15"
  memory_size   = 128 * 2
  environment {
    variables = { TABLE = aws_dynamodb_table.this.name, ARN = aws_dynamodb_table.this.arn }
  }
  dynamic "dead_letter_config" {
    for_each = []
    content {
      target_arn = "never"
    }
  }
}
data "aws_iam_policy_document" "this" {
  dynamic "statement" {
    for_each = local.sources
    iterator = source
    content {
      sid       = source.value.name
      actions   = source.value.actions
      resources = ["*"]
      dynamic "condition" {
        for_each = source.value.conditions
        content {
          test     = "StringEquals"
          variable = condition.value.key
          values   = [for v in condition.value.values : "${source.key}-${v}"]
        }
      }
    }
  }
}
output "policy" { value = data.aws_iam_policy_document.this.json }
output "block_attribute" { value = aws_lambda_function.this.environment[0].variables.TABLE }
output "splat_over_block" { value = aws_dynamodb_table.this.point_in_time_recovery[*].enabled }
