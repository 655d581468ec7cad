module "bucket" {
  source = "../../../modules/aws/bucket"

  name                = local.name
  deletion_protection = !local.is_dev
  expirations         = { results = { prefix = "results/", days = local.result_retention_days } }
  kms_key_arn         = var.kms_key_arn

  tags = local.tags
}
