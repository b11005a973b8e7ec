"""The AWS CLI: the commands about trails that the story does not tell, its own pagination, and its old subscriptions."""

import json
from datetime import timedelta

import pytest
from aws import ACCOUNT, REGION, bucket_policy, client, make_bucket
from cli import Cli
from logfiles import log_keys

ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"
MEMBER = "444455556666"


@pytest.fixture
def aws(emulator, tmp_path):
    """`aws("get-trail", …)` is `aws cloudtrail get-trail …`."""
    cli = Cli(emulator, tmp_path)

    def aws(*arguments):
        return cli("cloudtrail", *arguments)

    aws.refused = lambda code, *arguments: cli.refused(code, "cloudtrail", *arguments)
    aws.run = lambda *arguments: cli.run("cloudtrail", *arguments)
    return aws


def test_selectors_from_a_file_and_in_shorthand(aws, trail, tmp_path):
    wanted = [
        {"ReadWriteType": "WriteOnly", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::data/"]}]}
    ]
    file = tmp_path / "selectors.json"
    file.write_text(json.dumps(wanted))
    put = aws("put-event-selectors", "--trail-name", "audit", "--event-selectors", f"file://{file}")
    assert put["TrailARN"] == ARN and put["EventSelectors"][0]["DataResources"] == wanted[0]["DataResources"]
    assert aws("get-event-selectors", "--trail-name", ARN) == put
    shorthand = "Name=objects,FieldSelectors=[{Field=eventCategory,Equals=[Data]},{Field=resources.type,Equals=[AWS::S3::Object]}]"
    put = aws("put-event-selectors", "--trail-name", "audit", "--advanced-event-selectors", shorthand)
    assert [field["Equals"] for field in put["AdvancedEventSelectors"][0]["FieldSelectors"]] == [["Data"], ["AWS::S3::Object"]]
    both = ["--event-selectors", f"file://{file}", "--advanced-event-selectors", shorthand]
    aws.refused("InvalidEventSelectorsException", "put-event-selectors", "--trail-name", "audit", *both)


def test_event_configuration_and_insights(aws, trail):
    named = ["--trail-name", "audit"]
    summed = "EventCategory=Data,Templates=API_ACTIVITY,RESOURCE_ACCESS"
    put = aws("put-event-configuration", *named, "--aggregation-configurations", summed)
    expected = [{"EventCategory": "Data", "Templates": ["API_ACTIVITY", "RESOURCE_ACCESS"]}]
    assert (put["TrailARN"], put["AggregationConfigurations"]) == (ARN, expected)
    assert aws("get-event-configuration", "--trail-name", ARN) == put
    aws.refused("InvalidParameterCombinationException", "put-event-configuration", *named, "--max-event-size", "Large")

    source = ["--insight-source", ARN, "--data-type", "InsightsEvents"]
    assert aws("list-insights-data", *source, "--dimensions", "EventName=PutObject") == {"Events": []}
    metric = ["--event-source", "s3.amazonaws.com", "--event-name", "PutObject", "--insight-type", "ApiErrorRateInsight"]
    measured = aws("list-insights-metric-data", *metric, "--error-code", "AccessDenied")
    assert (measured["ErrorCode"], measured["Timestamps"], measured["Values"]) == ("AccessDenied", [], [])
    aws.refused("InvalidParameterException", "list-insights-metric-data", *metric)


def test_resource_policies_are_not_for_trails(aws, trail):
    policy = json.dumps(bucket_policy("audit-logs"))
    channel = ARN.replace("trail/audit", "channel/6e6b3e9f-6a2d-4c0c-8f3e-2f8f0f7b7d10")
    aws.refused("ResourceTypeNotSupportedException", "get-resource-policy", "--resource-arn", ARN)
    aws.refused("ResourceTypeNotSupportedException", "put-resource-policy", "--resource-arn", ARN, "--resource-policy", policy)
    aws.refused("ResourceNotFoundException", "get-resource-policy", "--resource-arn", channel)
    aws.refused("ResourceNotFoundException", "delete-resource-policy", "--resource-arn", channel)


def test_delegated_administrators(emulator, aws):
    register = ["register-organization-delegated-admin", "--member-account-id"]
    deregister = ["deregister-organization-delegated-admin", "--delegated-admin-account-id"]
    aws.refused("OrganizationsNotInUseException", *register, MEMBER)
    emulator.control("PUT", "organizations/o-a1b2c3d4e5", {"managementAccount": ACCOUNT, "members": [MEMBER]})
    aws(*register, MEMBER)
    aws.refused("AccountRegisteredException", *register, MEMBER)
    aws.refused("AccountNotFoundException", *register, "777788889999")
    aws(*deregister, MEMBER)
    aws.refused("AccountNotRegisteredException", *deregister, MEMBER)


def test_event_history_in_pieces(emulator, aws):
    cloudtrail = client(emulator, "cloudtrail")
    for _ in range(5):
        cloudtrail.describe_trails()
    # The end is fixed, so that the pieces are pieces of the same answer.
    end = (emulator.now() + timedelta(seconds=1)).isoformat()
    by_name = ["--lookup-attributes", "AttributeKey=EventName,AttributeValue=DescribeTrails", "--end-time", end]
    ids, token = [], []
    for expected in (2, 2, 1):
        piece = aws("lookup-events", *by_name, "--max-items", 2, "--page-size", 3, *token)
        assert len(piece["Events"]) == expected
        ids += [event["EventId"] for event in piece["Events"]]
        token = ["--starting-token", piece.get("NextToken")]
    assert token[1] is None
    whole = aws("lookup-events", *by_name, "--query", "Events[].[EventId, ReadOnly]")
    assert whole == [[event, "true"] for event in ids] and len(set(ids)) == 5
    count = aws("lookup-events", *by_name, "--query", "length(Events)", "--output", "text")
    assert count.strip() == "5"
    aws.refused("InvalidNextTokenException", "lookup-events", "--no-paginate", "--next-token", "broken")


def test_subscriptions_that_need_no_topic(emulator, aws, tmp_path):
    """`create-subscription` makes bucket, policy and trail, and starts logging. AWS's template of the policy lies in a
    bucket of AWS's own, which is not here; `--s3-custom-policy` takes its place."""
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps(bucket_policy("<BucketName>", "<CustomerAccountID>", "<Prefix>")))
    new = ["--s3-new-bucket", "audit-logs", "--s3-prefix", "deep", "--s3-custom-policy", f"file://{policy}"]
    said = aws("create-subscription", "--name", "audit", *new)
    assert "Logs will be delivered to audit-logs:deep" in said
    s3, cloudtrail = client(emulator, "s3"), client(emulator, "cloudtrail")
    assert json.loads(s3.get_bucket_policy(Bucket="audit-logs")["Policy"]) == bucket_policy("audit-logs", prefix="deep")
    assert cloudtrail.get_trail_status(Name="audit")["IsLogging"] is True
    emulator.flush()
    assert all(key.startswith("deep/AWSLogs/") for key in log_keys(s3, "audit-logs"))

    make_bucket(s3, "other-logs")
    said = aws("update-subscription", "--name", "audit", "--s3-use-bucket", "other-logs", "--s3-prefix", "")
    assert '"S3BucketName": "other-logs"' in said
    trail = cloudtrail.get_trail(Name="audit")["Trail"]
    assert trail["S3BucketName"] == "other-logs" and "S3KeyPrefix" not in trail
    said = aws("create-subscription", "--name", "second", "--s3-use-bucket", "other-logs")
    assert f'"TrailARN": "{ARN.replace("audit", "second")}"' in said


def test_subscriptions_that_fail_leave_nothing_behind(emulator, aws, tmp_path):
    """There is no SNS: its call ends in an exception, at once, and the CLI takes back the bucket that it made."""
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps(bucket_policy("<BucketName>", "<CustomerAccountID>")))
    new = ["--s3-new-bucket", "audit-logs", "--s3-custom-policy", f"file://{policy}"]
    topic = ["--sns-new-topic", "news", "--sns-custom-policy", "{}"]
    said = aws.refused("UnsupportedOperationException", "create-subscription", "--name", "audit", *new, *topic)
    assert "when calling the CreateTopic operation" in said
    assert client(emulator, "s3").list_buckets()["Buckets"] == []
    done = aws.run("create-subscription", "--name", "audit", "--s3-new-bucket", "audit-logs")
    assert done.returncode != 0 and "policy template" in done.stderr, done.stderr
    aws.refused("S3BucketDoesNotExistException", "create-subscription", "--name", "audit", "--s3-use-bucket", "nobodys-logs")
    assert client(emulator, "cloudtrail").describe_trails()["trailList"] == []
