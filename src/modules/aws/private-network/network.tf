# A VPC without a way to the internet: what runs in it reaches DynamoDB through a gateway endpoint (free), and other
# services through the interface endpoints that are asked for (paid by the hour). Lambda delivers logs and traces of
# a function by itself, they need no endpoint.

data "aws_region" "current" {}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr_block
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = merge(var.tags, { Name = var.name })
}

# Nothing may use the security group that every VPC starts with.
resource "aws_default_security_group" "unused" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${var.name}-unused" })
}

resource "aws_subnet" "private" {
  for_each = var.availability_zones

  vpc_id            = aws_vpc.this.id
  availability_zone = "${data.aws_region.current.region}${each.key}"
  cidr_block        = cidrsubnet(var.cidr_block, 8, index(sort(var.availability_zones), each.key))

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = var.name })
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}

resource "aws_security_group" "function" {
  name        = "${var.name}-function"
  description = "Functions: HTTPS to the endpoints, nothing in"
  vpc_id      = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${var.name}-function" })
}

resource "aws_vpc_security_group_egress_rule" "dynamodb" {
  security_group_id = aws_security_group.function.id
  description       = "DynamoDB"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.dynamodb.prefix_list_id

  tags = var.tags
}

resource "aws_vpc_endpoint" "dynamodb" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${data.aws_region.current.region}.dynamodb"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private.id]

  # Only these tables can be reached from the VPC. Any principal, because who may do what is up to the roles: an
  # endpoint policy grants nothing, it only narrows.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = sort(var.table_actions)
      Resource  = var.table_arns
    }]
  })

  tags = merge(var.tags, { Name = "${var.name}-dynamodb" })
}
