terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { project = "p" }
  }
}
provider "aws" {
  alias  = "east"
  region = local.east
}
locals { east = "us-east-1" }
data "aws_region" "default" {}
data "aws_region" "east" { provider = aws.east }
resource "aws_sns_topic" "east" {
  provider = aws.east
  name     = "topic-${data.aws_region.east.region}"
}
module "child" {
  source    = "./child"
  providers = { aws = aws.east, aws.other = aws }
}
module "inherits" {
  source    = "./child"
  providers = { aws.other = aws.east }
}
output "regions" {
  value = [data.aws_region.default.region, data.aws_region.east.region, module.child.regions, module.inherits.regions]
}
