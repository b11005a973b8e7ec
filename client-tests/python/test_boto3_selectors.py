"""boto3: what a trail logs (selectors), insights, tags."""

import pytest
from aws import ACCOUNT, REGION, client, refused

ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"
DEFAULT = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


@pytest.fixture
def cloudtrail(clients, bucket):
    cloudtrail = clients("cloudtrail")
    cloudtrail.create_trail(Name="audit", S3BucketName=bucket)
    return cloudtrail


def test_a_new_trail_logs_management_events(cloudtrail):
    answer = cloudtrail.get_event_selectors(TrailName="audit")
    assert answer["TrailARN"] == ARN
    assert answer["EventSelectors"] == [DEFAULT]
    assert "AdvancedEventSelectors" not in answer
    with refused("TrailNotFoundException"):
        cloudtrail.get_event_selectors(TrailName="nobody")


def test_basic_and_advanced_selectors_replace_one_another(cloudtrail):
    objects = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::data/"]}
    put = cloudtrail.put_event_selectors(
        TrailName=ARN, EventSelectors=[{"ReadWriteType": "WriteOnly", "DataResources": [objects]}]
    )
    basic = DEFAULT | {"ReadWriteType": "WriteOnly", "DataResources": [objects]}
    assert put["EventSelectors"] == [basic]
    assert cloudtrail.get_event_selectors(TrailName=ARN)["EventSelectors"] == [basic]
    assert cloudtrail.get_trail(Name="audit")["Trail"]["HasCustomEventSelectors"] is True

    fields = [
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::data/"]},
    ]
    put = cloudtrail.put_event_selectors(
        TrailName="audit", AdvancedEventSelectors=[{"Name": "objects", "FieldSelectors": fields}]
    )
    # O 2026: the put echoes the given order, the get sorts by field.
    assert put["AdvancedEventSelectors"] == [{"Name": "objects", "FieldSelectors": fields}]
    got = cloudtrail.get_event_selectors(TrailName="audit")
    assert "EventSelectors" not in got
    assert [field["Field"] for field in got["AdvancedEventSelectors"][0]["FieldSelectors"]] == [
        "eventCategory",
        "resources.ARN",
        "resources.type",
    ]


def advanced(*fields):
    return {"AdvancedEventSelectors": [{"FieldSelectors": list(fields)}]}


