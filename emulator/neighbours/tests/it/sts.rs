//! STS GetCallerIdentity.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use localtrail_core::{Access, Caller, Category, Identity, Region};
use localtrail_neighbours::Asked;
use serde_json::json;

use crate::town::{Answer, OWNER, Town, account, anonymous, asked, read};

async fn post(asked: Asked, host: &str, form: &'static str) -> Answer {
    let town = Town::new();
    let request = Request::post("/")
        .header("host", host)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from_static(form.as_bytes())))
        .unwrap();
    read(town.neighbours.sts(request, asked).await).await
}

const WHO: &str = "Action=GetCallerIdentity&Version=2011-06-15";

#[tokio::test]
async fn who_am_i() {
    let root = Caller {
        identity: Identity::Root {
            account_id: account(OWNER),
            session: None,
        },
        access_key_id: None,
    };
    let role = Caller {
        identity: Identity::AssumedRole {
            account_id: account(OWNER),
            role_name: "Ops".to_owned(),
            path: "/".to_owned(),
            role_id: Some("AROAEXAMPLE".to_owned()),
            session_name: "me".to_owned(),
            session: None,
            source_identity: None,
        },
        access_key_id: None,
    };
    for (caller, arn, id) in [
        (
            asked().caller,
            "arn:aws:iam::111122223333:user/alice",
            "AIDAEXAMPLE",
        ),
        (root, "arn:aws:iam::111122223333:root", OWNER),
        (
            role,
            "arn:aws:sts::111122223333:assumed-role/Ops/me",
            "AROAEXAMPLE:me",
        ),
    ] {
        let answer = post(Asked { caller, ..asked() }, "localhost:4566", WHO).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.one("Arn").as_deref(), Some(arn));
        assert_eq!(answer.one("UserId").as_deref(), Some(id));
        assert_eq!(answer.one("Account").as_deref(), Some(OWNER));
        assert_eq!(
            answer.one("RequestId").as_deref(),
            Some(answer.header("x-amzn-requestid"))
        );
    }
    let nobody = post(
        Asked {
            caller: anonymous(),
            ..asked()
        },
        "localhost",
        WHO,
    )
    .await;
    assert_eq!(
        nobody.refusal(),
        (403, "MissingAuthenticationToken".to_owned())
    );
    assert!(nobody.drafts.is_empty());
}

#[tokio::test]
async fn by_get_as_well() {
    let town = Town::new();
    let request = Request::get(format!("/?{WHO}"))
        .header("host", "localhost")
        .body(Full::new(Bytes::new()))
        .unwrap();
    let answer = read(town.neighbours.sts(request, asked()).await).await;
    assert_eq!(answer.one("Account").as_deref(), Some(OWNER));
}

#[tokio::test]
async fn its_record() {
    let mut europe = asked();
    europe.region = Region::parse("eu-west-1").unwrap();
    let answer = post(europe.clone(), "sts.eu-west-1.amazonaws.com", WHO).await;
    let draft = answer.draft();
    assert_eq!(
        (draft.event_source.as_ref(), draft.event_name.as_ref()),
        ("sts.amazonaws.com", "GetCallerIdentity")
    );
    assert_eq!(
        (draft.category, draft.access),
        (Category::Management, Access::Read)
    );
    assert_eq!(
        (&draft.request_parameters, &draft.response_elements),
        (&None, &None)
    );
    assert_eq!(draft.region.as_str(), "eu-west-1");
    assert_eq!(draft.origin.user_agent.as_deref(), Some("Boto3/1.43"));
    let data = draft.additional_event_data.as_ref().unwrap();
    assert_eq!(
        data["RequestDetails"],
        json!({"awsServingRegion": "eu-west-1", "endpointType": "regional"})
    );
    assert_eq!(
        data["ExtendedRequestId"],
        answer.header("x-amz-sts-extended-request-id")
    );
    let global = post(europe, "sts.amazonaws.com", WHO).await;
    assert_eq!(global.draft().region.as_str(), "us-east-1");
    assert_eq!(
        global.draft().additional_event_data.as_ref().unwrap()["RequestDetails"]["endpointType"],
        "global"
    );
}

#[tokio::test]
async fn other_operations_are_refused_and_recorded() {
    for (form, code, recorded) in [
        ("Action=AssumeRole&Version=2011-06-15", "InvalidAction", 1),
        ("Action=Nonsense&Version=2011-06-15", "InvalidAction", 1),
        ("", "MissingAction", 0),
    ] {
        let answer = post(asked(), "localhost", form).await;
        assert_eq!(answer.refusal(), (400, code.to_owned()));
        assert_eq!(answer.drafts.len(), recorded);
        for draft in &answer.drafts {
            assert_eq!(draft.error.as_ref().unwrap().code, code);
            assert_eq!(draft.additional_event_data, None);
        }
    }
}
