//! Organizations DescribeOrganization.

use localtrail_core::{Access, Organization};
use serde_json::{Value, json};

use crate::town::{Town, asked, read};

const TARGET: &str = "AWSOrganizationsV20161128.DescribeOrganization";

#[tokio::test]
async fn the_organization_that_was_declared_is_described_and_the_call_recorded() {
    let declared: Organization = serde_json::from_value(
        json!({"id": "o-a1b2c3d4e5", "managementAccount": "444455556666", "members": ["111122223333"]}),
    )
    .unwrap();
    let town = Town::new();
    let served = town
        .neighbours
        .organizations(TARGET, &asked(), Some(&declared))
        .unwrap();
    let answer = read(served).await;
    assert_eq!(answer.status, 200);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
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
    let draft = &answer.drafts[0];
    assert_eq!(draft.event_name, "DescribeOrganization");
    assert_eq!(draft.access, Access::Read);
    assert_eq!(draft.region.as_str(), "us-east-1");
}

#[tokio::test]
async fn an_account_in_no_organization_is_told_so() {
    let town = Town::new();
    let served = town
        .neighbours
        .organizations(TARGET, &asked(), None)
        .unwrap();
    let answer = read(served).await;
    assert_eq!(answer.status, 400);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["__type"], "AWSOrganizationsNotInUseException");
    let error = answer.drafts[0].error.as_ref().unwrap();
    assert_eq!(error.code, "AWSOrganizationsNotInUseException");
    assert!(
        town.neighbours
            .organizations("AWSOrganizationsV20161128.ListAccounts", &asked(), None)
            .is_none()
    );
}
