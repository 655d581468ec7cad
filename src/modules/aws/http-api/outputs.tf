output "access_log_group" {
  description = "The log group of the access log."
  value       = aws_cloudwatch_log_group.access
}

output "alarms" {
  description = "The alarms of the API, by what they watch."
  value = {
    latency       = aws_cloudwatch_metric_alarm.latency
    server_errors = aws_cloudwatch_metric_alarm.server_errors
  }
}

output "api" {
  description = "The API."
  value       = aws_apigatewayv2_api.this
}

output "authorizer" {
  description = "The JWT authorizer, or null."
  value       = one(aws_apigatewayv2_authorizer.jwt[*])
}

output "permission" {
  description = "What lets the API call the function."
  value       = aws_lambda_permission.api
}

output "routes" {
  description = "The routes, by route key."
  value       = aws_apigatewayv2_route.this
}

output "stage" {
  description = "The stage that takes the requests."
  value       = aws_apigatewayv2_stage.default
}

output "url" {
  description = "Where the API is called, without a slash at the end."
  value       = aws_apigatewayv2_api.this.api_endpoint
}
