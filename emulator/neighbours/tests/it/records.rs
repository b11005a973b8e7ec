//! The records of S3 calls, member by member.

use localtrail_core::{Access, Category, Region};
use localtrail_neighbours::{Asked, Signature};
use serde_json::{Value, json};

use crate::town::{Answer, NOW, Town, asked, with_tls};

fn parameters(answer: &Answer) -> Value {
    Value::Object(answer.drafts[0].request_parameters.clone().unwrap())
}

fn extra(answer: &Answer) -> Vec<String> {
    answer.drafts[0]
        .additional_event_data
        .as_ref()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

fn resources(answer: &Answer) -> Value {
    serde_json::to_value(&answer.drafts[0].resources).unwrap()
}

#[tokio::test]
async fn a_management_call() {
    let town = Town::with_bucket().await;
    let answer = town
        .ask_as(with_tls(asked()), "GET", "/bkt?acl", &[], "")
        .await;
    let draft = answer.draft();
    assert_eq!(
        (draft.event_source.as_ref(), draft.event_name.as_ref()),
        ("s3.amazonaws.com", "GetBucketAcl")
    );
    assert_eq!(
        (draft.category, draft.access),
        (Category::Management, Access::Read)
    );
    assert_eq!(draft.origin.user_agent.as_deref(), Some("[Boto3/1.43]"));
    assert_eq!(
        draft.request_id.as_deref(),
        Some(answer.header("x-amz-request-id"))
    );
    assert_eq!(
        parameters(&answer),
        json!({"bucketName": "bkt", "Host": "localhost:4566", "acl": ""})
    );
    assert_eq!(draft.response_elements, None);
    assert_eq!(
        extra(&answer),
        [
            "SignatureVersion",
            "CipherSuite",
            "bytesTransferredIn",
            "startTime",
            "endTime",
            "AuthenticationMethod",
            "x-amz-id-2",
            "turnAroundTime",
            "httpStatusCode",
            "bytesTransferredOut"
        ]
    );
    let data = draft.additional_event_data.as_ref().unwrap();
    assert_eq!(data["bytesTransferredOut"], answer.body.len());
    assert_eq!(
        (&data["startTime"], &data["httpStatusCode"]),
        (&json!(NOW), &json!(200))
    );
    assert_eq!(data["x-amz-id-2"], answer.header("x-amz-id-2"));
    assert_eq!(
        resources(&answer),
        json!([{"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::bkt"}])
    );
    assert_eq!(draft.lookup_resources[0].name, "bkt");
    assert_eq!(draft.error, None);
}

#[tokio::test]
async fn making_buckets() {
    let town = Town::new();
    let body = r#"<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>"#;
    let made = town
        .ask(
            "PUT",
            "/eur",
            &[("x-amz-acl", "private"), ("x-amz-date", "20261123T160500Z")],
            body,
        )
        .await;
    assert_eq!(
        parameters(&made),
        json!({"bucketName": "eur", "Host": "localhost:4566", "x-amz-acl": "private",
            "CreateBucketConfiguration": {"xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", "LocationConstraint": "eu-west-1"}})
    );
    assert_eq!(made.draft().region, Region::parse("eu-west-1").unwrap());
    assert!(made.draft().resources.is_empty());
    assert_eq!(
        made.draft().additional_event_data.as_ref().unwrap()["bytesTransferredIn"],
        body.len()
    );
    let listed = town.ask("GET", "/", &[], "").await;
    assert_eq!(parameters(&listed), json!({"Host": "localhost:4566"}));
    assert_eq!(listed.draft().region, Region::us_east_1());
    assert!(listed.draft().resources.is_empty() && listed.draft().lookup_resources.is_empty());
    let policy = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::eur"}}"#;
    let put = town.ask("PUT", "/eur?policy", &[], policy).await;
    assert_eq!(
        parameters(&put)["bucketPolicy"],
        serde_json::from_str::<Value>(policy).unwrap()
    );
    assert_eq!(parameters(&put)["policy"], "");
    // A deleted bucket's region is still the one it had.
    assert_eq!(
        town.ask("DELETE", "/eur", &[], "")
            .await
            .draft()
            .region
            .as_str(),
        "eu-west-1"
    );
}

#[tokio::test]
async fn a_data_call() {
    let town = Town::with_bucket().await;
    let headers = [
        ("x-amz-meta-secret", "1"),
        ("x-amz-storage-class", "STANDARD"),
    ];
    let put = town
        .ask("PUT", "/bkt/a%20b?x-id=PutObject", &headers, "hello")
        .await;
    let draft = put.draft();
    assert_eq!(
        (draft.event_name.as_ref(), draft.category, draft.access),
        ("PutObject", Category::Data, Access::Write)
    );
    assert_eq!(
        parameters(&put),
        json!({"bucketName": "bkt", "Host": "localhost:4566", "key": "a b", "x-id": "PutObject", "x-amz-storage-class": "STANDARD"})
    );
    assert_eq!(
        Value::from(draft.response_elements.clone().unwrap()),
        json!({"x-amz-server-side-encryption": "AES256"})
    );
    assert_eq!(
        extra(&put),
        [
            "SignatureVersion",
            "objectSize",
            "bytesTransferredIn",
            "SSEApplied",
            "startTime",
            "endTime",
            "AuthenticationMethod",
            "x-amz-id-2",
            "turnAroundTime",
            "httpStatusCode",
            "bytesTransferredOut"
        ]
    );
    let data = draft.additional_event_data.as_ref().unwrap();
    assert_eq!(
        (&data["SSEApplied"], &data["objectSize"]),
        (&json!("Default_SSE_S3"), &json!(5))
    );
    assert_eq!(
        resources(&put),
        json!([{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::bkt/a b"},
               {"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::bkt"}])
    );
    assert!(draft.lookup_resources.is_empty());
    let got = town
        .ask("GET", "/bkt/a%20b", &[("range", "bytes=0-1")], "")
        .await;
    let data = got.draft().additional_event_data.as_ref().unwrap();
    assert_eq!(
        (
            &data["objectSize"],
            &data["bytesTransferredOut"],
            &data["httpStatusCode"]
        ),
        (&json!(5), &json!(2), &json!(206))
    );
    assert_eq!(got.draft().response_elements, None);
    let deleted = town.ask("DELETE", "/bkt/a%20b", &[], "").await;
    let data = deleted.draft().additional_event_data.as_ref().unwrap();
    assert_eq!(data["objectSize"], 5);
    assert!(!data.contains_key("turnAroundTime"));
}

#[tokio::test]
async fn listings_name_all_objects() {
    let town = Town::with_bucket().await;
    let listed = town
        .ask(
            "GET",
            "/bkt?list-type=2&prefix=a%2F&encoding-type=url",
            &[],
            "",
        )
        .await;
    assert_eq!(
        (listed.draft().event_name.as_ref(), listed.draft().category),
        ("ListObjects", Category::Data)
    );
    assert_eq!(
        parameters(&listed),
        json!({"bucketName": "bkt", "Host": "localhost:4566", "list-type": "2", "prefix": "a/", "encoding-type": "url"})
    );
    assert_eq!(
        resources(&listed),
        json!([{"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::bkt/"},
               {"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::bkt"}])
    );
}

#[tokio::test]
async fn errors() {
    let town = Town::with_bucket().await;
    let missing = town.ask("GET", "/bkt/none", &[], "").await;
    let error = missing.draft().error.clone().unwrap();
    assert_eq!(
        (error.code.as_str(), error.message.as_deref()),
        ("NoSuchKey", Some("The specified key does not exist."))
    );
    assert_eq!(
        missing.draft().additional_event_data.as_ref().unwrap()["bytesTransferredOut"],
        missing.body.len()
    );
    let head = town.ask("HEAD", "/bkt/none", &[], "").await;
    assert_eq!(head.draft().error, Some(error));
    assert_eq!(
        head.draft().additional_event_data.as_ref().unwrap()["bytesTransferredOut"],
        0
    );
    let missing = town.ask("PUT", "/none/k", &[], "x").await;
    assert_eq!(
        missing.draft().error.as_ref().unwrap().message.as_deref(),
        Some("The specified bucket does not exist")
    );
    assert_eq!(missing.draft().response_elements, None);
    let same = town.get("none").await;
    let unchanged = town.put("k", "1").await;
    let conditional = town
        .ask(
            "GET",
            "/bkt/k",
            &[("if-none-match", unchanged.header("etag"))],
            "",
        )
        .await;
    assert_eq!(
        (
            conditional.draft().error.clone(),
            same.draft().error.is_some()
        ),
        (None, true)
    );
    assert!(
        town.ask("PATCH", "/bkt/k", &[], "").await.drafts.is_empty(),
        "what is no operation is not recorded"
    );
}

#[tokio::test]
async fn one_record_more_for_each_deleted_key() {
    let town = Town::with_bucket().await;
    town.put("x", "123").await;
    let body = "<Delete><Object><Key>x</Key></Object><Object><Key>none</Key></Object></Delete>";
    let answer = town.ask("POST", "/bkt?delete", &[], body).await;
    let names: Vec<&str> = answer
        .drafts
        .iter()
        .map(|draft| draft.event_name.as_ref())
        .collect();
    assert_eq!(names, ["DeleteObjects", "DeleteObject", "DeleteObject"]);
    assert!(
        answer
            .drafts
            .iter()
            .all(|draft| draft.category == Category::Data && draft.access == Access::Write)
    );
    assert_eq!(
        parameters(&answer),
        json!({"bucketName": "bkt", "Host": "localhost:4566", "delete": ""})
    );
    let one = &answer.drafts[1];
    assert_eq!(one.request_parameters.as_ref().unwrap()["key"], "x");
    assert_eq!(one.additional_event_data.as_ref().unwrap()["objectSize"], 3);
    assert_eq!(one.resources[0].arn.as_deref(), Some("arn:aws:s3:::bkt/x"));
    assert!(
        !answer.drafts[2]
            .additional_event_data
            .as_ref()
            .unwrap()
            .contains_key("objectSize")
    );
}

#[tokio::test]
async fn presigned() {
    let town = Town::with_bucket().await;
    let asked = Asked {
        signature: Signature::Query,
        ..asked()
    };
    let target = "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=c&X-Amz-Date=20261123T160500Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=s";
    let put = town
        .ask_as(asked, "PUT", target, &[("host", "bkt.localhost")], "x")
        .await;
    assert_eq!(
        parameters(&put),
        json!({"bucketName": "bkt", "Host": "bkt.localhost", "key": "k", "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": "20261123T160500Z", "X-Amz-Expires": "60", "X-Amz-SignedHeaders": "host"})
    );
    assert_eq!(
        put.draft().additional_event_data.as_ref().unwrap()["AuthenticationMethod"],
        "QueryString"
    );
}
