//! Operations on buckets themselves: making, finding, removing them, and their ACL and policy.

use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response};

use super::context::Context;
use crate::error::{Result, refuse, refuse_with};
use crate::ids::canonical_user;
use crate::policy::Policy;
use crate::store::{BucketInfo, BucketName};

/// The longest bucket policy, in bytes (D, S3 quotas).
const MAX_POLICY: usize = 20 * 1024;

pub(super) async fn create(
    request: S3Request<CreateBucketInput>,
) -> Result<S3Response<CreateBucketOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let name =
        BucketName::parse(&input.bucket).ok_or_else(|| refuse(S3ErrorCode::InvalidBucketName))?;
    let constraint = input
        .create_bucket_configuration
        .and_then(|configuration| configuration.location_constraint);
    let region = region_for(
        context.asked.region.as_str(),
        constraint.as_ref().map(BucketLocationConstraint::as_str),
    )?;
    let info = BucketInfo {
        owner: context.account(),
        region,
        created: context.now(),
        policy: None,
        acl: input
            .acl
            .map(|acl| acl.as_str().to_owned())
            .filter(|acl| acl != "private"),
        configs: std::collections::BTreeMap::new(),
    };
    let made = context.blocking({
        let (name, info) = (name.clone(), info.clone());
        move |store| store.create_bucket(&name, &info)
    });
    if let Err(existing) = made.await? {
        if existing.owner != info.owner {
            return Err(refuse(S3ErrorCode::BucketAlreadyExists));
        }
        // Only us-east-1 lets an owner create a bucket again (D, S3 CreateBucket).
        let again = existing.region.as_str() == "us-east-1" && info.region.as_str() == "us-east-1";
        if !again {
            return Err(refuse(S3ErrorCode::BucketAlreadyOwnedByYou));
        }
    }
    Ok(S3Response::new(CreateBucketOutput {
        location: Some(format!("/{}", name.as_str())),
    }))
}

/// Where a bucket goes: the endpoint's region and the constraint must agree, save at us-east-1 (D, S3 CreateBucket).
fn region_for(endpoint: &str, constraint: Option<&str>) -> Result<localtrail_core::Region> {
    let wanted = match constraint.filter(|constraint| !constraint.is_empty()) {
        Some("EU") => Some("eu-west-1"),
        other => other,
    };
    let region = match (endpoint, wanted) {
        ("us-east-1", None) => "us-east-1",
        ("us-east-1", Some("us-east-1")) => {
            return Err(refuse(S3ErrorCode::InvalidLocationConstraint));
        }
        ("us-east-1", Some(region)) => region,
        (endpoint, Some(region)) if region == endpoint => region,
        (_, other) => {
            let what = other.unwrap_or("unspecified");
            return Err(refuse_with(
                S3ErrorCode::IllegalLocationConstraintException,
                format!(
                    "The {what} location constraint is incompatible for the region specific endpoint this request was sent to."
                ),
            ));
        }
    };
    localtrail_core::Region::parse(region)
        .ok_or_else(|| refuse(S3ErrorCode::InvalidLocationConstraint))
}

pub(super) async fn head(
    request: S3Request<HeadBucketInput>,
) -> Result<S3Response<HeadBucketOutput>> {
    let context = Context::of(&request)?;
    let (_, info) = context
        .bucket(
            &request.input.bucket,
            request.input.expected_bucket_owner.as_deref(),
        )
        .await?;
    Ok(S3Response::new(HeadBucketOutput {
        bucket_region: Some(info.region.to_string()),
        access_point_alias: Some(false),
        ..Default::default()
    }))
}

pub(super) async fn list(
    request: S3Request<ListBucketsInput>,
) -> Result<S3Response<ListBucketsOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let account = context.account();
    let all = context.blocking(|store| store.buckets()).await?;
    let limit = usize::try_from(input.max_buckets.unwrap_or(10_000))
        .unwrap_or(0)
        .clamp(1, 10_000);
    let mut buckets: Vec<Bucket> = Vec::new();
    let mut more = None;
    for (name, info) in all {
        let fits = info.owner == account
            && input
                .prefix
                .as_ref()
                .is_none_or(|prefix| name.as_str().starts_with(prefix.as_str()))
            && input
                .bucket_region
                .as_ref()
                .is_none_or(|region| region == info.region.as_str())
            && input
                .continuation_token
                .as_ref()
                .is_none_or(|after| name.as_str() > after.as_str());
        if !fits {
            continue;
        }
        if buckets.len() == limit {
            more = buckets.last().and_then(|bucket| bucket.name.clone());
            break;
        }
        buckets.push(Bucket {
            name: Some(name.as_str().to_owned()),
            creation_date: Some(super::objects::time(info.created)),
            bucket_region: Some(info.region.to_string()),
        });
    }
    Ok(S3Response::new(ListBucketsOutput {
        buckets: Some(buckets),
        owner: Some(owner(account.as_str())),
        continuation_token: more,
        prefix: input.prefix,
    }))
}

