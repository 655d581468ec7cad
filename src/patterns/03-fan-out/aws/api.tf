module "api" {
  source = "../../../modules/aws/http-api"

  name        = local.name
  description = "Takes orders and tells how far they are"

  routes = [
    "GET /orders/{id}",
    "POST /orders",
  ]

  function = {
    invoke_arn = module.api_function.alias.invoke_arn
    name       = module.api_function.function.function_name
    qualifier  = module.api_function.alias.name
  }

  authorization = var.authorization
  throttle      = local.throttle

  cors = {
    allow_headers  = ["authorization", "content-type", "idempotency-key", "x-correlation-id"]
    allow_origins  = var.cors_origins
    expose_headers = ["location", "x-correlation-id"]
  }

  kms_key_arn        = var.kms_key_arn
  log_retention_days = local.log_retention_days
  alarms             = { topic_arn = var.alarm_topic_arn }

  # No web application firewall: AWS WAF does not attach to HTTP APIs. Put CloudFront with a web ACL in front if the
  # API needs one.

  tags = local.tags
}
