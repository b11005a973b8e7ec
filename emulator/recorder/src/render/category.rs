//! Which calls are data events, and of which resource type (formats.md 4.1; native.md, Classification).

/// Operations of a service that are data events; `*` for all. The type is what selectors call `resources.type`.
struct Data(&'static str, &'static [&'static str], &'static str);

const DATA: &[Data] = &[
    Data(
        "dynamodb",
        &[
            "BatchExecuteStatement",
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "TransactGetItems",
            "TransactWriteItems",
            "UpdateItem",
        ],
        "AWS::DynamoDB::Table",
    ),
    Data(
        "dynamodbstreams",
        &["GetRecords", "GetShardIterator"],
        "AWS::DynamoDB::Stream",
    ),
    Data(
        "lambda",
        &["Invoke", "InvokeAsync", "InvokeWithResponseStream"],
        "AWS::Lambda::Function",
    ),
    Data("sns", &["Publish", "PublishBatch"], "AWS::SNS::Topic"),
    Data(
        "sqs",
        &[
            "ChangeMessageVisibility",
            "ChangeMessageVisibilityBatch",
            "DeleteMessage",
            "DeleteMessageBatch",
            "GetQueueAttributes",
            "GetQueueUrl",
            "ListDeadLetterSourceQueues",
            "ListQueueTags",
            "ListQueues",
            "ReceiveMessage",
            "SendMessage",
            "SendMessageBatch",
        ],
        "AWS::SQS::Queue",
    ),
    Data(
        "kinesis",
        &["GetRecords", "GetShardIterator", "PutRecord", "PutRecords"],
        "AWS::Kinesis::Stream",
    ),
    Data(
        "kinesis",
        &["SubscribeToShard"],
        "AWS::Kinesis::StreamConsumer",
    ),
    Data(
        "cloudwatch",
        &[
            "GetMetricData",
            "GetMetricStatistics",
            "GetMetricWidgetImage",
            "ListMetrics",
            "PutMetricData",
        ],
        "AWS::CloudWatch::Metric",
    ),
    Data(
        "ebs",
        &[
            "GetSnapshotBlock",
            "ListChangedBlocks",
            "ListSnapshotBlocks",
            "PutSnapshotBlock",
        ],
        "AWS::EC2::Snapshot",
    ),
    Data(
        "cognito-identity",
        &[
            "GetCredentialsForIdentity",
            "GetId",
            "GetOpenIdToken",
            "GetOpenIdTokenForDeveloperIdentity",
            "UnlinkIdentity",
        ],
        "AWS::Cognito::IdentityPool",
    ),
    Data(
        "events",
        &["PutEvents", "PutPartnerEvents"],
        "AWS::Events::EventBus",
    ),
    Data(
        "cloudtrail-data",
        &["PutAuditEvents"],
        "AWS::CloudTrail::Channel",
    ),
    Data("rds-data", &["*"], "AWS::RDS::DBCluster"),
    Data(
        "bedrock-agent-runtime",
        &["InvokeAgent", "InvokeInlineAgent"],
        "AWS::Bedrock::AgentAlias",
    ),
    Data(
        "bedrock-agent-runtime",
        &["InvokeFlow"],
        "AWS::Bedrock::FlowAlias",
    ),
    Data(
        "bedrock-agent-runtime",
        &["Retrieve", "RetrieveAndGenerate"],
        "AWS::Bedrock::KnowledgeBase",
    ),
    Data("sagemaker-runtime", &["*"], "AWS::SageMaker::Endpoint"),
    Data(
        "sagemaker-featurestore-runtime",
        &["*"],
        "AWS::SageMaker::FeatureGroup",
    ),
    Data("iot-data", &["*"], "AWS::IoT::Thing"),
    Data("appconfigdata", &["*"], "AWS::AppConfig::Configuration"),
    Data(
        "timestream-query",
        &["Query", "PrepareQuery"],
        "AWS::Timestream::Table",
    ),
    Data(
        "timestream-write",
        &["WriteRecords"],
        "AWS::Timestream::Table",
    ),
    Data(
        "cloudfront-keyvaluestore",
        &["*"],
        "AWS::CloudFront::KeyValueStore",
    ),
    Data(
        "xray",
        &[
            "BatchGetTraces",
            "GetServiceGraph",
            "GetTimeSeriesServiceStatistics",
            "GetTraceGraph",
            "GetTraceSummaries",
            "PutTelemetryRecords",
            "PutTraceSegments",
        ],
        "AWS::XRay::Trace",
    ),
    Data(
        "servicediscovery",
        &["DiscoverInstances", "DiscoverInstancesRevision"],
        "AWS::ServiceDiscovery::Namespace",
    ),
    Data("kinesis-video-media", &["*"], "AWS::KinesisVideo::Stream"),
    Data(
        "kinesis-video-archived-media",
        &["*"],
        "AWS::KinesisVideo::Stream",
    ),
    // Firehose's records are not management events (D); their type is inferred (I).
    Data(
        "firehose",
        &["PutRecord", "PutRecordBatch"],
        "AWS::KinesisFirehose::DeliveryStream",
    ),
];

/// The resource type of a data event; `None` for management events.
pub(super) fn data_kind(service: &str, operation: &str) -> Option<&'static str> {
    let row = DATA.iter().find(|Data(id, operations, _)| {
        *id == service
            && operations
                .iter()
                .any(|name| *name == "*" || *name == operation)
    });
    row.map(|Data(.., kind)| *kind)
}

#[cfg(test)]
mod tests {
    use localtrail_model::catalogue::service;

    use super::*;

    #[test]
    fn every_operation_of_the_table_is_in_the_catalogue() {
        for Data(id, operations, _) in DATA {
            let entry = service(id).unwrap_or_else(|| panic!("{id} is no service"));
            for name in operations.iter().filter(|name| **name != "*") {
                assert!(entry.operation(name).is_some(), "{id} has no {name}");
            }
        }
    }

    #[test]
    fn queues_are_data_and_their_making_is_not() {
        assert_eq!(data_kind("sqs", "SendMessage"), Some("AWS::SQS::Queue"));
        assert_eq!(data_kind("sqs", "PurgeQueue"), None);
        assert_eq!(data_kind("kms", "Decrypt"), None);
        assert_eq!(
            data_kind("kinesis", "SubscribeToShard"),
            Some("AWS::Kinesis::StreamConsumer")
        );
    }
}
