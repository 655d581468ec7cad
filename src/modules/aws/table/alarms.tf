locals {
  alarm_actions = var.alarms.topic_arn == null ? [] : [var.alarms.topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  alarm_name          = "${var.name}-table-throttles"
  alarm_description   = "Requests that the table ${var.name} refused because it could not keep up"
  evaluation_periods  = 5
  datapoints_to_alarm = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.throttle_count
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  metric_query {
    id          = "throttles"
    label       = "Throttled reads and writes"
    expression  = "SUM(METRICS())"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { reads = "ReadThrottleEvents", writes = "WriteThrottleEvents" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = metric_query.value
        dimensions  = { TableName = aws_dynamodb_table.this.name }
        stat        = "Sum"
        period      = 60
      }
    }
  }

  tags = var.tags
}

# SystemErrors exists per operation only.
resource "aws_cloudwatch_metric_alarm" "system_errors" {
  alarm_name          = "${var.name}-table-system-errors"
  alarm_description   = "Requests to the table ${var.name} that DynamoDB answered with an error of its own"
  evaluation_periods  = 5
  datapoints_to_alarm = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.system_error_count
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  metric_query {
    id          = "errors"
    label       = "System errors"
    expression  = "SUM(METRICS())"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = var.operations

    content {
      id = lower(metric_query.value)

      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = "SystemErrors"
        dimensions = {
          Operation = metric_query.value
          TableName = aws_dynamodb_table.this.name
        }
        stat   = "Sum"
        period = 60
      }
    }
  }

  tags = var.tags
}
