# What the module makes, and what it refuses.

mock_provider "google" {}

variables {
  deletion_protection = true
  labels              = {}
  location            = "us-central1"
  name                = "acme-results"
  project_id          = "acme-project"
}

run "accepts_the_least" {
  command = plan

  assert {
    condition     = can(regex("^acme-results-[0-9a-f]{8}$", google_storage_bucket.this.name)) && !google_storage_bucket.this.force_destroy
    error_message = "The name must be unique in the world, and objects must not be deleted with the bucket."
  }

  assert {
    condition     = google_storage_bucket.this.public_access_prevention == "enforced" && google_storage_bucket.this.uniform_bucket_level_access && google_storage_bucket.this.versioning[0].enabled
    error_message = "The bucket must be private and versioned."
  }

  assert {
    condition     = length(google_storage_bucket.this.lifecycle_rule) == 2
    error_message = "Unfinished uploads and old versions must go, nothing else."
  }
}

run "with_expiration" {
  command = plan

  variables {
    expirations = { results = { prefix = "results/", days = 7 } }
  }

  assert {
    condition     = one(google_storage_bucket.this.lifecycle_rule[2].condition).age == 7 && one(google_storage_bucket.this.lifecycle_rule[2].condition).matches_prefix == tolist(["results/"])
    error_message = "Results must go after seven days."
  }
}

run "expiration_of_everything" {
  command = plan

  variables {
    expirations = { all = { prefix = "", days = 7 } }
  }

  expect_failures = [var.expirations]
}

run "name_of_google" {
  command = plan

  variables {
    name = "google-results"
  }

  expect_failures = [var.name]
}
