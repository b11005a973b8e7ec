//! Operations on buckets.

use localtrail_core::Region;

use crate::town::{STRANGER, Town, asked, user};

const EU: &str = r#"<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"#;

#[tokio::test]
async fn a_bucket_from_beginning_to_end() {
    let town = Town::new();
    assert_eq!(town.ask("HEAD", "/bkt", &[], "").await.status, 404);
    let made = town.ask("PUT", "/bkt", &[], "").await;
    assert_eq!(
        (made.status.as_u16(), made.header("location")),
        (200, "/bkt")
    );
    assert!(town.file("bkt").is_dir());
    let head = town.ask("HEAD", "/bkt", &[], "").await;
    assert_eq!(
        (head.status.as_u16(), head.header("x-amz-bucket-region")),
        (200, "us-east-1")
    );
    let all = town.ask("GET", "/", &[], "").await;
    assert_eq!(all.all("Name"), ["bkt"]);
    assert_eq!(all.one("CreationDate").unwrap(), "2026-11-23T16:05:00.497Z");
    assert_eq!(town.ask("DELETE", "/bkt", &[], "").await.status, 204);
    assert_eq!(
        town.ask("DELETE", "/bkt", &[], "").await.refusal(),
        (404, "NoSuchBucket".to_owned())
    );
    assert!(!town.file("bkt").exists());
}

#[tokio::test]
async fn a_bucket_that_holds_something_stays() {
    let town = Town::with_bucket().await;
    town.put("x/y", "1").await;
    let refused = town.ask("DELETE", "/bkt", &[], "").await;
    assert_eq!(refused.refusal(), (409, "BucketNotEmpty".to_owned()));
    assert_eq!(
        refused.one("Message").unwrap(),
        "The bucket you tried to delete is not empty"
    );
    town.ask("DELETE", "/bkt/x/y", &[], "").await;
    // Empty folders, left or made by hand, are nothing to S3.
    std::fs::create_dir_all(town.file("bkt/by/hand")).unwrap();
    assert_eq!(town.ask("DELETE", "/bkt", &[], "").await.status, 204);
}

#[tokio::test]
async fn making_a_bucket_again() {
    let town = Town::with_bucket().await;
    assert_eq!(town.ask("PUT", "/bkt", &[], "").await.status, 200);
    let mut other = asked();
    other.caller = user(STRANGER);
    let taken = town.ask_as(other, "PUT", "/bkt", &[], "").await;
    assert_eq!(taken.refusal(), (409, "BucketAlreadyExists".to_owned()));
    assert_eq!(town.ask("PUT", "/eur", &[], EU).await.status, 200);
    assert_eq!(
        town.ask("PUT", "/eur", &[], EU).await.refusal(),
        (409, "BucketAlreadyOwnedByYou".to_owned())
    );
}

#[tokio::test]
async fn regions_and_constraints() {
    let town = Town::new();
    assert_eq!(town.ask("PUT", "/eu1", &[], EU).await.status, 200);
    let location = town.ask("GET", "/eu1?location", &[], "").await;
    assert!(
        location.text().contains(">eu-west-1</LocationConstraint>"),
        "{}",
        location.text()
    );
    town.ask("PUT", "/us1", &[], "").await;
    let location = town.ask("GET", "/us1?location", &[], "").await;
    assert!(
        location.text().contains("LocationConstraint") && !location.text().contains("us-"),
        "{}",
        location.text()
    );
    let mut in_europe = asked();
    in_europe.region = Region::parse("eu-west-1").unwrap();
    let refused = town.ask_as(in_europe.clone(), "PUT", "/eu2", &[], "").await;
    assert_eq!(
        refused.refusal(),
        (400, "IllegalLocationConstraintException".to_owned())
    );
    assert!(
        refused
            .one("Message")
            .unwrap()
            .starts_with("The unspecified location constraint is incompatible")
    );
    assert_eq!(
        town.ask_as(in_europe, "PUT", "/eu2", &[], EU).await.status,
        200
    );
    let own = EU.replace("eu-west-1", "us-east-1");
    assert_eq!(
        town.ask("PUT", "/us2", &[], own).await.refusal(),
        (400, "InvalidLocationConstraint".to_owned())
    );
}

