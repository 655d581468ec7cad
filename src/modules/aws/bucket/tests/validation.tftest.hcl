# What the module makes, and what it refuses.

mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::acme-results" }
  }
}

variables {
  deletion_protection = true
  name                = "acme-results"
  tags                = {}
}

run "accepts_the_least" {
  command = apply

  assert {
    condition     = can(regex("^acme-results-[0-9a-f]{8}$", aws_s3_bucket.this.bucket)) && !aws_s3_bucket.this.force_destroy
    error_message = "The name must be unique in the world, and objects must not be deleted with the bucket."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "Nothing in the bucket may become public."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Without a key of the customer S3 must encrypt with its own."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Effect == "Deny" && jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "Requests without TLS must be denied."
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id] == ["unfinished", "old-versions"]
    error_message = "Unfinished uploads and old versions must go, nothing else."
  }
}

run "with_key_and_expiration" {
  command = plan

  variables {
    expirations = { results = { prefix = "results/", days = 7 } }
    kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/acme"
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled && one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "The customer's key must be used, with a bucket key."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[2].id == "expire-results" && aws_s3_bucket_lifecycle_configuration.this.rule[2].expiration[0].days == 7
    error_message = "Results must go after seven days."
  }
}

run "expiration_in_the_past" {
  command = plan

  variables {
    expirations = { results = { prefix = "results/", days = 0 } }
  }

  expect_failures = [var.expirations]
}

run "name_that_is_no_host_name" {
  command = plan

  variables {
    name = "Acme_Results"
  }

  expect_failures = [var.name]
}
