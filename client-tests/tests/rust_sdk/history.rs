//! Event history in pages, and what Insights found: nothing.

use aws_sdk_cloudtrail::operation::RequestId;
use aws_sdk_cloudtrail::types::{
    InsightType, InsightsMetricDataType, ListInsightsDataType, LookupAttribute, LookupAttributeKey,
};
use serde_json::Value;

use crate::{arn, logging};

fn by(key: LookupAttributeKey, value: &str) -> LookupAttribute {
    LookupAttribute::builder()
        .attribute_key(key)
        .attribute_value(value)
        .build()
        .unwrap()
}

#[tokio::test]
async fn event_history_in_pages() {
    let (emulator, cloudtrail, _) = logging().await;
    for _ in 0..23 {
        cloudtrail
            .get_trail_status()
            .name("audit")
            .send()
            .await
            .unwrap();
    }
    let mut pages = cloudtrail
        .lookup_events()
        .lookup_attributes(by(LookupAttributeKey::EventName, "GetTrailStatus"))
        .into_paginator()
        .page_size(10)
        .send();
    let (mut sizes, mut ids) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.events().len());
        for event in page.events() {
            let record: Value = serde_json::from_str(event.cloud_trail_event().unwrap()).unwrap();
            assert_eq!(record["eventID"], event.event_id().unwrap());
            assert_eq!(event.read_only(), Some("true"));
            ids.push(event.event_id().unwrap().to_owned());
        }
    }
    assert_eq!(sizes, [10, 10, 3]);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 23);
    let journal = emulator.events().await;
    assert!(ids.iter().all(|id| {
        journal
            .iter()
            .any(|record| record["eventID"] == id.as_str())
    }));
}

#[tokio::test]
async fn the_items_of_all_pages() {
    let (_emulator, cloudtrail, _) = logging().await;
    let mut requests = Vec::new();
    for _ in 0..7 {
        let listed = cloudtrail.list_trails().send().await.unwrap();
        requests.push(listed.request_id().unwrap().to_owned());
    }
    let mut events = cloudtrail
        .lookup_events()
        .lookup_attributes(by(LookupAttributeKey::EventName, "ListTrails"))
        .into_paginator()
        .page_size(3)
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(event) = events.next().await {
        let event = event.unwrap();
        let record: Value = serde_json::from_str(event.cloud_trail_event().unwrap()).unwrap();
        found.push(record["requestID"].as_str().unwrap().to_owned());
    }
    requests.sort();
    found.sort();
    assert_eq!(found, requests);
}

#[tokio::test]
async fn nothing_was_detected_and_nothing_measured() {
    let (_emulator, cloudtrail, _) = logging().await;
    let mut pages = cloudtrail
        .list_insights_data()
        .insight_source(arn("audit"))
        .data_type(ListInsightsDataType::InsightsEvents)
        .into_paginator()
        .send();
    let page = pages.next().await.unwrap().unwrap();
    assert!(page.events().is_empty() && page.next_token().is_none());
    assert!(pages.next().await.is_none());
    let measured = cloudtrail
        .list_insights_metric_data()
        .event_source("s3.amazonaws.com")
        .event_name("PutObject")
        .insight_type(InsightType::ApiCallRateInsight)
        .data_type(InsightsMetricDataType::FillWithZeros)
        .send()
        .await
        .unwrap();
    assert_eq!(measured.event_name(), Some("PutObject"));
    assert!(measured.timestamps().is_empty() && measured.values().is_empty());
}
