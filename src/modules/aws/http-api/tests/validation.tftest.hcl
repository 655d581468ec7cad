# What the module refuses.

mock_provider "aws" {}

variables {
  authorization = { type = "AWS_IAM" }
  description   = "Test"
  function = {
    invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations"
    name       = "f"
    qualifier  = "live"
  }
  name     = "test"
  routes   = ["GET /items"]
  tags     = {}
  throttle = { burst_requests = 2, requests_per_second = 1 }
}

run "accepts_explicit_choices" {
  command = plan

  variables {
    cors = { allow_origins = ["https://app.example.com", "http://localhost:5173"] }
  }
}

run "public_without_reason" {
  command = plan

  variables {
    authorization = { type = "NONE" }
  }

  expect_failures = [var.authorization]
}

run "jwt_without_audience" {
  command = plan

  variables {
    authorization = { type = "JWT", issuer = "https://issuer.example.com" }
  }

  expect_failures = [var.authorization]
}

run "unknown_authorization" {
  command = plan

  variables {
    authorization = { type = "PUBLIC", reason = "A reason that is long enough." }
  }

  expect_failures = [var.authorization]
}

run "cors_wildcard" {
  command = plan

  variables {
    cors = { allow_origins = ["*"] }
  }

  expect_failures = [var.cors]
}

run "catch_all_route" {
  command = plan

  variables {
    routes = ["$default"]
  }

  expect_failures = [var.routes]
}
