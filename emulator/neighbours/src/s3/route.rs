//! Which S3 operation a request is, by CloudTrail's name for it: method, whether there is a key, and the query's flag.

use std::borrow::Cow;

use hyper::Method;
use localtrail_core::{Access, Category};

/// An S3 operation as CloudTrail tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    /// `eventName`, which is not always the API's name (O, formats.md 3.3).
    pub(crate) event: &'static str,
    /// The action of policies, without `s3:`.
    pub(crate) action: Cow<'static, str>,
    /// What the path names.
    pub(crate) scope: Scope,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Nothing: the account.
    Account,
    /// A bucket.
    Bucket,
    /// An object.
    Object,
}

impl Operation {
    /// Management or data: everything about objects is data, and so is looking at what a bucket holds (D, formats.md 4.1).
    pub(crate) fn category(&self) -> Category {
        let lists = matches!(
            self.event,
            "HeadBucket" | "ListObjects" | "ListObjectVersions" | "DeleteObjects"
        );
        if self.scope == Scope::Object || lists {
            Category::Data
        } else {
            Category::Management
        }
    }

    /// Read or write, by the name's first word (O, formats.md 4.2).
    pub(crate) fn access(&self) -> Access {
        let reads = ["Get", "List", "Head", "Select"]
            .iter()
            .any(|verb| self.event.starts_with(verb));
        if reads { Access::Read } else { Access::Write }
    }
}

/// A setting of a bucket: its query flag, and the events of reading, writing and deleting it. Empty: no such operation.
struct Setting {
    flag: &'static str,
    get: &'static str,
    put: &'static str,
    delete: &'static str,
    /// The word that policies use for the setting in `Get…`, `Put…`; empty where the event's name is the action.
    action: &'static str,
}

const fn setting(flag: &'static str, events: [&'static str; 3], action: &'static str) -> Setting {
    Setting {
        flag,
        get: events[0],
        put: events[1],
        delete: events[2],
        action,
    }
}

