//! Refusals, typed: each exception by the method that asks for it.

use aws_sdk_cloudtrail::config::http::HttpResponse;
use aws_sdk_cloudtrail::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudtrail::operation::RequestId;
use aws_sdk_cloudtrail::types::{
    EventSelector, InsightSelector, LookupAttribute, LookupAttributeKey, Tag,
};
use client_tests::sdk::ACCOUNT;

use crate::{BUCKET, arn, logging};

/// The typed error of a call that must be refused, with a status, a request id and a message.
#[track_caller]
fn refused<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug>(
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> E {
    let error = answer.expect_err("nothing was refused");
    assert!(error.request_id().is_some(), "{error:?}");
    let status = error
        .raw_response()
        .map(|response| response.status().as_u16());
    assert_eq!(status, Some(400));
    let SdkError::ServiceError(context) = error else {
        panic!("no answer of the service: {error:?}")
    };
    let error = context.into_err();
    assert!(
        error.message().is_some_and(|message| !message.is_empty()),
        "{error:?}"
    );
    error
}

#[tokio::test]
async fn of_creation() {
    let (_emulator, cloudtrail, _) = logging().await;
    let create =
        |name: &str, bucket: &str| cloudtrail.create_trail().name(name).s3_bucket_name(bucket);
    let error = refused(create("audit", BUCKET).send().await);
    assert!(error.is_trail_already_exists_exception(), "{error:?}");
    let sentence = format!("Trail audit already exists for customer: {ACCOUNT}");
    assert_eq!(error.message(), Some(sentence.as_str()));
    let error = refused(create("other", "no-such-bucket").send().await);
    assert!(error.is_s3_bucket_does_not_exist_exception(), "{error:?}");
    let error = refused(create("other", "No").send().await);
    assert!(error.is_invalid_s3_bucket_name_exception(), "{error:?}");
    let error = refused(create("other", BUCKET).s3_key_prefix("deep").send().await);
    assert!(
        error.is_insufficient_s3_bucket_policy_exception(),
        "{error:?}"
    );
    let error = refused(create("a!", BUCKET).send().await);
    assert!(error.is_invalid_trail_name_exception(), "{error:?}");
    let both = create("other", BUCKET)
        .is_multi_region_trail(true)
        .include_global_service_events(false);
    let error = refused(both.send().await);
    assert!(
        error.is_invalid_parameter_combination_exception(),
        "{error:?}"
    );
    for name in ["second", "third", "fourth", "fifth"] {
        create(name, BUCKET).send().await.unwrap();
    }
    let error = refused(create("sixth", BUCKET).send().await);
    assert!(
        error.is_maximum_number_of_trails_exceeded_exception(),
        "{error:?}"
    );
}

#[tokio::test]
async fn of_what_is_not_there() {
    let (_emulator, cloudtrail, _) = logging().await;
    let error = refused(cloudtrail.get_trail().name("nobody").send().await);
    assert!(error.is_trail_not_found_exception(), "{error:?}");
    let sentence = format!("Unknown trail: nobody for the user: {ACCOUNT}");
    assert_eq!(error.message(), Some(sentence.as_str()));
    let error = refused(cloudtrail.get_trail_status().name("nobody").send().await);
    assert!(error.is_trail_not_found_exception(), "{error:?}");
    let error = refused(cloudtrail.start_logging().name("nobody").send().await);
    assert!(error.is_trail_not_found_exception(), "{error:?}");
    let error = refused(cloudtrail.delete_trail().name("arn:x").send().await);
    assert!(error.is_cloud_trail_arn_invalid_exception(), "{error:?}");
    let error = refused(
        cloudtrail
            .get_insight_selectors()
            .trail_name("audit")
            .send()
            .await,
    );
    assert!(error.is_insight_not_enabled_exception(), "{error:?}");
    let error = refused(
        cloudtrail
            .get_resource_policy()
            .resource_arn(arn("audit"))
            .send()
            .await,
    );
    assert!(
        error.is_resource_type_not_supported_exception(),
        "{error:?}"
    );
    let error = refused(
        cloudtrail
            .get_event_configuration()
            .event_data_store("a/b")
            .send()
            .await,
    );
    assert!(
        error.is_event_data_store_arn_invalid_exception(),
        "{error:?}"
    );
    let error = refused(cloudtrail.list_channels().send().await);
    assert!(error.is_unsupported_operation_exception(), "{error:?}");
}

#[tokio::test]
async fn of_what_cannot_be_meant() {
    let (_emulator, cloudtrail, _) = logging().await;
    let error = refused(cloudtrail.lookup_events().max_results(51).send().await);
    assert!(error.is_invalid_max_results_exception(), "{error:?}");
    let error = refused(cloudtrail.lookup_events().next_token("broken").send().await);
    assert!(error.is_invalid_next_token_exception(), "{error:?}");
    let wrong = LookupAttribute::builder()
        .attribute_key(LookupAttributeKey::ReadOnly)
        .attribute_value("True")
        .build()
        .unwrap();
    let error = refused(
        cloudtrail
            .lookup_events()
            .lookup_attributes(wrong)
            .send()
            .await,
    );
    assert!(error.is_invalid_lookup_attributes_exception(), "{error:?}");
    let nothing = EventSelector::builder()
        .include_management_events(false)
        .build();
    let put = cloudtrail.put_event_selectors().trail_name("audit");
    let error = refused(put.event_selectors(nothing).send().await);
    assert!(error.is_invalid_event_selectors_exception(), "{error:?}");
    let weather = InsightSelector::builder()
        .insight_type("Weather".into())
        .build();
    let put = cloudtrail.put_insight_selectors().trail_name("audit");
    let error = refused(put.insight_selectors(weather).send().await);
    assert!(error.is_invalid_insight_selectors_exception(), "{error:?}");
    let tag = Tag::builder().key("a").build().unwrap();
    let add = cloudtrail.add_tags().resource_id(arn("audit"));
    let error = refused(
        add.tags_list(tag.clone())
            .tags_list(tag.clone())
            .send()
            .await,
    );
    assert!(error.is_invalid_tag_parameter_exception(), "{error:?}");
    let add = cloudtrail.add_tags().resource_id(arn("nobody"));
    let error = refused(add.tags_list(tag).send().await);
    assert!(error.is_resource_not_found_exception(), "{error:?}");
}
