//! What the accounts of an organization may see and do with its trails (trails.md 2.3, 3.3 and 10).

use serde_json::{Value, json};

use crate::testing::World;

const MEMBER: &str = "444455556661";
const ADMINISTRATOR: &str = "444455556662";
const STRANGER: &str = "999988887777";
const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/org-trail";

fn create(change: Value) -> Value {
    let mut input =
        json!({"Name": "org-trail", "S3BucketName": "logs", "IsOrganizationTrail": true});
    let change = change.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(change);
    input
}

/// An organization with a delegated administrator and a trail in all regions, called by its manager.
fn world() -> World {
    let mut world = World::with_organization();
    world.ok(
        "RegisterOrganizationDelegatedAdmin",
        json!({"MemberAccountId": ADMINISTRATOR}),
    );
    let created = world.ok("CreateTrail", create(json!({"IsMultiRegionTrail": true})));
    assert_eq!(created["IsOrganizationTrail"], true);
    world
}

fn names(world: &mut World, input: Value) -> Vec<String> {
    let described = world.ok("DescribeTrails", input);
    let trails = described["trailList"].as_array().unwrap().iter();
    trails
        .map(|trail| trail["Name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn members_see_the_trail_by_its_arn_and_in_lists() {
    let mut world = world();
    let whole = world.ok("GetTrail", json!({"Name": TRAIL}));
    for account in [MEMBER, ADMINISTRATOR] {
        world.account(account);
        for region in ["us-east-1", "eu-west-1"] {
            world.region(region);
            assert_eq!(names(&mut world, json!({})), ["org-trail"]);
            assert_eq!(
                names(&mut world, json!({"includeShadowTrails": false})),
                [""; 0]
            );
            assert_eq!(
                names(&mut world, json!({"trailNameList": [TRAIL]})),
                ["org-trail"]
            );
            assert_eq!(
                world.ok("ListTrails", json!({}))["Trails"][0]["TrailARN"],
                TRAIL
            );
            assert_eq!(world.ok("GetTrail", json!({"Name": TRAIL})), whole);
            assert_eq!(
                world.ok("GetEventSelectors", json!({"TrailName": TRAIL}))["TrailARN"],
                TRAIL
            );
        }
        world.region("us-east-1");
        assert_eq!(
            names(&mut world, json!({"trailNameList": ["org-trail"]})),
            [""; 0]
        );
        world.refused_with(
            "GetTrail",
            json!({"Name": "org-trail"}),
            "TrailNotFoundException",
        );
    }
    world.account(STRANGER);
    assert_eq!(
        names(&mut world, json!({"trailNameList": [TRAIL]})),
        [""; 0]
    );
    world.refused_with("GetTrail", json!({"Name": TRAIL}), "TrailNotFoundException");
}

/// Calls that change a trail, with their input for an ARN.
fn changes() -> [(&'static str, Value); 6] {
    [
        ("UpdateTrail", json!({"Name": TRAIL})),
        ("StartLogging", json!({"Name": TRAIL})),
        ("StopLogging", json!({"Name": TRAIL})),
        (
            "PutEventSelectors",
            json!({"TrailName": TRAIL, "EventSelectors": [{}]}),
        ),
        (
            "PutInsightSelectors",
            json!({"TrailName": TRAIL, "InsightSelectors": []}),
        ),
        ("DeleteTrail", json!({"Name": TRAIL})),
    ]
}

#[test]
fn members_change_nothing_and_delegated_administrators_do() {
    let mut world = world();
    for (operation, input) in changes() {
        world.account(MEMBER);
        world.refused(
            operation,
            input.clone(),
            "NotOrganizationMasterAccountException",
            "You cannot configure or manage trails for an organization because this action requires being signed in with the management account.",
        );
        world.account(STRANGER);
        world.refused_with(operation, input.clone(), "TrailNotFoundException");
        world.account(ADMINISTRATOR);
        world.region("eu-west-1");
        world.refused_with(operation, input.clone(), "InvalidHomeRegionException");
        world.region("us-east-1");
        world.ok(operation, input);
    }
    world.account("111122223333");
    assert_eq!(world.ok("ListTrails", json!({})), json!({"Trails": []}));
}

#[test]
fn what_an_administrator_makes_belongs_to_the_management_account() {
    let mut world = world();
    world.account(ADMINISTRATOR);
    let created = world.ok("CreateTrail", create(json!({"Name": "second"})));
    assert_eq!(
        created["TrailARN"],
        "arn:aws:cloudtrail:us-east-1:111122223333:trail/second"
    );
    world.refused(
        "CreateTrail",
        create(json!({"Name": "second"})),
        "TrailAlreadyExistsException",
        "Trail second already exists for customer: 111122223333",
    );
    let own = world.ok(
        "CreateTrail",
        create(json!({"Name": "second", "IsOrganizationTrail": false})),
    );
    assert_eq!(
        own["TrailARN"],
        "arn:aws:cloudtrail:us-east-1:444455556662:trail/second"
    );
    world.ok(
        "AddTags",
        json!({"ResourceId": created["TrailARN"], "TagsList": [{"Key": "team"}]}),
    );
    world.refused_with(
        "UpdateTrail",
        json!({"Name": created["TrailARN"], "IsOrganizationTrail": false}),
        "NotOrganizationMasterAccountException",
    );
    world.refused_with(
        "UpdateTrail",
        json!({"Name": own["TrailARN"], "IsOrganizationTrail": true}),
        "NotOrganizationMasterAccountException",
    );
    world.account(MEMBER);
    world.refused_with(
        "AddTags",
        json!({"ResourceId": created["TrailARN"], "TagsList": [{"Key": "team"}]}),
        "CloudTrailARNInvalidException",
    );
}

#[test]
fn who_acts_for_the_management_account_needs_its_role() {
    let mut world = world();
    world.declare(json!({"serviceLinkedRole": false, "delegatedAdministrators": [ADMINISTRATOR]}));
    for (operation, input) in changes() {
        world.account(ADMINISTRATOR);
        world.refused_with(operation, input, "NoManagementAccountSLRExistsException");
    }
    world.account("111122223333");
    world.ok("StartLogging", json!({"Name": TRAIL}));
}

#[test]
fn organizations_that_cannot_be_together_change_nothing() {
    let mut world = world();
    let before: Vec<_> = world.trail.organizations().cloned().collect();
    let mut other = before[0].clone();
    other.id = crate::organization::OrganizationId::parse("o-zzzzzzzzzz").unwrap();
    let both = vec![before[0].clone(), other.clone()];
    assert!(world.trail.replace_organizations(both, world.now).is_err());
    assert_eq!(
        world.trail.organizations().cloned().collect::<Vec<_>>(),
        before
    );
    world
        .trail
        .replace_organizations(vec![other.clone()], world.now)
        .unwrap();
    assert_eq!(world.trail.organizations().collect::<Vec<_>>(), [&other]);
}

#[test]
fn organization_trails_need_an_organization_that_allows_them() {
    let refused = |world: &mut World, code: &str| {
        world.refused_with("CreateTrail", create(json!({})), code);
        assert_eq!(world.ok("ListTrails", json!({})), json!({"Trails": []}));
    };
    refused(&mut World::new(), "CloudTrailAccessNotEnabledException");
    let mut world = World::with_organization();
    world.refused_with(
        "CreateTrail",
        create(json!({"S3BucketName": "absent"})),
        "S3BucketDoesNotExistException",
    );
    world.account(STRANGER);
    refused(&mut world, "OrganizationsNotInUseException");
    world.account(MEMBER);
    refused(&mut world, "NotOrganizationMasterAccountException");
    world.account("111122223333");
    for (change, code) in [
        (
            json!({"featureSet": "CONSOLIDATED_BILLING"}),
            "OrganizationNotInAllFeaturesModeException",
        ),
        (
            json!({"cloudTrailAccess": false}),
            "CloudTrailAccessNotEnabledException",
        ),
        (
            json!({"serviceLinkedRole": false}),
            "InsufficientDependencyServiceAccessPermissionException",
        ),
    ] {
        world.declare(change);
        refused(&mut world, code);
    }
    world.declare(json!({"serviceLinkedRole": false, "delegatedAdministrators": [ADMINISTRATOR]}));
    world.account(ADMINISTRATOR);
    refused(&mut world, "NoManagementAccountSLRExistsException");
}

#[test]
fn organization_trails_count_in_every_member() {
    let mut world = world();
    world.account(MEMBER);
    for n in 1..=4 {
        world.ok(
            "CreateTrail",
            json!({"Name": format!("own-{n}"), "S3BucketName": "logs"}),
        );
    }
    let fifth = json!({"Name": "own-5", "S3BucketName": "logs"});
    world.refused_with(
        "CreateTrail",
        fifth,
        "MaximumNumberOfTrailsExceededException",
    );
    // A member that is full does not keep the organization from having more (D, user guide).
    world.account("111122223333");
    world.ok("CreateTrail", create(json!({"Name": "second"})));
}
