variable "alerts" {
  description = "Who is told and when: action group; failed invocations in five minutes of triggers other than HTTP (null: no alert); average duration in milliseconds; 5xx answers in five minutes."
  type = object({
    action_group_id    = optional(string)
    failure_count      = optional(number)
    latency_average_ms = optional(number, 1000)
    server_error_count = optional(number, 1)
  })
  default = {}
}

variable "always_ready_instances" {
  description = "Instances kept ready around the clock, at a price; 0 for none."
  type        = number
  default     = 0

  validation {
    condition     = var.always_ready_instances >= 0
    error_message = "always_ready_instances must not be negative."
  }
}

variable "always_ready_group" {
  description = "Which functions the always-ready instances serve: http (all HTTP functions), blob, durable, or function:<name> for one of another trigger."
  type        = string
  default     = "http"
}

variable "app_name" {
  description = "Name of the function app; it is part of a host name, so nobody else in Azure may have it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,58}[a-z0-9]$", var.app_name))
    error_message = "app_name must have 2 to 60 lower-case letters, digits and hyphens."
  }
}

variable "app_settings" {
  description = "Application settings, the environment of the functions. No secrets: those are references to Key Vault."
  type        = map(string)
  default     = {}
}

variable "application_insights" {
  description = "The Application Insights component that takes the telemetry."
  type = object({
    connection_string = string
    id                = string
  })
}

variable "authorization" {
  description = "Who may call: NONE (declared public; reason says why) or JWT (Entra ID tokens of an issuer for an audience, checked by the platform)."
  type = object({
    audience  = optional(set(string), [])
    client_id = optional(string)
    issuer    = optional(string)
    reason    = optional(string)
    type      = string
  })
  default = {
    type   = "NONE"
    reason = "No function of the app has an HTTP trigger: only the platform calls them."
  }

  validation {
    condition     = contains(["NONE", "JWT"], var.authorization.type)
    error_message = "authorization.type must be NONE or JWT."
  }

  validation {
    condition     = var.authorization.type != "NONE" || length(coalesce(var.authorization.reason, " ")) >= 20
    error_message = "A public API needs a reason: set authorization.reason to a sentence, or choose JWT."
  }

  validation {
    condition = var.authorization.type != "JWT" || (
      var.authorization.client_id != null && var.authorization.issuer != null && length(var.authorization.audience) > 0
    )
    error_message = "JWT needs authorization.issuer, authorization.client_id and authorization.audience."
  }
}

variable "connections" {
  description = "Connections of triggers and bindings, by name, made with the app's identity: { SERVICE_BUS = { fullyQualifiedNamespace = ... } }, { STORAGE = { blobServiceUri = ..., queueServiceUri = ... } }."
  type        = map(map(string))
  default     = {}
}

variable "cors_origins" {
  description = "Browser origins that may call; empty for none."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https?://[^*/]+$", origin))])
    error_message = "cors_origins takes explicit origins such as https://app.example.com, no wildcard and no path."
  }
}

variable "http_concurrency" {
  description = "Requests that one instance takes at once; null for the platform's default for the size."
  type        = number
  default     = null
}

variable "max_concurrency" {
  description = "Most requests at once, and messages where host.json (maxConcurrentCalls) lets an instance take no more of them; the number of instances follows from it. Also a cap on cost."
  type        = number

  validation {
    condition     = var.max_concurrency >= 1
    error_message = "max_concurrency must be at least 1."
  }
}

variable "memory_mb" {
  description = "Memory that the app needs; the next size that Flex Consumption offers is taken."
  type        = number

  validation {
    condition     = var.memory_mb >= 1 && var.memory_mb <= 4096
    error_message = "memory_mb must be at most 4096, the largest size of Flex Consumption."
  }
}

variable "name" {
  description = "Name of plan, identity and alerts."
  type        = string
}

variable "package_path" {
  description = "Path of the zip with the built functions."
  type        = string
}

variable "private_storage" {
  description = "Whether the storage account is reached through a private endpoint only."
  type        = bool
  default     = false
}

variable "publish" {
  description = "Whether the Azure CLI publishes the package; false if a pipeline does."
  type        = bool
  default     = true
}

variable "resource_group" {
  description = "Resource group of everything."
  type = object({
    location = string
    name     = string
  })
}

variable "runtime_version" {
  description = "Major version of Node.js."
  type        = string

  validation {
    condition     = contains(["22", "24"], var.runtime_version)
    error_message = "runtime_version must be one that Functions still supports: 22 or 24."
  }
}

variable "storage_account_name" {
  description = "Name of the storage account; nobody else in Azure may have it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{3,24}$", var.storage_account_name))
    error_message = "storage_account_name must have 3 to 24 lower-case letters and digits."
  }
}

variable "subnet_id" {
  description = "Subnet, delegated to Microsoft.App/environments, through which the app reaches private endpoints; null for none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "timeout_seconds" {
  description = "Time after which the host ends an invocation."
  type        = number

  validation {
    # The load balancer in front of the app gives up after 230 seconds.
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 230
    error_message = "timeout_seconds must be between 1 and 230."
  }
}
