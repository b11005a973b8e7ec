"""boto3: what it makes of the service's model: paginators, waiters, exceptions as classes, and calls that it did not check."""

from datetime import datetime, timedelta, timezone

import pytest
from aws import ACCOUNT, REGION, client, make_bucket, refused
from botocore.config import Config
from botocore.exceptions import WaiterError
from logfiles import log_keys

ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"
OBJECTS = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
# The operations of trails; those of Lake, dashboards and channels are not there yet.
BUILT = set(
    "CreateTrail UpdateTrail DeleteTrail GetTrail DescribeTrails ListTrails StartLogging StopLogging GetTrailStatus "
    "GetEventSelectors PutEventSelectors GetInsightSelectors PutInsightSelectors GetEventConfiguration "
    "PutEventConfiguration ListInsightsData ListInsightsMetricData AddTags RemoveTags ListTags LookupEvents ListPublicKeys "
    "RegisterOrganizationDelegatedAdmin DeregisterOrganizationDelegatedAdmin GetResourcePolicy PutResourcePolicy "
    "DeleteResourcePolicy".split()
)
UNBUILT_PAGINATORS = {"list_imports", "list_import_failures"}
# A waiter that does not wait: what it looks for is there, or it is not.
AT_ONCE = {"Delay": 0, "MaxAttempts": 1}


@pytest.fixture
def unchecked(emulator):
    """A client that sends what it is given: it is the server that must refuse."""
    return client(emulator, "cloudtrail", config=Config(parameter_validation=False))


def test_every_paginator(emulator, clients, trail):
    cloudtrail = clients("cloudtrail")
    cloudtrail.put_event_selectors(TrailName="audit", EventSelectors=[{"DataResources": [OBJECTS]}])
    emulator.flush()
    asked = {
        "list_insights_data": ({"InsightSource": trail, "DataType": "InsightsEvents"}, "Events"),
        "list_public_keys": ({}, "PublicKeyList"),
        "list_tags": ({"ResourceIdList": [trail]}, "ResourceTagList"),
        "list_trails": ({}, "Trails"),
        "lookup_events": ({"PaginationConfig": {"PageSize": 2}}, "Events"),
    }
    known = {name for name in cloudtrail.meta.method_to_api_mapping if cloudtrail.can_paginate(name)}
    assert known == set(asked) | UNBUILT_PAGINATORS
    counts = {}
    for name, (parameters, member) in asked.items():
        paginator = cloudtrail.get_paginator(name)
        assert [key.expression for key in paginator.result_keys] == [member]
        pages = list(paginator.paginate(**parameters))
        # Only what has more to say hands out a token, and never an empty one.
        assert all(page["NextToken"] for page in pages[:-1]) and "NextToken" not in pages[-1], name
        counts[name] = sum(len(page[member]) for page in pages)
    assert (counts["list_tags"], counts["list_trails"], counts["list_insights_data"]) == (1, 1, 0)
    assert counts["list_public_keys"] >= 1 and counts["lookup_events"] > 2
    for name in UNBUILT_PAGINATORS:
        with refused("UnsupportedOperationException"):
            list(cloudtrail.get_paginator(name).paginate(**({"ImportId": "1" * 36} if "failures" in name else {})))


def test_a_paginator_goes_on_where_it_was_left(clients):
    cloudtrail = clients("cloudtrail")
    for _ in range(7):
        cloudtrail.describe_trails()
    # The end is fixed, so that the calls made meanwhile are not in the answer.
    end = datetime.now(timezone.utc) + timedelta(seconds=1)
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "DescribeTrails"}]

    def some(token):
        config = {"MaxItems": 3, "PageSize": 2, "StartingToken": token}
        pages = cloudtrail.get_paginator("lookup_events").paginate(
            LookupAttributes=by_name, EndTime=end, PaginationConfig=config
        )
        return pages.build_full_result()

    ids, sizes, token = [], [], None
    while True:
        result = some(token)
        sizes.append(len(result["Events"]))
        ids += [event["EventId"] for event in result["Events"]]
        token = result.get("NextToken")
        if token is None:
            break
    assert (sizes, len(set(ids))) == ([3, 3, 1], 7)


