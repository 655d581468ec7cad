variable "alarms" {
  description = "Who is told and when: SNS topic; p99 latency in milliseconds; percentage of 5xx answers."
  type = object({
    latency_p99_ms       = optional(number, 3000)
    server_error_percent = optional(number, 1)
    topic_arn            = optional(string)
  })
  default = {}
}

variable "authorization" {
  description = "Who may call: NONE (declared public; reason says why), JWT (tokens of an issuer for an audience, with scopes) or AWS_IAM (signed requests)."
  type = object({
    audience = optional(set(string), [])
    issuer   = optional(string)
    reason   = optional(string)
    scopes   = optional(set(string), [])
    type     = string
  })

  validation {
    condition     = contains(["NONE", "JWT", "AWS_IAM"], var.authorization.type)
    error_message = "authorization.type must be NONE, JWT or AWS_IAM."
  }

  validation {
    condition     = var.authorization.type != "NONE" || length(coalesce(var.authorization.reason, " ")) >= 20
    error_message = "A public API needs a reason: set authorization.reason to a sentence, or choose JWT or AWS_IAM."
  }

  validation {
    condition     = var.authorization.type != "JWT" || (var.authorization.issuer != null && length(var.authorization.audience) > 0)
    error_message = "JWT needs authorization.issuer and authorization.audience."
  }
}

variable "cors" {
  description = "Browser origins that may call, the headers they may send and read, and how long a preflight answer is kept; no origins, no CORS."
  type = object({
    allow_headers   = optional(set(string), ["authorization", "content-type"])
    allow_origins   = optional(set(string), [])
    expose_headers  = optional(set(string), [])
    max_age_seconds = optional(number, 600)
  })
  default = {}

  validation {
    condition     = alltrue([for origin in var.cors.allow_origins : can(regex("^https?://[^*/]+$", origin))])
    error_message = "cors.allow_origins takes explicit origins such as https://app.example.com, no wildcard and no path."
  }
}

variable "description" {
  description = "What the API offers."
  type        = string
}

variable "function" {
  description = "The Lambda alias that every route calls."
  type = object({
    invoke_arn = string
    name       = string
    qualifier  = string
  })
}

variable "kms_key_arn" {
  description = "Customer-managed key of the access log; null for CloudWatch's own."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that access log lines are kept."
  type        = number
  default     = 30
}

variable "name" {
  description = "Name of the API."
  type        = string
}

variable "routes" {
  description = "Route keys, such as `GET /items/{id}`."
  type        = set(string)

  validation {
    condition     = alltrue([for route in var.routes : can(regex("^(GET|POST|PUT|PATCH|DELETE|HEAD) /", route))])
    error_message = "routes must each have a method and a path, such as \"GET /items/{id}\"."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "throttle" {
  description = "Requests per second that the API lets through, and how many may come at once."
  type = object({
    burst_requests      = number
    requests_per_second = number
  })
}
