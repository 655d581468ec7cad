resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  # CloudWatch Logs encrypts with its own key otherwise. The policy of a customer key must allow
  # logs.<region>.amazonaws.com.
  kms_key_id = var.kms_key_arn

  tags = var.tags
}
