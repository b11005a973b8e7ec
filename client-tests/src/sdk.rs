//! AWS's SDK for Rust pointed at an emulator, as a user would: an endpoint, a region, dummy credentials.

use aws_sdk_cloudtrail as cloudtrail;
use aws_sdk_s3 as s3;
use aws_smithy_http_client::Builder;

use crate::Emulator;

/// The region that the tests call when they do not care.
pub const REGION: &str = "eu-west-1";

/// A twelve-digit access key is the account id: every test knows its account without asking.
pub const ACCOUNT: &str = "111122223333";

/// The secret where nobody checks signatures.
const SECRET: &str = "secret";

/// A CloudTrail client. It does not retry, so that one call made is one call sent.
#[must_use]
pub fn cloudtrail(emulator: &Emulator) -> cloudtrail::Client {
    cloudtrail_signing(emulator, SECRET)
}

/// The same with a secret access key.
#[must_use]
pub fn cloudtrail_signing(emulator: &Emulator, secret: &str) -> cloudtrail::Client {
    let credentials = cloudtrail::config::Credentials::new(ACCOUNT, secret, None, None, "tests");
    let config = cloudtrail::Config::builder()
        .behavior_version(cloudtrail::config::BehaviorVersion::latest())
        .region(cloudtrail::config::Region::new(REGION))
        .credentials_provider(credentials)
        .endpoint_url(emulator.endpoint())
        .retry_config(cloudtrail::config::retry::RetryConfig::disabled())
        .http_client(Builder::new().build_http())
        .build();
    cloudtrail::Client::from_conf(config)
}

/// An S3 client with path-style addresses, the only ones that need no name resolution.
#[must_use]
pub fn s3(emulator: &Emulator) -> s3::Client {
    s3_signing(emulator, SECRET)
}

/// The same with a secret access key.
#[must_use]
pub fn s3_signing(emulator: &Emulator, secret: &str) -> s3::Client {
    let credentials = s3::config::Credentials::new(ACCOUNT, secret, None, None, "tests");
    let config = s3::Config::builder()
        .behavior_version(s3::config::BehaviorVersion::latest())
        .region(s3::config::Region::new(REGION))
        .credentials_provider(credentials)
        .endpoint_url(emulator.endpoint())
        .force_path_style(true)
        .retry_config(s3::config::retry::RetryConfig::disabled())
        .http_client(Builder::new().build_http())
        .build();
    s3::Client::from_conf(config)
}

/// Makes a bucket that CloudTrail may write to, with the policy that AWS's guide gives (D, trails.md 14).
///
/// # Panics
/// When the emulator refuses.
pub async fn trail_bucket(client: &s3::Client, bucket: &str) {
    let location = s3::types::CreateBucketConfiguration::builder()
        .location_constraint(REGION.into())
        .build();
    client
        .create_bucket()
        .bucket(bucket)
        .create_bucket_configuration(location)
        .send()
        .await
        .expect("the bucket is new");
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AWSCloudTrailAclCheck20150319",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:GetBucketAcl",
                "Resource": format!("arn:aws:s3:::{bucket}"),
            },
            {
                "Sid": "AWSCloudTrailWrite20150319",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": format!("arn:aws:s3:::{bucket}/AWSLogs/{ACCOUNT}/*"),
                "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
            },
        ],
    });
    client
        .put_bucket_policy()
        .bucket(bucket)
        .policy(policy.to_string())
        .send()
        .await
        .expect("the policy is well formed");
}