@pytest.mark.parametrize(
    ("selectors", "message"),
    [
        ({"EventSelectors": []}, "Specify a valid number of selectors (1 to 5) for your trail"),
        ({"EventSelectors": [{}] * 6}, "Specify a valid number of selectors (1 to 5) for your trail"),
        (
            {"EventSelectors": [{"IncludeManagementEvents": False}]},
            "Invalid combination of parameters in EventSelectors. When includeManagementEvents is false, "
            "DataResources must not be empty.",
        ),
        (
            {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::b"]}]}]},
            "Value arn:aws:s3:::b for DataResources.Values is invalid.",
        ),
        (
            {"EventSelectors": [{"DataResources": [{"Type": "AWS::Nope::X", "Values": ["arn:aws:s3"]}]}]},
            "Value AWS::Nope::X for DataResources.Type is invalid.",
        ),
        (
            advanced({"Field": "readOnly", "Equals": ["true"]}),
            "The following fields are required: [eventCategory].",
        ),
        (
            advanced({"Field": "eventCategory", "Equals": ["Data"]}),
            "The following selectors are required when the eventCategory field value equals Data: [resources.type].",
        ),
        (
            {"EventSelectors": [{}], **advanced({"Field": "eventCategory", "Equals": ["Management"]})},
            "You can select events by using either EventSelectors or AdvancedEventSelectors, but not both.",
        ),
    ],
)
def test_wrong_selectors_are_refused_and_change_nothing(cloudtrail, selectors, message):
    with refused("InvalidEventSelectorsException") as error:
        cloudtrail.put_event_selectors(TrailName="audit", **selectors)
    assert error.message == message
    assert cloudtrail.get_event_selectors(TrailName="audit")["EventSelectors"] == [DEFAULT]


def test_insight_selectors(cloudtrail):
    with refused("InsightNotEnabledException"):
        cloudtrail.get_insight_selectors(TrailName="audit")
    wanted = [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]
    put = cloudtrail.put_insight_selectors(TrailName="audit", InsightSelectors=wanted)
    assert (put["TrailARN"], kinds(put)) == (ARN, ["ApiCallRateInsight", "ApiErrorRateInsight"])
    assert kinds(cloudtrail.get_insight_selectors(TrailName=ARN)) == ["ApiCallRateInsight", "ApiErrorRateInsight"]
    assert cloudtrail.get_trail(Name="audit")["Trail"]["HasInsightSelectors"] is True
    with refused("InvalidInsightSelectorsException"):
        cloudtrail.put_insight_selectors(TrailName="audit", InsightSelectors=[{"InsightType": "Weather"}])
    cloudtrail.put_insight_selectors(TrailName="audit", InsightSelectors=[])
    with refused("InsightNotEnabledException"):
        cloudtrail.get_insight_selectors(TrailName="audit")


def kinds(answer):
    return [selector["InsightType"] for selector in answer["InsightSelectors"]]


def test_event_configuration(emulator, cloudtrail):
    def of(answer):
        assert answer["TrailARN"] == ARN
        return answer.get("AggregationConfigurations", [])

    assert of(cloudtrail.get_event_configuration(TrailName="audit")) == []
    wanted = [{"EventCategory": "Data", "Templates": ["API_ACTIVITY", "USER_ACTIONS"]}]
    assert of(cloudtrail.put_event_configuration(TrailName="audit", AggregationConfigurations=wanted)) == wanted
    assert of(cloudtrail.get_event_configuration(TrailName=ARN)) == wanted
    with refused("InvalidParameterCombinationException"):
        cloudtrail.put_event_configuration(TrailName="audit", MaxEventSize="Large")
    with refused("InvalidParameterCombinationException"):
        cloudtrail.get_event_configuration(TrailName="audit", EventDataStore=ARN)
    with refused("InvalidParameterException"):
        cloudtrail.get_event_configuration()
    cloudtrail.update_trail(Name="audit", IsMultiRegionTrail=True)
    elsewhere = client(emulator, "cloudtrail", region="us-east-1")
    assert of(elsewhere.get_event_configuration(TrailName=ARN)) == wanted
    with refused("InvalidHomeRegionException"):
        elsewhere.put_event_configuration(TrailName=ARN, AggregationConfigurations=[])
    assert of(cloudtrail.get_event_configuration(TrailName="audit")) == wanted
    assert of(cloudtrail.put_event_configuration(TrailName="audit", AggregationConfigurations=[])) == []
    assert of(cloudtrail.get_event_configuration(TrailName="audit")) == []


def test_nothing_was_detected_and_nothing_measured(cloudtrail):
    asked = {"EventSource": "s3.amazonaws.com", "EventName": "PutObject", "InsightType": "ApiErrorRateInsight"}
    answer = cloudtrail.list_insights_metric_data(**asked, ErrorCode="AccessDenied", Period=300)
    del answer["ResponseMetadata"]
    assert answer == asked | {"ErrorCode": "AccessDenied", "Timestamps": [], "Values": []}
    with refused("InvalidParameterException"):
        cloudtrail.list_insights_metric_data(**asked)
    with refused("InvalidParameterException"):
        cloudtrail.list_insights_data(InsightSource=ARN.replace("audit", "nobody"), DataType="InsightsEvents")


def test_tags(emulator, cloudtrail):
    pages = cloudtrail.get_paginator("list_tags")

    def tags():
        [entry] = pages.paginate(ResourceIdList=[ARN]).search("ResourceTagList")
        assert entry["ResourceId"] == ARN
        return {tag["Key"]: tag.get("Value") for tag in entry["TagsList"]}

    assert tags() == {}
    cloudtrail.add_tags(ResourceId=ARN, TagsList=[{"Key": "team", "Value": "audit"}, {"Key": "bare"}])
    cloudtrail.add_tags(ResourceId=ARN, TagsList=[{"Key": "team", "Value": "security"}])
    assert tags() == {"team": "security", "bare": None}
    cloudtrail.remove_tags(ResourceId=ARN, TagsList=[{"Key": "bare"}, {"Key": "unknown"}])
    assert tags() == {"team": "security"}
    with refused("InvalidTagParameterException"):
        cloudtrail.add_tags(ResourceId=ARN, TagsList=[{"Key": "a"}, {"Key": "a"}])
    with refused("TagsLimitExceededException"):
        cloudtrail.add_tags(ResourceId=ARN, TagsList=[{"Key": f"k{n}", "Value": "v"} for n in range(50)])
    assert tags() == {"team": "security"}
    with refused("CloudTrailARNInvalidException"):
        client(emulator, "cloudtrail", region="us-east-1").list_tags(ResourceIdList=[ARN])
    with refused("ResourceNotFoundException"):
        cloudtrail.add_tags(ResourceId=ARN.replace("audit", "nobody"), TagsList=[{"Key": "a", "Value": "b"}])


def test_tags_given_at_creation(clients, bucket):
    cloudtrail = clients("cloudtrail")
    tags = [{"Key": "team", "Value": "audit"}]
    arn = cloudtrail.create_trail(Name="tagged", S3BucketName=bucket, TagsList=tags)["TrailARN"]
    assert cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"] == [{"ResourceId": arn, "TagsList": tags}]
