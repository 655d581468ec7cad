terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}
data "aws_region" "main" {}
data "aws_region" "other" { provider = aws.other }
output "regions" { value = [data.aws_region.main.region, data.aws_region.other.region] }