#[rustfmt::skip]
const SETTINGS: [Setting; 23] = [
    setting("accelerate", ["GetAccelerateConfiguration", "PutAccelerateConfiguration", ""], ""),
    setting("acl", ["GetBucketAcl", "PutBucketAcl", ""], ""),
    setting("analytics", ["GetBucketAnalyticsConfiguration", "PutBucketAnalyticsConfiguration", "DeleteBucketAnalyticsConfiguration"], "AnalyticsConfiguration"),
    setting("cors", ["GetBucketCors", "PutBucketCors", "DeleteBucketCors"], "BucketCORS"),
    setting("encryption", ["GetBucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption"], "EncryptionConfiguration"),
    setting("intelligent-tiering", ["GetBucketIntelligentTieringConfiguration", "PutBucketIntelligentTieringConfiguration", "DeleteBucketIntelligentTieringConfiguration"], "IntelligentTieringConfiguration"),
    setting("inventory", ["GetBucketInventoryConfiguration", "PutBucketInventoryConfiguration", "DeleteBucketInventoryConfiguration"], "InventoryConfiguration"),
    setting("lifecycle", ["GetBucketLifecycle", "PutBucketLifecycle", "DeleteBucketLifecycle"], "LifecycleConfiguration"),
    setting("location", ["GetBucketLocation", "", ""], ""),
    setting("logging", ["GetBucketLogging", "PutBucketLogging", ""], ""),
    setting("metrics", ["GetBucketMetricsConfiguration", "PutBucketMetricsConfiguration", "DeleteBucketMetricsConfiguration"], "MetricsConfiguration"),
    setting("notification", ["GetBucketNotification", "PutBucketNotification", ""], ""),
    setting("object-lock", ["GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration", ""], ""),
    setting("ownershipControls", ["GetBucketOwnershipControls", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls"], ""),
    setting("policy", ["GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"], ""),
    setting("policyStatus", ["GetBucketPolicyStatus", "", ""], ""),
    setting("publicAccessBlock", ["GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock"], ""),
    setting("replication", ["GetBucketReplication", "PutBucketReplication", "DeleteBucketReplication"], "ReplicationConfiguration"),
    setting("requestPayment", ["GetBucketRequestPayment", "PutBucketRequestPayment", ""], ""),
    setting("tagging", ["GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging"], ""),
    setting("versioning", ["GetBucketVersioning", "PutBucketVersioning", ""], ""),
    setting("website", ["GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"], ""),
    setting("metadataTable", ["GetBucketMetadataTableConfiguration", "", "DeleteBucketMetadataTableConfiguration"], ""),
];

/// The operation of a request; `None` where S3 has none. `flags` are the names in the query.
pub(crate) fn operation(
    method: &Method,
    scope: Scope,
    flags: &[&str],
    copies: bool,
) -> Option<Operation> {
    let (event, action) = match scope {
        Scope::Account => {
            (*method == Method::GET).then_some(("ListBuckets", "ListAllMyBuckets".into()))?
        }
        Scope::Bucket => bucket_operation(method, flags)?,
        Scope::Object => {
            let (event, action) = object_operation(method, flags, copies)?;
            (event, action.into())
        }
    };
    Some(Operation {
        event,
        action,
        scope,
    })
}

fn bucket_operation(method: &Method, flags: &[&str]) -> Option<(&'static str, Cow<'static, str>)> {
    let setting = SETTINGS
        .iter()
        .find(|setting| flags.contains(&setting.flag));
    match (method.as_str(), setting) {
        ("HEAD", _) => Some(("HeadBucket", "ListBucket".into())),
        ("GET", Some(setting)) => action_of(setting.get, setting.action),
        ("PUT", Some(setting)) => action_of(setting.put, setting.action),
        ("DELETE", Some(setting)) => action_of(setting.delete, setting.action),
        ("GET", None) if flags.contains(&"uploads") => {
            Some(("ListMultipartUploads", "ListBucketMultipartUploads".into()))
        }
        ("GET", None) if flags.contains(&"versions") => {
            Some(("ListObjectVersions", "ListBucketVersions".into()))
        }
        ("GET", None) => Some(("ListObjects", "ListBucket".into())),
        ("PUT", None) => Some(("CreateBucket", "CreateBucket".into())),
        ("DELETE", None) => Some(("DeleteBucket", "DeleteBucket".into())),
        ("POST", _) if flags.contains(&"delete") => Some(("DeleteObjects", "DeleteObject".into())),
        _ => None,
    }
}

fn action_of(event: &'static str, word: &'static str) -> Option<(&'static str, Cow<'static, str>)> {
    // Policies say Put where the API says Delete, for settings that have a word of their own (D, S3 actions).
    let action = match word {
        "" => Cow::Borrowed(event),
        word if event.starts_with("Get") => Cow::Owned(format!("Get{word}")),
        word => Cow::Owned(format!("Put{word}")),
    };
    (!event.is_empty()).then_some((event, action))
}

fn object_operation(
    method: &Method,
    flags: &[&str],
    copies: bool,
) -> Option<(&'static str, &'static str)> {
    let has = |flag: &str| flags.contains(&flag);
    let found = match method.as_str() {
        "HEAD" => ("HeadObject", "GetObject"),
        "GET" if has("attributes") => ("GetObjectAttributes", "GetObjectAttributes"),
        "GET" if has("acl") => ("GetObjectAcl", "GetObjectAcl"),
        "GET" if has("legal-hold") => ("GetObjectLegalHold", "GetObjectLegalHold"),
        "GET" if has("retention") => ("GetObjectRetention", "GetObjectRetention"),
        "GET" if has("tagging") => ("GetObjectTagging", "GetObjectTagging"),
        "GET" if has("torrent") => ("GetObjectTorrent", "GetObjectTorrent"),
        "GET" if has("uploadId") => ("ListParts", "ListMultipartUploadParts"),
        "GET" => ("GetObject", "GetObject"),
        "PUT" if has("acl") => ("PutObjectAcl", "PutObjectAcl"),
        "PUT" if has("legal-hold") => ("PutObjectLegalHold", "PutObjectLegalHold"),
        "PUT" if has("retention") => ("PutObjectRetention", "PutObjectRetention"),
        "PUT" if has("tagging") => ("PutObjectTagging", "PutObjectTagging"),
        "PUT" if has("partNumber") && has("uploadId") && copies => ("UploadPartCopy", "PutObject"),
        "PUT" if has("partNumber") && has("uploadId") => ("UploadPart", "PutObject"),
        "PUT" if copies => ("CopyObject", "PutObject"),
        "PUT" => ("PutObject", "PutObject"),
        "POST" if has("select") => ("SelectObjectContent", "GetObject"),
        "POST" if has("uploads") => ("CreateMultipartUpload", "PutObject"),
        "POST" if has("restore") => ("RestoreObject", "RestoreObject"),
        "POST" if has("uploadId") => ("CompleteMultipartUpload", "PutObject"),
        "DELETE" if has("tagging") => ("DeleteObjectTagging", "DeleteObjectTagging"),
        "DELETE" if has("uploadId") => ("AbortMultipartUpload", "AbortMultipartUpload"),
        "DELETE" => ("DeleteObject", "DeleteObject"),
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (
        Method,
        Scope,
        &'static [&'static str],
        &'static str,
        Category,
        Access,
    );

    #[rustfmt::skip]
    const ROWS: [Row; 12] = [
        (Method::GET, Scope::Account, &[], "ListBuckets", Category::Management, Access::Read),
        (Method::PUT, Scope::Bucket, &[], "CreateBucket", Category::Management, Access::Write),
        (Method::HEAD, Scope::Bucket, &[], "HeadBucket", Category::Data, Access::Read),
        (Method::GET, Scope::Bucket, &["list-type", "prefix"], "ListObjects", Category::Data, Access::Read),
        (Method::GET, Scope::Bucket, &["uploads"], "ListMultipartUploads", Category::Management, Access::Read),
        (Method::PUT, Scope::Bucket, &["lifecycle"], "PutBucketLifecycle", Category::Management, Access::Write),
        (Method::GET, Scope::Bucket, &["object-lock"], "GetBucketObjectLockConfiguration", Category::Management, Access::Read),
        (Method::DELETE, Scope::Bucket, &["publicAccessBlock"], "DeleteBucketPublicAccessBlock", Category::Management, Access::Write),
        (Method::POST, Scope::Bucket, &["delete"], "DeleteObjects", Category::Data, Access::Write),
        (Method::GET, Scope::Object, &["x-id"], "GetObject", Category::Data, Access::Read),
        (Method::PUT, Scope::Object, &["partNumber", "uploadId"], "UploadPart", Category::Data, Access::Write),
        (Method::DELETE, Scope::Object, &["uploadId"], "AbortMultipartUpload", Category::Data, Access::Write),
    ];

    #[test]
    fn names_categories_and_access() {
        for (method, scope, flags, event, category, access) in ROWS {
            let found = operation(&method, scope, flags, false).unwrap();
            assert_eq!(
                (found.event, found.category(), found.access()),
                (event, category, access)
            );
        }
    }

    #[test]
    fn what_is_no_operation_and_what_is_another() {
        assert_eq!(
            operation(&Method::PUT, Scope::Bucket, &["location"], false),
            None
        );
        assert_eq!(operation(&Method::PATCH, Scope::Object, &[], false), None);
        let copy = operation(&Method::PUT, Scope::Object, &[], true).unwrap();
        assert_eq!(copy.event, "CopyObject");
        let lifecycle = operation(&Method::GET, Scope::Bucket, &["lifecycle"], false).unwrap();
        assert_eq!(lifecycle.action, "GetLifecycleConfiguration");
    }
}