def test_waiters(emulator, clients):
    cloudtrail, s3 = clients("cloudtrail"), clients("s3")
    assert cloudtrail.waiter_names == []
    with pytest.raises(WaiterError):
        s3.get_waiter("bucket_exists").wait(Bucket="audit-logs", WaiterConfig=AT_ONCE)
    s3.get_waiter("bucket_not_exists").wait(Bucket="audit-logs", WaiterConfig=AT_ONCE)
    make_bucket(s3, "audit-logs")
    s3.get_waiter("bucket_exists").wait(Bucket="audit-logs", WaiterConfig=AT_ONCE)

    cloudtrail.create_trail(Name="audit", S3BucketName="audit-logs")
    cloudtrail.start_logging(Name="audit")
    emulator.flush()
    key = {"Bucket": "audit-logs", "Key": log_keys(s3, "audit-logs")[0]}
    s3.get_waiter("object_exists").wait(**key, WaiterConfig=AT_ONCE)
    with pytest.raises(WaiterError):
        s3.get_waiter("object_not_exists").wait(**key, WaiterConfig=AT_ONCE)
    s3.delete_object(**key)
    s3.get_waiter("object_not_exists").wait(**key, WaiterConfig=AT_ONCE)
    with pytest.raises(WaiterError):
        s3.get_waiter("object_exists").wait(**key, WaiterConfig=AT_ONCE)


def calls_that_are_refused(cloudtrail):
    """Each exception that trails can end in, and a call that does."""
    now = datetime.now(timezone.utc)
    past = now - timedelta(hours=1)
    nobody = ARN.replace("audit", "nobody")
    store = ARN.replace("trail/audit", "eventdatastore/abc")
    tag = [{"Key": "a", "Value": "b"}]
    metric = {"EventSource": "s3.amazonaws.com", "EventName": "PutObject", "InsightType": "ApiErrorRateInsight"}

    def create(**given):
        return cloudtrail.create_trail(**{"Name": "other", "S3BucketName": "audit-logs"} | given)

    def lookup(**given):
        return cloudtrail.lookup_events(**given)

    return {
        "TrailAlreadyExistsException": lambda: create(Name="audit"),
        "InvalidTrailNameException": lambda: create(Name="a!"),
        "InvalidS3BucketNameException": lambda: create(S3BucketName="No_Bucket"),
        "S3BucketDoesNotExistException": lambda: create(S3BucketName="nobodys-logs"),
        "InsufficientS3BucketPolicyException": lambda: create(S3BucketName="closed"),
        "InvalidS3PrefixException": lambda: create(S3KeyPrefix="p" * 201),
        "InvalidSnsTopicNameException": lambda: create(SnsTopicName="no topic!"),
        "InsufficientSnsTopicPolicyException": lambda: create(SnsTopicName="nobodys-topic"),
        "InvalidCloudWatchLogsLogGroupArnException": lambda: create(CloudWatchLogsRoleArn="arn:aws:iam::1:role/r"),
        "InvalidCloudWatchLogsRoleArnException": lambda: create(CloudWatchLogsLogGroupArn="arn:aws:logs:x"),
        "InvalidParameterCombinationException": lambda: create(
            IsMultiRegionTrail=True, IncludeGlobalServiceEvents=False
        ),
        "CloudTrailAccessNotEnabledException": lambda: create(IsOrganizationTrail=True),
        "TrailNotFoundException": lambda: cloudtrail.get_trail(Name="nobody"),
        "CloudTrailARNInvalidException": lambda: cloudtrail.list_tags(ResourceIdList=["arn:x"]),
        "InvalidEventSelectorsException": lambda: cloudtrail.put_event_selectors(TrailName="audit", EventSelectors=[]),
        "InsightNotEnabledException": lambda: cloudtrail.get_insight_selectors(TrailName="audit"),
        "InvalidInsightSelectorsException": lambda: cloudtrail.put_insight_selectors(
            TrailName="audit", InsightSelectors=[{"InsightType": "Weather"}]
        ),
        "InvalidTagParameterException": lambda: cloudtrail.add_tags(ResourceId=ARN, TagsList=tag * 2),
        "TagsLimitExceededException": lambda: cloudtrail.add_tags(
            ResourceId=ARN, TagsList=[{"Key": f"k{n}"} for n in range(51)]
        ),
        "ResourceNotFoundException": lambda: cloudtrail.add_tags(ResourceId=nobody, TagsList=tag),
        "InvalidLookupAttributesException": lambda: lookup(
            LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "True"}]
        ),
        "InvalidMaxResultsException": lambda: lookup(MaxResults=51),
        "InvalidNextTokenException": lambda: lookup(NextToken="broken"),
        "InvalidEventCategoryException": lambda: lookup(EventCategory="weather"),
        "InvalidTimeRangeException": lambda: cloudtrail.list_public_keys(StartTime=now, EndTime=past),
        "InvalidParameterException": lambda: cloudtrail.list_insights_metric_data(**metric),
        "EventDataStoreNotFoundException": lambda: cloudtrail.get_event_configuration(EventDataStore=store),
        "EventDataStoreARNInvalidException": lambda: cloudtrail.get_event_configuration(EventDataStore="a/b"),
        "ResourceTypeNotSupportedException": lambda: cloudtrail.get_resource_policy(ResourceArn=ARN),
        "ResourceARNNotValidException": lambda: cloudtrail.get_resource_policy(ResourceArn="arn:x"),
        "OrganizationsNotInUseException": lambda: cloudtrail.register_organization_delegated_admin(
            MemberAccountId="444455556666"
        ),
        "UnsupportedOperationException": lambda: cloudtrail.list_channels(),
    }