pub(super) async fn delete(
    request: S3Request<DeleteBucketInput>,
) -> Result<S3Response<DeleteBucketOutput>> {
    let context = Context::of(&request)?;
    let (name, _) = context
        .bucket(
            &request.input.bucket,
            request.input.expected_bucket_owner.as_deref(),
        )
        .await?;
    context
        .blocking(move |store| store.delete_bucket(&name))
        .await?;
    Ok(S3Response::new(DeleteBucketOutput {}))
}

pub(super) async fn location(
    request: S3Request<GetBucketLocationInput>,
) -> Result<S3Response<GetBucketLocationOutput>> {
    let context = Context::of(&request)?;
    let (_, info) = context
        .bucket(
            &request.input.bucket,
            request.input.expected_bucket_owner.as_deref(),
        )
        .await?;
    // us-east-1 is told by saying nothing (D, S3 GetBucketLocation).
    let region = Some(info.region.to_string()).filter(|region| region != "us-east-1");
    Ok(S3Response::new(GetBucketLocationOutput {
        location_constraint: region.map(BucketLocationConstraint::from),
    }))
}

pub(super) async fn get_acl(
    request: S3Request<GetBucketAclInput>,
) -> Result<S3Response<GetBucketAclOutput>> {
    let context = Context::of(&request)?;
    let (_, info) = context
        .bucket(
            &request.input.bucket,
            request.input.expected_bucket_owner.as_deref(),
        )
        .await?;
    Ok(S3Response::new(GetBucketAclOutput {
        grants: Some(grants(info.owner.as_str(), info.acl.as_deref())),
        owner: Some(owner(info.owner.as_str())),
    }))
}

pub(super) async fn put_acl(
    request: S3Request<PutBucketAclInput>,
) -> Result<S3Response<PutBucketAclOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (name, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    let Some(acl) = input.acl else {
        return Err(refuse_with(
            S3ErrorCode::NotImplemented,
            "Only canned ACLs are implemented.",
        ));
    };
    let acl = Some(acl.as_str().to_owned()).filter(|acl| acl != "private");
    context
        .blocking(move |store| store.update_bucket(&name, |info| info.acl = acl))
        .await?;
    Ok(S3Response::new(PutBucketAclOutput {}))
}

pub(super) async fn get_policy(
    request: S3Request<GetBucketPolicyInput>,
) -> Result<S3Response<GetBucketPolicyOutput>> {
    let context = Context::of(&request)?;
    let (_, info) = context
        .bucket(
            &request.input.bucket,
            request.input.expected_bucket_owner.as_deref(),
        )
        .await?;
    let policy = info
        .policy
        .ok_or_else(|| refuse(S3ErrorCode::NoSuchBucketPolicy))?;
    let mut response = S3Response::new(GetBucketPolicyOutput {
        policy: Some(policy),
    });
    response.headers.insert(
        hyper::header::CONTENT_TYPE,
        hyper::header::HeaderValue::from_static("application/json"),
    );
    Ok(response)
}

pub(super) async fn policy_status(
    request: S3Request<GetBucketPolicyStatusInput>,
) -> Result<S3Response<GetBucketPolicyStatusOutput>> {
    use crate::policy::{Ask, Facts, Principal, Verdict};
    let context = Context::of(&request)?;
    let (name, info) = context
        .bucket(
            &request.input.bucket,
            request.input.expected_bucket_owner.as_deref(),
        )
        .await?;
    let policy = info
        .policy
        .as_deref()
        .and_then(|text| Policy::parse(text).ok());
    let policy = policy.ok_or_else(|| refuse(S3ErrorCode::NoSuchBucketPolicy))?;
    let facts = Facts::default().with("aws:SecureTransport", "true");
    let resource = crate::access::arn_of(&info, name.as_str(), Some("*"));
    let ask = Ask {
        principal: Principal::Anonymous,
        action: "s3:GetObject",
        resource: &resource,
        facts: &facts,
    };
    let status = PolicyStatus {
        is_public: Some(policy.judge(&ask) == Verdict::Allowed),
    };
    Ok(S3Response::new(GetBucketPolicyStatusOutput {
        policy_status: Some(status),
    }))
}

