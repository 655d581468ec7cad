# A private S3 bucket: encrypted, versioned, reached over TLS only. Old versions, and uploads that nobody finished, go by
# themselves. No access log: who reads and writes here is in the traces and, with data events, in CloudTrail.

# Names of buckets are the whole world's.
data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  unique = substr(sha256("${data.aws_caller_identity.current.account_id}/${data.aws_region.current.region}/${var.name}"), 0, 8)
}

resource "aws_s3_bucket" "this" {
  bucket        = "${var.name}-${local.unique}"
  force_destroy = !var.deletion_protection

  tags = var.tags
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Without a key of the customer S3 encrypts with its own, at no cost. A bucket key saves nearly all calls to KMS.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "unfinished"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    expiration {
      expired_object_delete_marker = true
    }

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_days
    }
  }

  dynamic "rule" {
    for_each = var.expirations

    content {
      id     = "expire-${rule.key}"
      status = "Enabled"

      filter {
        prefix = rule.value.prefix
      }

      expiration {
        days = rule.value.days
      }
    }
  }

  # Rules on versions mean nothing before there are any.
  depends_on = [aws_s3_bucket_versioning.this]
}