def test_exceptions_are_classes(emulator, clients, trail):
    cloudtrail = clients("cloudtrail")
    make_bucket(clients("s3"), "closed", policy=False)
    for name, call in calls_that_are_refused(cloudtrail).items():
        kind = getattr(cloudtrail.exceptions, name)
        with pytest.raises(kind) as caught:
            call()
        error = caught.value.response["Error"]
        assert (error["Code"], error["Message"] != "") == (name, True)
        assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    for number in range(4):
        cloudtrail.create_trail(Name=f"more-{number}", S3BucketName="audit-logs")
    with pytest.raises(cloudtrail.exceptions.MaximumNumberOfTrailsExceededException):
        cloudtrail.create_trail(Name="other", S3BucketName="audit-logs")
    elsewhere = client(emulator, "cloudtrail", region="us-east-1")
    cloudtrail.update_trail(Name="more-0", IsMultiRegionTrail=True)
    with pytest.raises(elsewhere.exceptions.InvalidHomeRegionException):
        elsewhere.stop_logging(Name=ARN.replace("audit", "more-0"))


@pytest.mark.parametrize(
    ("method", "given", "code"),
    [
        ("create_trail", {"S3BucketName": "audit-logs"}, "InvalidParameterException"),
        ("create_trail", {"Name": 5, "S3BucketName": "audit-logs"}, "SerializationException"),
        ("create_trail", {"Name": "other", "S3BucketName": "audit-logs", "IsMultiRegionTrail": "yes"}, "SerializationException"),
        ("describe_trails", {"includeShadowTrails": "yes"}, "SerializationException"),
        ("lookup_events", {"MaxResults": 0}, "InvalidMaxResultsException"),
        ("lookup_events", {"LookupAttributes": [{"AttributeKey": "EventName"}]}, "InvalidLookupAttributesException"),
        (
            "put_event_selectors",
            {"TrailName": "audit", "AdvancedEventSelectors": [{"FieldSelectors": []}]},
            "InvalidEventSelectorsException",
        ),
        ("add_tags", {"ResourceId": ARN, "TagsList": [{"Key": ""}]}, "InvalidTagParameterException"),
        ("add_tags", {"ResourceId": ARN, "TagsList": [{"Value": "b"}]}, "InvalidTagParameterException"),
        ("register_organization_delegated_admin", {"MemberAccountId": "11122223333"}, "InvalidParameterException"),
        ("get_resource_policy", {"ResourceArn": "ab"}, "ResourceARNNotValidException"),
    ],
)
def test_the_server_refuses_what_the_client_would_have(unchecked, trail, method, given, code):
    before = unchecked.describe_trails()["trailList"], unchecked.list_tags(ResourceIdList=[ARN])["ResourceTagList"]
    with refused(code) as error:
        getattr(unchecked, method)(**given)
    assert error.message
    after = unchecked.describe_trails()["trailList"], unchecked.list_tags(ResourceIdList=[ARN])["ResourceTagList"]
    assert before == after


def test_what_is_required_is_missed_by_the_server_too(unchecked):
    """Each required member of an operation left out alone: refused at once, by an error that the operation may end in."""
    missed = set()
    for method, model, whole in least_inputs(unchecked):
        if model.name in BUILT:
            for name in whole:
                with pytest.raises(unchecked.exceptions.ClientError) as caught:
                    getattr(unchecked, method)(**{other: value for other, value in whole.items() if other != name})
                assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400, (method, name)
                missed.add((method, name))
    assert len(missed) == 27


def test_operations_that_are_not_built_say_so(unchecked):
    refusals = 0
    for method, model, whole in least_inputs(unchecked):
        if model.name not in BUILT:
            with refused("UnsupportedOperationException") as error:
                getattr(unchecked, method)(**whole)
            assert model.name in error.message
            refusals += 1
    assert (refusals, len(BUILT)) == (33, 27)


def least_inputs(cloudtrail):
    """Of every operation its method, its model, and an input that has just what is required."""
    for method, operation in cloudtrail.meta.method_to_api_mapping.items():
        model = cloudtrail.meta.service_model.operation_model(operation)
        yield method, model, sample(model.input_shape)


def sample(shape):
    """A small value of a shape, with its required members."""
    if shape.type_name == "structure":
        return {name: sample(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [sample(shape.member)]
    if getattr(shape, "enum", None):
        return shape.enum[0]
    return {"string": "1" * max(shape.metadata.get("min", 1), 12), "boolean": True}.get(shape.type_name, 1)