pub(super) async fn put_policy(
    request: S3Request<PutBucketPolicyInput>,
) -> Result<S3Response<PutBucketPolicyOutput>> {
    let context = Context::of(&request)?;
    let input = request.input;
    let (name, _) = context
        .bucket(&input.bucket, input.expected_bucket_owner.as_deref())
        .await?;
    check_policy(&name, &input.policy)?;
    context
        .blocking(move |store| store.update_bucket(&name, |info| info.policy = Some(input.policy)))
        .await?;
    Ok(S3Response::new(PutBucketPolicyOutput {}))
}

fn check_policy(name: &BucketName, text: &str) -> Result<()> {
    let malformed = |why: String| refuse_with(S3ErrorCode::MalformedPolicy, why);
    if text.len() > MAX_POLICY {
        return Err(malformed(
            "Policy exceeds the maximum allowed document size.".to_owned(),
        ));
    }
    let policy = Policy::parse(text).map_err(|error| malformed(error.0))?;
    let elsewhere = policy
        .resource_patterns()
        .any(|pattern| !names_bucket(pattern, name.as_str()));
    if elsewhere {
        Err(malformed("Policy has invalid resource".to_owned()))
    } else {
        Ok(())
    }
}

/// A bucket's policy may only speak of the bucket and what is in it (D, S3 bucket policies).
fn names_bucket(pattern: &str, bucket: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let Some((head, resource)) = pattern.split_once(":s3:::") else {
        return false;
    };
    let own = resource.split('/').next().unwrap_or_default();
    head.starts_with("arn:") && crate::policy::matches(own, bucket)
}

pub(super) async fn delete_policy(
    request: S3Request<DeleteBucketPolicyInput>,
) -> Result<S3Response<DeleteBucketPolicyOutput>> {
    let context = Context::of(&request)?;
    let (name, _) = context
        .bucket(
            &request.input.bucket,
            request.input.expected_bucket_owner.as_deref(),
        )
        .await?;
    context
        .blocking(move |store| store.update_bucket(&name, |info| info.policy = None))
        .await?;
    Ok(S3Response::new(DeleteBucketPolicyOutput {}))
}

/// An account as the owner of something.
pub(super) fn owner(account: &str) -> Owner {
    Owner {
        display_name: None,
        id: Some(canonical_user(account)),
    }
}

/// The grants of a canned ACL (D, S3 "Canned ACL").
pub(super) fn grants(account: &str, acl: Option<&str>) -> Vec<Grant> {
    let to_owner = Grant {
        grantee: Some(grantee(
            "CanonicalUser",
            Some(canonical_user(account)),
            None,
        )),
        permission: Some(Permission::from_static(Permission::FULL_CONTROL)),
    };
    let group = |name: &str, permission: &'static str| Grant {
        grantee: Some(grantee(
            "Group",
            None,
            Some(format!("http://acs.amazonaws.com/groups/{name}")),
        )),
        permission: Some(Permission::from_static(permission)),
    };
    let mut grants = vec![to_owner];
    match acl {
        Some("public-read") => grants.push(group("global/AllUsers", Permission::READ)),
        Some("public-read-write") => {
            grants.push(group("global/AllUsers", Permission::READ));
            grants.push(group("global/AllUsers", Permission::WRITE));
        }
        Some("authenticated-read") => {
            grants.push(group("global/AuthenticatedUsers", Permission::READ));
        }
        Some("log-delivery-write") => {
            grants.push(group("s3/LogDelivery", Permission::WRITE));
            grants.push(group("s3/LogDelivery", Permission::READ_ACP));
        }
        _ => {}
    }
    grants
}

fn grantee(kind: &'static str, id: Option<String>, uri: Option<String>) -> Grantee {
    Grantee {
        display_name: None,
        email_address: None,
        id,
        type_: Type::from_static(kind),
        uri,
    }
}
