module "api" {
  source = "../../../modules/aws/http-api"

  name        = local.name
  description = "Takes jobs: POST /jobs"
  routes      = ["POST /jobs"]

  function = {
    invoke_arn = module.submit.alias.invoke_arn
    name       = module.submit.function.function_name
    qualifier  = module.submit.alias.name
  }

  authorization = var.authorization
  throttle      = local.throttle

  cors = {
    allow_headers  = ["authorization", "content-type", "idempotency-key", "x-correlation-id"]
    allow_origins  = var.cors_origins
    expose_headers = ["x-correlation-id"]
  }

  kms_key_arn        = var.kms_key_arn
  log_retention_days = local.log_retention_days
  alarms             = { topic_arn = var.alarm_topic_arn }

  tags = local.tags
}
