output "mapping" {
  description = "The event source mapping."
  value       = aws_lambda_event_source_mapping.this
}

output "policy" {
  description = "What the function's role may do with the queue."
  value       = aws_iam_role_policy.this.policy
}
