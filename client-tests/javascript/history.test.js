// Event history and public keys: LookupEvents and its paginator, times as Dates, refusals; and every other paginator.

"use strict";

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const { test } = require("node:test");

const ct = require("@aws-sdk/client-cloudtrail");

const { REGION, assertRecent, body, client, collect, flush, newAccount, newUser, refused } = require("./support.js");

const HOUR = 3600 * 1000;
const by = (AttributeKey, AttributeValue) => ({ LookupAttributes: [{ AttributeKey, AttributeValue }] });

test("an event and its record", async () => {
  const before = Date.now();
  const { cloudtrail, account, arn, bucket } = await newUser();
  const created = await cloudtrail.send(new ct.CreateTrailCommand({ Name: "audit", S3BucketName: bucket }));
  const error = await refused(cloudtrail.send(new ct.GetTrailCommand({ Name: "nobody" })), ct.TrailNotFoundException);

  const [event] = body(await cloudtrail.send(new ct.LookupEventsCommand(by("EventName", "CreateTrail")))).Events;
  const record = JSON.parse(event.CloudTrailEvent);
  assertRecent(event.EventTime, before);
  assert.equal(event.EventTime.getTime(), Date.parse(record.eventTime));
  assert.equal(event.EventId, record.eventID);
  assert.equal(event.EventSource, "cloudtrail.amazonaws.com");
  assert.equal(event.ReadOnly, "false");
  assert.equal(event.AccessKeyId, account);
  assert.ok(event.Resources.some((resource) => resource.ResourceName === "audit"));
  assert.equal(record.requestID, created.$metadata.requestId);
  assert.equal(record.responseElements.trailARN, arn("audit"));
  assert.equal(record.awsRegion, REGION);
  assert.match(record.userAgent, /^aws-sdk-js\/3\./);

  const [missed] = (await cloudtrail.send(new ct.LookupEventsCommand(by("EventName", "GetTrail")))).Events;
  const refusal = JSON.parse(missed.CloudTrailEvent);
  assert.equal(refusal.requestID, error.$metadata.requestId);
  assert.equal(refusal.errorCode, error.name);
  assert.equal(refusal.errorMessage, error.message);
});

test("pages partition event history", async () => {
  const cloudtrail = client("cloudtrail", { account: newAccount() });
  for (let n = 0; n < 23; n += 1) await cloudtrail.send(new ct.DescribeTrailsCommand({}));
  const pages = ct.paginateLookupEvents({ client: cloudtrail, pageSize: 10 }, by("EventName", "DescribeTrails"));
  const { items, sizes } = await collect(pages, "Events");
  assert.deepEqual(sizes, [10, 10, 3]);
  assert.equal(new Set(items.map((event) => event.EventId)).size, 23);
  const times = items.map((event) => event.EventTime.getTime());
  assert.deepEqual(
    times,
    times.toSorted((one, other) => other - one),
    "newest first",
  );

  const first = await cloudtrail.send(new ct.LookupEventsCommand({ MaxResults: 1 }));
  assert.equal(first.Events.length, 1);
  const { NextToken } = first;
  const misused = cloudtrail.send(new ct.LookupEventsCommand({ NextToken, ...by("ReadOnly", "true") }));
  await refused(misused, ct.InvalidNextTokenException);
});

test("times are Dates both ways", async () => {
  const cloudtrail = client("cloudtrail", { account: newAccount() });
  await cloudtrail.send(new ct.DescribeTrailsCommand({}));
  const lookup = (input) =>
    cloudtrail.send(new ct.LookupEventsCommand({ ...by("EventName", "DescribeTrails"), ...input }));
  const [event] = (await lookup({})).Events;
  const at = event.EventTime.getTime();
  // Both ends belong to the range (D, trails.md 9.1).
  assert.equal((await lookup({ StartTime: new Date(at), EndTime: new Date(at) })).Events.length, 1);
  assert.equal((await lookup({ EndTime: new Date(at - 1000) })).Events.length, 0);
  assert.equal((await lookup({ StartTime: new Date(at - HOUR), EndTime: new Date(at + 0.5 * HOUR) })).Events.length, 1);
});

test("wrong questions are refused by their class", async () => {
  const cloudtrail = client("cloudtrail", { account: newAccount() });
  const lookup = (input) => cloudtrail.send(new ct.LookupEventsCommand(input));
  const [now, name] = [Date.now(), by("EventName", "GetTrail")];
  await refused(lookup({ MaxResults: 0 }), ct.InvalidMaxResultsException);
  await refused(lookup({ MaxResults: 51 }), ct.InvalidMaxResultsException);
  await refused(lookup({ NextToken: "broken" }), ct.InvalidNextTokenException);
  await refused(lookup({ EventCategory: "weather" }), ct.InvalidEventCategoryException);
  await refused(lookup(by("Color", "red")), ct.InvalidLookupAttributesException);
  await refused(
    lookup({ LookupAttributes: [...name.LookupAttributes, ...name.LookupAttributes] }),
    ct.InvalidLookupAttributesException,
  );
  await refused(lookup({ StartTime: new Date(now), EndTime: new Date(now - HOUR) }), ct.InvalidTimeRangeException);
  await refused(lookup({ StartTime: new Date(now + HOUR) }), ct.InvalidTimeRangeException);
  assert.deepEqual(body(await lookup({ EventCategory: ct.EventCategory.Insight })), { Events: [] });
});

test("public keys are AWS's kind of keys", async () => {
  const { cloudtrail, bucket } = await newUser();
  const audit = { Name: "audit", S3BucketName: bucket, EnableLogFileValidation: true };
  await cloudtrail.send(new ct.CreateTrailCommand(audit));
  await cloudtrail.send(new ct.StartLoggingCommand({ Name: "audit" }));
  await flush();
  const span = { StartTime: new Date(Date.now() - HOUR), EndTime: new Date() };
  const { items } = await collect(ct.paginateListPublicKeys({ client: cloudtrail }, span), "PublicKeyList");
  assert.notEqual(items.length, 0);
  for (const key of items) {
    const der = Buffer.from(key.Value);
    assert.equal(der.length, 270);
    assert.equal(key.Fingerprint, crypto.createHash("md5").update(der).digest("hex"));
    const { asymmetricKeyDetails } = crypto.createPublicKey({ key: der, format: "der", type: "pkcs1" });
    assert.equal(asymmetricKeyDetails.modulusLength, 2048);
    assert.equal(key.ValidityEndTime.getTime() - key.ValidityStartTime.getTime(), 30 * 24 * HOUR);
  }
  const backwards = { StartTime: span.EndTime, EndTime: span.StartTime };
  await refused(cloudtrail.send(new ct.ListPublicKeysCommand(backwards)), ct.InvalidTimeRangeException);
});
