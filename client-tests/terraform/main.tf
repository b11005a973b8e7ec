# A trail as somebody's infrastructure declares it, first plain, then changed in everything that can be changed.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "changed" {
  type    = bool
  default = false
}

provider "aws" {
  region                  = "eu-west-1"
  access_key              = "111122223333"
  secret_key              = "secret"
  skip_metadata_api_check = true
  # A call that fails is to fail at once.
  max_retries = 1

  endpoints {
    cloudtrail = var.endpoint
    sts        = var.endpoint
  }
}

data "aws_caller_identity" "me" {
}

resource "aws_cloudtrail" "audit" {
  name                       = "audit"
  s3_bucket_name             = "audit-logs"
  enable_log_file_validation = true
  is_multi_region_trail      = var.changed
  enable_logging             = !var.changed
  tags                       = var.changed ? { team = "security" } : { team = "audit", stage = "test" }

  dynamic "event_selector" {
    for_each = var.changed ? [] : [1]
    content {
      read_write_type                  = "WriteOnly"
      exclude_management_event_sources = ["kms.amazonaws.com"]
      data_resource {
        type   = "AWS::S3::Object"
        values = ["arn:aws:s3"]
      }
    }
  }

  dynamic "advanced_event_selector" {
    for_each = var.changed ? [1] : []
    content {
      name = "writes"
      field_selector {
        field  = "eventCategory"
        equals = ["Management"]
      }
      field_selector {
        field  = "readOnly"
        equals = ["false"]
      }
    }
  }

  dynamic "insight_selector" {
    for_each = var.changed ? ["ApiCallRateInsight"] : []
    content {
      insight_type = insight_selector.value
    }
  }
}

output "account" {
  value = data.aws_caller_identity.me.account_id
}

output "arn" {
  value = aws_cloudtrail.audit.arn
}
