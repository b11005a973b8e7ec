//! A bucket's settings. Those that only describe are kept and answered; those that would change what happens to objects
//! are answered as never set, and refused when put, rather than accepted and ignored.

use hyper::StatusCode;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;
use crate::error::{Result, refuse, refuse_by_name};

const TAGGING: &str = "tagging";
const ENCRYPTION: &str = "encryption";
const OWNERSHIP: &str = "ownershipControls";
const PUBLIC_ACCESS: &str = "publicAccessBlock";

/// Whose setting, and of whom the caller expects it to be.
type Owned<'a> = (&'a str, Option<&'a str>);

async fn read<T>(
    context: &Context,
    (bucket, owner): Owned<'_>,
    flag: &'static str,
) -> Result<Option<T>>
where
    T: DeserializeOwned + Send + 'static,
{
    let (name, _) = context.bucket(bucket, owner).await?;
    context
        .blocking(move |store| store.config(&name, flag))
        .await
}

async fn write<T>(
    context: &Context,
    (bucket, owner): Owned<'_>,
    flag: &'static str,
    value: Option<T>,
) -> Result<()>
where
    T: Serialize + Send + 'static,
{
    let (name, _) = context.bucket(bucket, owner).await?;
    context
        .blocking(move |store| store.set_config(&name, flag, value.as_ref()))
        .await
}

pub(super) async fn get_tagging(
    request: S3Request<GetBucketTaggingInput>,
) -> Result<S3Response<GetBucketTaggingOutput>> {
    let context = Context::of(&request)?;
    let of = (
        request.input.bucket.as_str(),
        request.input.expected_bucket_owner.as_deref(),
    );
    let kept: Option<Tagging> = read(&context, of, TAGGING).await?;
    let tagging = kept.ok_or_else(|| refuse(S3ErrorCode::NoSuchTagSet))?;
    Ok(S3Response::new(GetBucketTaggingOutput {
        tag_set: tagging.tag_set,
    }))
}

pub(super) async fn put_tagging(
    request: S3Request<PutBucketTaggingInput>,
) -> Result<S3Response<PutBucketTaggingOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let of = (
        input.bucket.as_str(),
        input.expected_bucket_owner.as_deref(),
    );
    write(&context, of, TAGGING, Some(input.tagging)).await?;
    Ok(S3Response::new(PutBucketTaggingOutput {}))
}

pub(super) async fn delete_tagging(
    request: S3Request<DeleteBucketTaggingInput>,
) -> Result<S3Response<DeleteBucketTaggingOutput>> {
    let context = Context::of(&request)?;
    let of = (
        request.input.bucket.as_str(),
        request.input.expected_bucket_owner.as_deref(),
    );
    write::<Tagging>(&context, of, TAGGING, None).await?;
    Ok(S3Response::new(DeleteBucketTaggingOutput {}))
}

pub(super) async fn get_encryption(
    request: S3Request<GetBucketEncryptionInput>,
) -> Result<S3Response<GetBucketEncryptionOutput>> {
    let context = Context::of(&request)?;
    let of = (
        request.input.bucket.as_str(),
        request.input.expected_bucket_owner.as_deref(),
    );
    let kept: Option<ServerSideEncryptionConfiguration> = read(&context, of, ENCRYPTION).await?;
    // Every bucket has had SSE-S3 by default since 2023 (D, S3 "default encryption").
    let configuration = kept.unwrap_or_else(|| ServerSideEncryptionConfiguration {
        rules: vec![ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
                kms_master_key_id: None,
                sse_algorithm: ServerSideEncryption::from_static(ServerSideEncryption::AES256),
            }),
            bucket_key_enabled: Some(false),
        }],
    });
    Ok(S3Response::new(GetBucketEncryptionOutput {
        server_side_encryption_configuration: Some(configuration),
    }))
}

pub(super) async fn put_encryption(
    request: S3Request<PutBucketEncryptionInput>,
) -> Result<S3Response<PutBucketEncryptionOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let of = (
        input.bucket.as_str(),
        input.expected_bucket_owner.as_deref(),
    );
    write(
        &context,
        of,
        ENCRYPTION,
        Some(input.server_side_encryption_configuration),
    )
    .await?;
    Ok(S3Response::new(PutBucketEncryptionOutput {}))
}

pub(super) async fn delete_encryption(
    request: S3Request<DeleteBucketEncryptionInput>,
) -> Result<S3Response<DeleteBucketEncryptionOutput>> {
    let context = Context::of(&request)?;
    let of = (
        request.input.bucket.as_str(),
        request.input.expected_bucket_owner.as_deref(),
    );
    write::<ServerSideEncryptionConfiguration>(&context, of, ENCRYPTION, None).await?;
    Ok(S3Response::new(DeleteBucketEncryptionOutput {}))
}