#[tokio::test]
async fn names_that_are_no_bucket_names() {
    let town = Town::new();
    for name in [
        "..",
        "ab",
        "A-b",
        ".localtrail",
        "a..b",
        "%2e%2e",
        "a%2fb",
        "a_b",
        "192.168.0.1",
        &"x".repeat(64),
    ] {
        let answer = town.ask("PUT", &format!("/{name}"), &[], "").await;
        assert!(
            answer.status.is_client_error(),
            "{name}: {} {}",
            answer.status,
            answer.text()
        );
    }
    assert_eq!(std::fs::read_dir(town.outside()).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(town.root()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_bucket_made_by_hand_is_a_bucket() {
    let town = Town::new();
    std::fs::create_dir(town.file("handmade")).unwrap();
    assert_eq!(town.ask("HEAD", "/handmade", &[], "").await.status, 200);
    assert_eq!(
        town.ask("GET", "/", &[], "").await.all("Name"),
        ["handmade"]
    );
    std::fs::remove_dir(town.file("handmade")).unwrap();
    assert_eq!(town.ask("HEAD", "/handmade", &[], "").await.status, 404);
}

#[tokio::test]
async fn acl_and_policy() {
    let town = Town::with_bucket().await;
    let acl = town.ask("GET", "/bkt?acl", &[], "").await;
    assert_eq!(acl.all("Permission"), ["FULL_CONTROL"]);
    assert_eq!(
        town.ask("PUT", "/bkt?acl", &[("x-amz-acl", "public-read")], "")
            .await
            .status,
        200
    );
    assert_eq!(
        town.ask("GET", "/bkt?acl", &[], "").await.all("Permission"),
        ["FULL_CONTROL", "READ"]
    );

    assert_eq!(
        town.ask("GET", "/bkt?policy", &[], "").await.refusal(),
        (404, "NoSuchBucketPolicy".to_owned())
    );
    let policy = r#"{ "Statement": {"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bkt/*"} }"#;
    assert_eq!(
        town.ask("PUT", "/bkt?policy", &[], policy).await.status,
        204
    );
    let kept = town.ask("GET", "/bkt?policy", &[], "").await;
    assert_eq!(
        (kept.text().as_str(), kept.header("content-type")),
        (policy, "application/json")
    );
    assert_eq!(
        town.ask("GET", "/bkt?policyStatus", &[], "")
            .await
            .one("IsPublic")
            .unwrap()
            .to_lowercase(),
        "true"
    );
    for bad in [
        "",
        "nonsense",
        "{}",
        &policy.replace("s3:::bkt/", "s3:::other/"),
    ] {
        assert_eq!(
            town.ask("PUT", "/bkt?policy", &[], bad.to_owned())
                .await
                .refusal(),
            (400, "MalformedPolicy".to_owned()),
            "{bad}"
        );
    }
    assert_eq!(town.ask("GET", "/bkt?policy", &[], "").await.text(), policy);
    assert_eq!(town.ask("DELETE", "/bkt?policy", &[], "").await.status, 204);
    assert_eq!(
        town.ask("GET", "/bkt?policy", &[], "").await.refusal(),
        (404, "NoSuchBucketPolicy".to_owned())
    );
}

#[tokio::test]
async fn settings() {
    let town = Town::with_bucket().await;
    for (flag, code) in [
        ("cors", "NoSuchCORSConfiguration"),
        ("lifecycle", "NoSuchLifecycleConfiguration"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("replication", "ReplicationConfigurationNotFoundError"),
        ("object-lock", "ObjectLockConfigurationNotFoundError"),
        ("tagging", "NoSuchTagSet"),
        ("publicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
    ] {
        let answer = town.ask("GET", &format!("/bkt?{flag}"), &[], "").await;
        assert_eq!(
            answer.refusal(),
            (404, code.to_owned()),
            "{}",
            answer.text()
        );
    }
    for flag in [
        "versioning",
        "logging",
        "accelerate",
        "requestPayment",
        "encryption",
        "notification",
        "ownershipControls",
    ] {
        assert_eq!(
            town.ask("GET", &format!("/bkt?{flag}"), &[], "")
                .await
                .status,
            200,
            "{flag}"
        );
        assert_eq!(
            town.ask("GET", &format!("/missing?{flag}"), &[], "")
                .await
                .refusal()
                .1,
            "NoSuchBucket"
        );
    }
    let tags = "<Tagging><TagSet><Tag><Key>team</Key><Value>sec</Value></Tag></TagSet></Tagging>";
    assert_eq!(town.ask("PUT", "/bkt?tagging", &[], tags).await.status, 204);
    assert_eq!(
        town.ask("GET", "/bkt?tagging", &[], "")
            .await
            .one("Value")
            .unwrap(),
        "sec"
    );
    assert_eq!(
        town.ask("DELETE", "/bkt?tagging", &[], "").await.status,
        204
    );
    assert_eq!(
        town.ask("GET", "/bkt?tagging", &[], "").await.refusal().1,
        "NoSuchTagSet"
    );
    // What would have to act is refused, not swallowed.
    let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    assert_eq!(
        town.ask("PUT", "/bkt?versioning", &[], on).await.refusal(),
        (501, "NotImplemented".to_owned())
    );
    assert_eq!(
        town.ask("POST", "/bkt/k", &[], "").await.refusal(),
        (501, "NotImplemented".to_owned())
    );
}

#[tokio::test]
async fn reset_leaves_no_bucket() {
    let town = Town::with_bucket().await;
    town.put("a//b", "1").await;
    town.put("c", "1").await;
    town.neighbours.reset().unwrap();
    assert_eq!(town.ask("GET", "/", &[], "").await.all("Name"), [""; 0]);
    town.ask("PUT", "/bkt", &[], "").await;
    assert_eq!(town.list("", 10).await, [""; 0]);
}
