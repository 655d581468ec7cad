# The entrance for whoever owns the runbook: signed requests of principals that have the policy `operator`.
module "api" {
  source = "../../../modules/aws/http-api"

  name        = local.name
  description = "Dead letters of the orders: by cause, and back to their queue"

  routes = [
    "GET /dead-letters",
    "POST /redrive",
  ]

  function = {
    invoke_arn = module.runbook.alias.invoke_arn
    name       = module.runbook.function.function_name
    qualifier  = module.runbook.alias.name
  }

  authorization = { type = "AWS_IAM" }
  # People call it.
  throttle = { burst_requests = 10, requests_per_second = 5 }

  kms_key_arn        = var.kms_key_arn
  log_retention_days = local.log_retention_days
  # A redrive takes as long as its rate makes it take.
  alarms = { latency_p99_ms = 29000, topic_arn = var.alarm_topic_arn }

  tags = local.tags
}

# For the role of those who own the runbook.
resource "aws_iam_policy" "operator" {
  name        = "${local.name}-operator"
  description = "Look at the dead letters of ${local.name} and redrive them"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "execute-api:Invoke"
      Resource = [
        "${module.api.api.execution_arn}/$default/GET/dead-letters",
        "${module.api.api.execution_arn}/$default/POST/redrive",
      ]
    }]
  })

  tags = local.tags
}
