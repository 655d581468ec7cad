output "bucket" {
  description = "The bucket."
  value       = aws_s3_bucket.this
}

output "lifecycle_rules" {
  description = "What goes by itself, and when."
  value       = aws_s3_bucket_lifecycle_configuration.this.rule
}

output "policy" {
  description = "What holds for everybody who uses the bucket."
  value       = aws_s3_bucket_policy.this.policy
}
