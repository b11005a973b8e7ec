// What a trail logs: basic and advanced event selectors, insight selectors.

"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const ct = require("@aws-sdk/client-cloudtrail");

const { body, collect, newUser, refused } = require("./support.js");

const DEFAULT = {
  ReadWriteType: "All",
  IncludeManagementEvents: true,
  DataResources: [],
  ExcludeManagementEventSources: [],
};

/** A user with a trail that logs what a new one does. */
async function withTrail() {
  const user = await newUser();
  await user.cloudtrail.send(new ct.CreateTrailCommand({ Name: "audit", S3BucketName: user.bucket }));
  const send = async (command) => body(await user.cloudtrail.send(command));
  return { ...user, send, TrailName: "audit", TrailARN: user.arn("audit") };
}

test("basic selectors", async () => {
  const { send, TrailName, TrailARN } = await withTrail();
  const get = () => send(new ct.GetEventSelectorsCommand({ TrailName }));
  assert.deepEqual(await get(), { TrailARN, EventSelectors: [DEFAULT] });

  const DataResources = [{ Type: "AWS::S3::Object", Values: ["arn:aws:s3:::data/"] }];
  const wanted = [
    { ReadWriteType: ct.ReadWriteType.WriteOnly, DataResources },
    { ReadWriteType: ct.ReadWriteType.ReadOnly, ExcludeManagementEventSources: ["kms.amazonaws.com"] },
  ];
  const EventSelectors = wanted.map((selector) => ({ ...DEFAULT, ...selector }));
  assert.deepEqual(await send(new ct.PutEventSelectorsCommand({ TrailName: TrailARN, EventSelectors: wanted })), {
    TrailARN,
    EventSelectors,
  });
  assert.deepEqual(await get(), { TrailARN, EventSelectors });
  assert.equal((await send(new ct.GetTrailCommand({ Name: TrailName }))).Trail.HasCustomEventSelectors, true);
});

test("advanced selectors", async () => {
  const { send, TrailName, TrailARN } = await withTrail();
  const FieldSelectors = [
    { Field: "resources.type", Equals: ["AWS::S3::Object"] },
    { Field: "eventCategory", Equals: ["Data"] },
    { Field: "resources.ARN", StartsWith: ["arn:aws:s3:::data/"], NotEndsWith: [".tmp"] },
  ];
  const AdvancedEventSelectors = [{ Name: "objects", FieldSelectors }];
  const put = await send(new ct.PutEventSelectorsCommand({ TrailName, AdvancedEventSelectors }));
  assert.deepEqual(put, { TrailARN, AdvancedEventSelectors });
  // O 2026: the put echoes the given order, the get sorts by field.
  const sorted = [FieldSelectors[1], FieldSelectors[2], FieldSelectors[0]];
  const got = await send(new ct.GetEventSelectorsCommand({ TrailName }));
  assert.deepEqual(got, { TrailARN, AdvancedEventSelectors: [{ Name: "objects", FieldSelectors: sorted }] });
  const basic = await send(new ct.PutEventSelectorsCommand({ TrailName, EventSelectors: [{}] }));
  assert.deepEqual(basic, { TrailARN, EventSelectors: [DEFAULT] });
  assert.deepEqual(await send(new ct.GetEventSelectorsCommand({ TrailName })), basic);
});

test("wrong selectors are refused and change nothing", async () => {
  const { cloudtrail, send, TrailName, TrailARN } = await withTrail();
  const advanced = (...FieldSelectors) => ({ AdvancedEventSelectors: [{ FieldSelectors }] });
  const management = { Field: "eventCategory", Equals: ["Management"] };
  const cases = [
    [{ EventSelectors: [] }, "Specify a valid number of selectors (1 to 5) for your trail"],
    [{ EventSelectors: [{ ReadWriteType: "read-only" }] }, "Value read-only for ReadWriteType is invalid."],
    [
      { EventSelectors: [{}], ...advanced(management) },
      "You can select events by using either EventSelectors or AdvancedEventSelectors, but not both.",
    ],
    [advanced({ Field: "readOnly", Equals: ["true"] }), "The following fields are required: [eventCategory]."],
    [
      advanced({ Field: "eventCategory", StartsWith: ["Man"] }),
      "Only the following operators are valid with the eventCategory field: [Equals].",
    ],
    [
      advanced(management, { Field: "resources.ARN", Equals: ["arn:aws:s3:::b/k"] }),
      "The following field is not allowed when the eventCategory field value equals Management: resources.ARN.",
    ],
  ];
  for (const [selectors, message] of cases) {
    const call = cloudtrail.send(new ct.PutEventSelectorsCommand({ TrailName, ...selectors }));
    await refused(call, ct.InvalidEventSelectorsException, message);
  }
  assert.deepEqual(await send(new ct.GetEventSelectorsCommand({ TrailName })), { TrailARN, EventSelectors: [DEFAULT] });
});

