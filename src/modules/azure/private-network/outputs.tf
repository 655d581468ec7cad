output "function_subnet_id" {
  description = "Id of the subnet for function apps."
  value       = azurerm_subnet.function.id
}
