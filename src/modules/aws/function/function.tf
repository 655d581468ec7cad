# A Lambda function behind the alias `live`. Callers use the alias: a new version takes traffic only when the alias
# points to it, and provisioned concurrency belongs to the alias.

resource "aws_lambda_function" "this" {
  function_name = var.name
  description   = var.description
  role          = aws_iam_role.this.arn

  filename         = var.package_path
  source_code_hash = filebase64sha256(var.package_path)
  handler          = var.handler
  runtime          = var.runtime
  architectures    = ["arm64"]
  publish          = true

  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  code_signing_config_arn        = one(aws_lambda_code_signing_config.this[*].arn)
  # Without a key of the customer Lambda encrypts the environment with its own key. It holds no secrets.
  kms_key_arn = var.kms_key_arn

  # No dead-letter queue of its own: who calls synchronously gets the error, an event source has its queue's, and
  # asynchronous calls have the failure destination in async.tf, which also tells the error.

  environment {
    variables = var.environment
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = upper(var.log_level)
    system_log_level      = "WARN"
    log_group             = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  # Outside a VPC unless the stack asks for one: DynamoDB and the other services are reached over TLS with IAM, and
  # a VPC adds endpoints to pay for without a private resource to protect.
  dynamic "vpc_config" {
    for_each = var.network == null ? [] : [var.network]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  tags = var.tags

  lifecycle {
    precondition {
      condition     = var.reserved_concurrency < 0 || var.provisioned_concurrency <= var.reserved_concurrency
      error_message = "provisioned_concurrency (${var.provisioned_concurrency}) must not exceed reserved_concurrency (${var.reserved_concurrency})."
    }
  }

  # The first invocation must find its log group and its permissions.
  depends_on = [aws_iam_role_policy.logs, aws_iam_role_policy.tracing, aws_iam_role_policy.network]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version that takes traffic"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  count = var.provisioned_concurrency > 0 ? 1 : 0

  function_name                     = aws_lambda_alias.live.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.provisioned_concurrency
}

resource "aws_lambda_code_signing_config" "this" {
  count = length(var.signing_profile_version_arns) > 0 ? 1 : 0

  description = "Only signed packages for ${var.name}"

  allowed_publishers {
    signing_profile_version_arns = var.signing_profile_version_arns
  }

  policies {
    untrusted_artifact_on_deployment = "Enforce"
  }

  tags = var.tags
}
