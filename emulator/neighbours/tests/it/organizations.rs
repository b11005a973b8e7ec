//! Organizations DescribeOrganization.

use http_body_util::BodyExt as _;
use localtrail_core::Organization;
use serde_json::{Value, json};

use crate::town::{Town, asked};

async fn described(organization: Option<&Organization>) -> (u16, Value) {
    let town = Town::new();
    let answer = town.neighbours.answer(
        "organizations",
        "DescribeOrganization",
        None,
        &asked(),
        organization,
    );
    let (parts, body) = answer.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (
        parts.status.as_u16(),
        serde_json::from_slice(&body).unwrap(),
    )
}

#[tokio::test]
async fn the_organization_that_was_declared_is_described() {
    let declared: Organization = serde_json::from_value(
        json!({"id": "o-a1b2c3d4e5", "managementAccount": "444455556666", "members": ["111122223333"]}),
    )
    .unwrap();
    let (status, body) = described(Some(&declared)).await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({"Organization": {
            "Id": "o-a1b2c3d4e5",
            "Arn": "arn:aws:organizations::444455556666:organization/o-a1b2c3d4e5",
            "FeatureSet": "ALL",
            "MasterAccountArn": "arn:aws:organizations::444455556666:account/o-a1b2c3d4e5/444455556666",
            "MasterAccountId": "444455556666",
            "AvailablePolicyTypes": [],
        }})
    );
}

#[tokio::test]
async fn an_account_in_no_organization_is_told_so() {
    let (status, body) = described(None).await;
    assert_eq!(status, 400);
    assert_eq!(body["__type"], "AWSOrganizationsNotInUseException");
}

#[test]
fn other_operations_and_services_are_not_answered() {
    let neighbours = Town::new().neighbours;
    for (service, operation) in [
        ("organizations", "ListAccounts"),
        ("sts", "AssumeRoot"),
        ("iam", "CreateGroup"),
        ("ec2", "DescribeInstances"),
    ] {
        let answer = neighbours.answer(service, operation, None, &asked(), None);
        assert!(answer.is_none(), "{service} {operation}");
    }
}
