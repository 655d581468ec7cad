terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" { region = "us-east-1" }
data "aws_partition" "current" {}
data "aws_iam_policy_document" "source" {
  policy_id = "base"
  statement {
    sid       = "One"
    actions   = ["sqs:SendMessage", "sqs:*", "sns:Publish"]
    resources = ["arn:${data.aws_partition.current.partition}:sqs:*:*:b", "arn:aws:sqs:*:*:a"]
  }
  statement {
    sid    = "Trust"
    effect = "Deny"
    principals {
      type        = "AWS"
      identifiers = ["222222222222", "111111111111"]
    }
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
    not_actions = ["iam:*"]
  }
}
data "aws_iam_policy_document" "override" {
  statement {
    sid       = "One"
    actions   = ["none:None"]
    resources = ["*"]
  }
  statement {
    actions   = ["a:B"]
    resources = ["arn:aws:s3:::bucket/&{aws:username}/*"]
    condition {
      test     = "StringLike"
      variable = "aws:userid"
      values   = ["b", "a", "c"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
data "aws_iam_policy_document" "merged" {
  source_policy_documents   = [data.aws_iam_policy_document.source.json]
  override_policy_documents = [data.aws_iam_policy_document.override.json]
  statement {
    sid = "Everyone"
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    actions       = ["x:Y"]
    not_resources = ["*"]
  }
}
resource "aws_sqs_queue" "q" { name = "q" }
data "aws_iam_policy_document" "unknown" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.q.arn]
  }
}
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy    = data.aws_iam_policy_document.unknown.json
}
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = data.aws_iam_policy_document.merged.json
}
output "source" { value = jsondecode(data.aws_iam_policy_document.source.json) }
output "override" { value = jsondecode(data.aws_iam_policy_document.override.json) }
output "merged" { value = jsondecode(data.aws_iam_policy_document.merged.json) }
output "unknown" { value = data.aws_iam_policy_document.unknown.json }
