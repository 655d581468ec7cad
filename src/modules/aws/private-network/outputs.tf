output "network" {
  description = "Subnets and security groups in which functions run."
  value = {
    security_group_ids = toset([aws_security_group.function.id])
    subnet_ids         = toset([for subnet in aws_subnet.private : subnet.id])
  }
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}