test("insight selectors", async () => {
  const { cloudtrail, send, TrailName, TrailARN } = await withTrail();
  const get = (name) => cloudtrail.send(new ct.GetInsightSelectorsCommand({ TrailName: name }));
  const put = (InsightSelectors) => cloudtrail.send(new ct.PutInsightSelectorsCommand({ TrailName, InsightSelectors }));
  const kinds = ({ InsightSelectors }) => InsightSelectors.map((selector) => selector.InsightType);
  await refused(get(TrailName), ct.InsightNotEnabledException);

  const wanted = [ct.InsightType.ApiCallRateInsight, ct.InsightType.ApiErrorRateInsight];
  const answer = body(await put(wanted.map((InsightType) => ({ InsightType }))));
  assert.equal(answer.TrailARN, TrailARN);
  assert.deepEqual(kinds(answer), wanted);
  assert.deepEqual(kinds(await get(TrailARN)), wanted);
  assert.equal((await send(new ct.GetTrailCommand({ Name: TrailName }))).Trail.HasInsightSelectors, true);
  await refused(put([{ InsightType: "Weather" }]), ct.InvalidInsightSelectorsException);
  assert.deepEqual(kinds(await get(TrailName)), wanted);
  assert.deepEqual(kinds(body(await put([]))), []);
  await refused(get(TrailName), ct.InsightNotEnabledException);
});

test("event configuration", async () => {
  const { cloudtrail, send, TrailName, TrailARN } = await withTrail();
  const get = () => send(new ct.GetEventConfigurationCommand({ TrailName }));
  const put = (input) => cloudtrail.send(new ct.PutEventConfigurationCommand({ TrailName: TrailARN, ...input }));
  const summed = async () => {
    const answer = await get();
    assert.equal(answer.TrailARN, TrailARN);
    return answer.AggregationConfigurations ?? [];
  };
  assert.deepEqual(await summed(), []);
  const wanted = [{ EventCategory: "Data", Templates: [ct.Template.API_ACTIVITY, ct.Template.RESOURCE_ACCESS] }];
  const answer = body(await put({ AggregationConfigurations: wanted }));
  assert.deepEqual(answer.AggregationConfigurations, wanted);
  await refused(put({ MaxEventSize: ct.MaxEventSize.Large }), ct.InvalidParameterCombinationException);
  assert.deepEqual(await summed(), wanted);
  await put({ AggregationConfigurations: [] });
  assert.deepEqual(await summed(), []);
});

test("nothing was detected and nothing measured", async () => {
  const { cloudtrail, send, TrailARN } = await withTrail();
  const source = { InsightSource: TrailARN, DataType: "InsightsEvents" };
  const found = await collect(ct.paginateListInsightsData({ client: cloudtrail }, source), "Events");
  assert.deepEqual(found, { items: [], sizes: [0] });
  const InsightType = ct.InsightType.ApiErrorRateInsight;
  const asked = { EventSource: "s3.amazonaws.com", EventName: "PutObject", InsightType };
  const measured = await send(new ct.ListInsightsMetricDataCommand({ ...asked, ErrorCode: "AccessDenied" }));
  assert.deepEqual(measured, { ...asked, ErrorCode: "AccessDenied", Timestamps: [], Values: [] });
  await refused(cloudtrail.send(new ct.ListInsightsMetricDataCommand(asked)), ct.InvalidParameterException);
});
