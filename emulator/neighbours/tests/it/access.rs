//! Strangers and the anonymous.

use crate::town::{STRANGER, Town, anonymous, asked, user};
use localtrail_core::Identity;
use localtrail_neighbours::{Asked, Signature};

fn stranger() -> Asked {
    Asked {
        caller: user(STRANGER),
        ..asked()
    }
}

fn nobody() -> Asked {
    Asked {
        caller: anonymous(),
        signature: Signature::None,
        ..asked()
    }
}

const OPEN: &str = r#"{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bkt/public/*"},
 {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":["s3:ListBucket","s3:PutObject"],
  "Resource":["arn:aws:s3:::bkt","arn:aws:s3:::bkt/*"]},
 {"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::bkt","arn:aws:s3:::bkt/*"],
  "Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#;

#[tokio::test]
async fn others_need_the_policy() {
    let town = Town::with_bucket().await;
    town.put("public/x", "1").await;
    town.put("secret", "2").await;
    for (who, method, target) in [
        (nobody(), "GET", "/bkt/public/x"),
        (nobody(), "GET", "/"),
        (nobody(), "PUT", "/mine"),
        (stranger(), "GET", "/bkt/public/x"),
        (stranger(), "GET", "/bkt?list-type=2"),
        (stranger(), "DELETE", "/bkt"),
        (stranger(), "PUT", "/bkt?policy"),
    ] {
        let refused = town.ask_as(who, method, target, &[], "").await;
        assert_eq!(
            refused.refusal(),
            (403, "AccessDenied".to_owned()),
            "{method} {target}"
        );
        assert_eq!(refused.one("Message").unwrap(), "Access Denied");
    }
    assert_eq!(town.ask("PUT", "/bkt?policy", &[], OPEN).await.status, 204);
    for (who, method, target, status) in [
        (nobody(), "GET", "/bkt/public/x", 200),
        (nobody(), "HEAD", "/bkt/public/x", 200),
        (nobody(), "GET", "/bkt/secret", 403),
        (nobody(), "PUT", "/bkt/public/x", 403),
        (stranger(), "GET", "/bkt?list-type=2", 200),
        (stranger(), "PUT", "/bkt/theirs", 200),
        (stranger(), "GET", "/bkt/secret", 403),
        (stranger(), "DELETE", "/bkt/secret", 403),
    ] {
        let answer = town.ask_as(who, method, target, &[], "").await;
        assert_eq!(answer.status.as_u16(), status, "{method} {target}");
    }
    // A copy needs the source as well.
    let copy = [("x-amz-copy-source", "bkt/secret")];
    assert_eq!(
        town.ask_as(stranger(), "PUT", "/bkt/copy", &copy, "")
            .await
            .refusal(),
        (403, "AccessDenied".to_owned())
    );
    assert_eq!(
        town.ask_as(stranger(), "GET", "/", &[], "")
            .await
            .all("Name")
            .len(),
        0,
        "only one's own"
    );
}

#[tokio::test]
async fn what_records_say_of_strangers() {
    let town = Town::with_bucket().await;
    let denied = town.ask_as(stranger(), "GET", "/bkt?policy", &[], "").await;
    let draft = denied.draft();
    assert_eq!(draft.recipient.as_str(), STRANGER);
    assert_eq!(draft.error.as_ref().unwrap().code, "AccessDenied");
    assert_eq!(
        draft.resources[0].account_id.as_deref(),
        Some(""),
        "a stranger is not told whose it is"
    );
    assert!(draft.request_parameters.is_some());
    let denied = town.ask_as(nobody(), "GET", "/bkt/k", &[], "").await;
    let draft = denied.draft();
    assert!(
        matches!(draft.caller.identity, Identity::Anonymous { account_id } if account_id.as_str() == crate::town::OWNER)
    );
    assert_eq!(draft.recipient.as_str(), crate::town::OWNER);
    let data = draft.additional_event_data.as_ref().unwrap();
    assert!(!data.contains_key("SignatureVersion") && !data.contains_key("AuthenticationMethod"));
}

#[tokio::test]
async fn the_expected_owner_must_be_the_owner() {
    let town = Town::with_bucket().await;
    let header = [("x-amz-expected-bucket-owner", STRANGER)];
    assert_eq!(
        town.ask("GET", "/bkt?acl", &header, "").await.refusal(),
        (403, "AccessDenied".to_owned())
    );
    let header = [("x-amz-expected-bucket-owner", crate::town::OWNER)];
    assert_eq!(town.ask("GET", "/bkt?acl", &header, "").await.status, 200);
}
