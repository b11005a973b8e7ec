//! Trails: from the first call to the log file, tags, selectors, event configuration, regions.

use aws_sdk_cloudtrail::operation::RequestId;
use aws_sdk_cloudtrail::types::{
    AggregationConfiguration, DataResource, EventCategoryAggregation, EventSelector, ReadWriteType,
    Tag, Template,
};
use client_tests::logs;
use client_tests::sdk::{ACCOUNT, REGION};
use serde_json::Value;

use crate::{BUCKET, arn, logging};

#[tokio::test]
async fn from_the_first_call_to_the_log_file() {
    let (emulator, cloudtrail, s3) = logging().await;
    let mut requests = Vec::new();
    for _ in 0..5 {
        let described = cloudtrail.describe_trails().send().await.unwrap();
        requests.push(described.request_id().unwrap().to_owned());
    }
    let refused = cloudtrail
        .get_trail()
        .name("nobody")
        .send()
        .await
        .unwrap_err();
    requests.push(refused.request_id().unwrap().to_owned());
    emulator.flush().await;

    let records = logs::all_records(&s3, BUCKET).await;
    for request in &requests {
        let record = records
            .iter()
            .find(|record| record["requestID"] == request.as_str());
        let record = record.unwrap_or_else(|| panic!("{request} is in no log file"));
        assert_eq!(record["eventVersion"], "1.11");
        assert_eq!(record["recipientAccountId"], ACCOUNT);
        assert_eq!(record["awsRegion"], REGION);
        assert!(
            record["userAgent"]
                .as_str()
                .unwrap()
                .starts_with("aws-sdk-rust/")
        );
    }
    let refused = records
        .iter()
        .find(|record| record["requestID"] == requests[5].as_str())
        .unwrap();
    assert_eq!(refused["errorCode"], "TrailNotFoundException");
    assert_eq!(refused["responseElements"], Value::Null);

    let status = cloudtrail
        .get_trail_status()
        .name(arn("audit"))
        .send()
        .await
        .unwrap();
    assert_eq!(status.is_logging(), Some(true));
    assert!(status.latest_delivery_time().is_some());
    assert!(status.latest_digest_delivery_time().is_some());
    assert_eq!(status.latest_delivery_error(), None);
    let digests: Vec<String> = logs::keys(&s3, BUCKET)
        .await
        .into_iter()
        .filter(|key| key.contains("/CloudTrail-Digest/") && key.ends_with(".json.gz"))
        .collect();
    assert!(!digests.is_empty());
    let head = s3
        .head_object()
        .bucket(BUCKET)
        .key(&digests[0])
        .send()
        .await
        .unwrap();
    assert_eq!(head.metadata().unwrap()["signature"].len(), 512);
}

#[tokio::test]
async fn tags_and_selectors() {
    let (_emulator, cloudtrail, _) = logging().await;
    let tag = Tag::builder().key("team").value("audit").build().unwrap();
    cloudtrail
        .add_tags()
        .resource_id(arn("audit"))
        .tags_list(tag.clone())
        .send()
        .await
        .unwrap();
    let listed = cloudtrail
        .list_tags()
        .resource_id_list(arn("audit"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        listed.resource_tag_list()[0].tags_list(),
        std::slice::from_ref(&tag)
    );
    cloudtrail
        .remove_tags()
        .resource_id(arn("audit"))
        .tags_list(tag)
        .send()
        .await
        .unwrap();
    let listed = cloudtrail
        .list_tags()
        .resource_id_list(arn("audit"))
        .send()
        .await
        .unwrap();
    assert!(listed.resource_tag_list()[0].tags_list().is_empty());

    let objects = DataResource::builder()
        .r#type("AWS::S3::Object")
        .values("arn:aws:s3")
        .build();
    let selector = EventSelector::builder()
        .read_write_type(ReadWriteType::WriteOnly)
        .include_management_events(false)
        .data_resources(objects)
        .build();
    cloudtrail
        .put_event_selectors()
        .trail_name("audit")
        .event_selectors(selector)
        .send()
        .await
        .unwrap();
    let got = cloudtrail
        .get_event_selectors()
        .trail_name(arn("audit"))
        .send()
        .await
        .unwrap();
    let got = &got.event_selectors()[0];
    assert_eq!(got.read_write_type(), Some(&ReadWriteType::WriteOnly));
    assert_eq!(got.include_management_events(), Some(false));
    assert_eq!(got.data_resources()[0].values(), ["arn:aws:s3"]);
}

#[tokio::test]
async fn event_configuration() {
    let (_emulator, cloudtrail, _) = logging().await;
    let got = cloudtrail
        .get_event_configuration()
        .trail_name("audit")
        .send()
        .await
        .unwrap();
    assert_eq!(got.trail_arn(), Some(arn("audit").as_str()));
    assert!(got.aggregation_configurations().is_empty());
    let summed = AggregationConfiguration::builder()
        .event_category(EventCategoryAggregation::Data)
        .templates(Template::ApiActivity)
        .templates(Template::UserActions)
        .build()
        .unwrap();
    let put = cloudtrail
        .put_event_configuration()
        .trail_name(arn("audit"))
        .aggregation_configurations(summed.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(
        put.aggregation_configurations(),
        std::slice::from_ref(&summed)
    );
    let got = cloudtrail
        .get_event_configuration()
        .trail_name("audit")
        .send()
        .await
        .unwrap();
    assert_eq!(got.aggregation_configurations(), [summed]);
}

#[tokio::test]
async fn trails_by_pages() {
    let (_emulator, cloudtrail, _) = logging().await;
    for name in ["second", "third"] {
        cloudtrail
            .create_trail()
            .name(name)
            .s3_bucket_name(BUCKET)
            .send()
            .await
            .unwrap();
    }
    let mut trails = cloudtrail.list_trails().into_paginator().items().send();
    let mut names = Vec::new();
    while let Some(trail) = trails.next().await {
        let trail = trail.unwrap();
        assert_eq!(trail.trail_arn(), Some(arn(trail.name().unwrap()).as_str()));
        assert_eq!(trail.home_region(), Some(REGION));
        names.push(trail.name().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["audit", "second", "third"]);

    let mut tags = cloudtrail
        .list_tags()
        .resource_id_list(arn("second"))
        .resource_id_list(arn("audit"))
        .into_paginator()
        .items()
        .send();
    let mut ids = Vec::new();
    while let Some(tagged) = tags.next().await {
        ids.push(tagged.unwrap().resource_id().unwrap().to_owned());
    }
    assert_eq!(ids, [arn("second"), arn("audit")]);
}
