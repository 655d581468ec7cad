module "api" {
  source = "../../../modules/aws/http-api"

  name        = local.name
  description = "Items API"

  routes = [
    "DELETE /items/{id}",
    "GET /items",
    "GET /items/{id}",
    "POST /items",
    "PUT /items/{id}",
  ]

  function = {
    invoke_arn = module.function.alias.invoke_arn
    name       = module.function.function.function_name
    qualifier  = module.function.alias.name
  }

  authorization = var.authorization
  throttle      = local.throttle

  cors = {
    allow_headers  = ["authorization", "content-type", "idempotency-key", "if-match", "x-correlation-id"]
    allow_origins  = var.cors_origins
    expose_headers = ["etag", "location", "x-correlation-id"]
  }

  kms_key_arn        = var.kms_key_arn
  log_retention_days = local.log_retention_days
  alarms             = { topic_arn = var.alarm_topic_arn }

  # No web application firewall: AWS WAF does not attach to HTTP APIs. Put CloudFront with a web ACL in front if the
  # API needs one.

  tags = local.tags
}