pub(super) async fn get_ownership(
    request: S3Request<GetBucketOwnershipControlsInput>,
) -> Result<S3Response<GetBucketOwnershipControlsOutput>> {
    let context = Context::of(&request)?;
    let of = (
        request.input.bucket.as_str(),
        request.input.expected_bucket_owner.as_deref(),
    );
    let kept: Option<String> = read(&context, of, OWNERSHIP).await?;
    // New buckets have had ACLs switched off since 2023 (D, S3 "Object Ownership"). Empty stands for deleted controls.
    let ownership = kept.unwrap_or_else(|| ObjectOwnership::BUCKET_OWNER_ENFORCED.to_owned());
    if ownership.is_empty() {
        return Err(refuse(S3ErrorCode::OwnershipControlsNotFoundError));
    }
    let rule = OwnershipControlsRule {
        object_ownership: ObjectOwnership::from(ownership),
    };
    let controls = OwnershipControls { rules: vec![rule] };
    Ok(S3Response::new(GetBucketOwnershipControlsOutput {
        ownership_controls: Some(controls),
    }))
}

pub(super) async fn put_ownership(
    request: S3Request<PutBucketOwnershipControlsInput>,
) -> Result<S3Response<PutBucketOwnershipControlsOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let of = (
        input.bucket.as_str(),
        input.expected_bucket_owner.as_deref(),
    );
    let rule = input.ownership_controls.rules.into_iter().next();
    let rule = rule.ok_or_else(|| refuse(S3ErrorCode::MalformedXML))?;
    write(
        &context,
        of,
        OWNERSHIP,
        Some(rule.object_ownership.as_str().to_owned()),
    )
    .await?;
    Ok(S3Response::new(PutBucketOwnershipControlsOutput {}))
}

pub(super) async fn delete_ownership(
    request: S3Request<DeleteBucketOwnershipControlsInput>,
) -> Result<S3Response<DeleteBucketOwnershipControlsOutput>> {
    let context = Context::of(&request)?;
    let of = (
        request.input.bucket.as_str(),
        request.input.expected_bucket_owner.as_deref(),
    );
    write(&context, of, OWNERSHIP, Some(String::new())).await?;
    Ok(S3Response::new(DeleteBucketOwnershipControlsOutput {}))
}

pub(super) async fn get_public_access(
    request: S3Request<GetPublicAccessBlockInput>,
) -> Result<S3Response<GetPublicAccessBlockOutput>> {
    let context = Context::of(&request)?;
    let of = (
        request.input.bucket.as_str(),
        request.input.expected_bucket_owner.as_deref(),
    );
    let kept: Option<PublicAccessBlockConfiguration> = read(&context, of, PUBLIC_ACCESS).await?;
    let missing = || {
        refuse_by_name(
            "NoSuchPublicAccessBlockConfiguration",
            StatusCode::NOT_FOUND,
        )
    };
    let configuration = kept.ok_or_else(missing)?;
    Ok(S3Response::new(GetPublicAccessBlockOutput {
        public_access_block_configuration: Some(configuration),
    }))
}

pub(super) async fn put_public_access(
    request: S3Request<PutPublicAccessBlockInput>,
) -> Result<S3Response<PutPublicAccessBlockOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let of = (
        input.bucket.as_str(),
        input.expected_bucket_owner.as_deref(),
    );
    write(
        &context,
        of,
        PUBLIC_ACCESS,
        Some(input.public_access_block_configuration),
    )
    .await?;
    Ok(S3Response::new(PutPublicAccessBlockOutput {}))
}

pub(super) async fn delete_public_access(
    request: S3Request<DeletePublicAccessBlockInput>,
) -> Result<S3Response<DeletePublicAccessBlockOutput>> {
    let context = Context::of(&request)?;
    let of = (
        request.input.bucket.as_str(),
        request.input.expected_bucket_owner.as_deref(),
    );
    write::<PublicAccessBlockConfiguration>(&context, of, PUBLIC_ACCESS, None).await?;
    Ok(S3Response::new(DeletePublicAccessBlockOutput {}))
}

/// The answer of a bucket that never had this setting, where S3 has a document for that.
pub(super) async fn never_set<O: Default>(
    context: Context,
    bucket: &str,
    owner: Option<&str>,
) -> Result<S3Response<O>> {
    context.bucket(bucket, owner).await?;
    Ok(S3Response::new(O::default()))
}

/// The error of a bucket that never had this setting.
pub(super) async fn not_found<O>(
    context: Context,
    bucket: &str,
    owner: Option<&str>,
    code: S3ErrorCode,
) -> Result<S3Response<O>> {
    context.bucket(bucket, owner).await?;
    Err(refuse(code))
}

pub(super) async fn get_request_payment(
    request: S3Request<GetBucketRequestPaymentInput>,
) -> Result<S3Response<GetBucketRequestPaymentOutput>> {
    let context = Context::of(&request)?;
    context
        .bucket(
            &request.input.bucket,
            request.input.expected_bucket_owner.as_deref(),
        )
        .await?;
    let payer = Some(Payer::from_static(Payer::BUCKET_OWNER));
    Ok(S3Response::new(GetBucketRequestPaymentOutput { payer }))
}
