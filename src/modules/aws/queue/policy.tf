# Which services may send, each only on behalf of the resources that are named. Roles of this account need no entry:
# their own policies decide.

resource "aws_sqs_queue_policy" "this" {
  count = length(var.senders) > 0 ? 1 : 0

  queue_url = aws_sqs_queue.this.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for name, sender in var.senders : {
        Sid       = name
        Effect    = "Allow"
        Action    = "sqs:SendMessage"
        Principal = { Service = sender.service }
        Resource  = aws_sqs_queue.this.arn
        Condition = { ArnEquals = { "aws:SourceArn" = sender.source_arn } }
      }
    ]
  })
}
