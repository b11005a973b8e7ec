// The life of a trail: creation, description, change, logging and its status, deletion, tags; and the refusals on the way.

"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const ct = require("@aws-sdk/client-cloudtrail");

const { REGION, assertRecent, body, client, collect, flush, newUser, refused } = require("./support.js");

test("a trail lives", async () => {
  const { cloudtrail, bucket, arn, account } = await newUser();
  const send = async (command) => body(await cloudtrail.send(command));
  const shape = {
    Name: "audit",
    S3BucketName: bucket,
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: false,
    TrailARN: arn("audit"),
    LogFileValidationEnabled: false,
    IsOrganizationTrail: false,
  };
  const { RecursiveLogging, ...created } = await send(
    new ct.CreateTrailCommand({ Name: "audit", S3BucketName: bucket }),
  );
  assert.deepEqual(created, shape);
  assert.equal(RecursiveLogging, true);

  const { Trail } = await send(new ct.GetTrailCommand({ Name: "audit" }));
  assert.equal(Trail.HomeRegion, REGION);
  assert.equal(Trail.HasCustomEventSelectors, false);
  assert.equal(Trail.HasInsightSelectors, false);
  for (const [member, value] of Object.entries(shape)) assert.equal(Trail[member], value, member);
  assert.deepEqual((await send(new ct.GetTrailCommand({ Name: arn("audit") }))).Trail, Trail);
  assert.deepEqual(await send(new ct.DescribeTrailsCommand({})), { trailList: [Trail] });
  assert.deepEqual(await send(new ct.DescribeTrailsCommand({ trailNameList: ["nobody"] })), { trailList: [] });
  const listed = await collect(ct.paginateListTrails({ client: cloudtrail }, {}), "Trails");
  assert.deepEqual(listed.items, [{ TrailARN: arn("audit"), Name: "audit", HomeRegion: REGION }]);

  // The bucket's policy lets CloudTrail write under no prefix.
  const moved = cloudtrail.send(new ct.UpdateTrailCommand({ Name: "audit", S3KeyPrefix: "deep" }));
  await refused(moved, ct.InsufficientS3BucketPolicyException);
  const wider = await send(
    new ct.UpdateTrailCommand({ Name: arn("audit"), EnableLogFileValidation: true, IsMultiRegionTrail: true }),
  );
  assert.deepEqual(wider, {
    ...shape,
    LogFileValidationEnabled: true,
    IsMultiRegionTrail: true,
    RecursiveLogging: true,
  });

  assert.deepEqual(await send(new ct.DeleteTrailCommand({ Name: "audit" })), {});
  const unknown = `Unknown trail: audit for the user: ${account}`;
  await refused(cloudtrail.send(new ct.GetTrailCommand({ Name: "audit" })), ct.TrailNotFoundException, unknown);
  await refused(cloudtrail.send(new ct.DeleteTrailCommand({ Name: "audit" })), ct.TrailNotFoundException);
});

test("logging and what the status tells of it", async () => {
  const { cloudtrail, bucket, arn } = await newUser();
  await cloudtrail.send(
    new ct.CreateTrailCommand({ Name: "audit", S3BucketName: bucket, EnableLogFileValidation: true }),
  );
  const status = async () => body(await cloudtrail.send(new ct.GetTrailStatusCommand({ Name: arn("audit") })));
  assert.deepEqual(await status(), {
    IsLogging: false,
    LatestDeliveryAttemptTime: "",
    LatestNotificationAttemptTime: "",
    LatestNotificationAttemptSucceeded: "",
    LatestDeliveryAttemptSucceeded: "",
    TimeLoggingStarted: "",
    TimeLoggingStopped: "",
  });
  const before = Date.now();
  assert.deepEqual(body(await cloudtrail.send(new ct.StartLoggingCommand({ Name: "audit" }))), {});
  const started = await status();
  assert.equal(started.IsLogging, true);
  assertRecent(started.StartLoggingTime, before);
  assert.equal(started.StopLoggingTime, undefined);
  assert.equal(started.TimeLoggingStarted, started.StartLoggingTime.toISOString().replace(/\.\d+Z$/, "Z"));

  await cloudtrail.send(new ct.StopLoggingCommand({ Name: arn("audit") }));
  await flush();
  const stopped = await status();
  assert.equal(stopped.IsLogging, false);
  for (const member of ["StartLoggingTime", "StopLoggingTime", "LatestDeliveryTime", "LatestDigestDeliveryTime"]) {
    assertRecent(stopped[member], before);
  }
  assert.equal(stopped.LatestDeliveryError, undefined);
});

test("tags", async () => {
  const { cloudtrail, bucket, arn } = await newUser();
  const [Name, ResourceId] = ["audit", arn("audit")];
  await cloudtrail.send(
    new ct.CreateTrailCommand({ Name, S3BucketName: bucket, TagsList: [{ Key: "a", Value: "1" }] }),
  );
  const tags = async () =>
    (await collect(ct.paginateListTags({ client: cloudtrail }, { ResourceIdList: [ResourceId] }), "ResourceTagList"))
      .items;
  assert.deepEqual(await tags(), [{ ResourceId, TagsList: [{ Key: "a", Value: "1" }] }]);
  assert.deepEqual(
    body(
      await cloudtrail.send(new ct.AddTagsCommand({ ResourceId, TagsList: [{ Key: "a", Value: "2" }, { Key: "b" }] })),
    ),
    {},
  );
  assert.deepEqual(await tags(), [{ ResourceId, TagsList: [{ Key: "a", Value: "2" }, { Key: "b" }] }]);
  assert.deepEqual(
    body(await cloudtrail.send(new ct.RemoveTagsCommand({ ResourceId, TagsList: [{ Key: "a" }, { Key: "b" }] }))),
    {},
  );
  assert.deepEqual(await tags(), [{ ResourceId, TagsList: [] }]);

  const add = (TagsList, id = ResourceId) => cloudtrail.send(new ct.AddTagsCommand({ ResourceId: id, TagsList }));
  await refused(add([{ Key: "a" }, { Key: "a" }]), ct.InvalidTagParameterException);
  await refused(add(Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}` }))), ct.TagsLimitExceededException);
  await refused(add([{ Key: "a" }], arn("nobody")), ct.ResourceNotFoundException);
  await refused(add([{ Key: "a" }], "nonsense"), ct.CloudTrailARNInvalidException);
  assert.deepEqual(await tags(), [{ ResourceId, TagsList: [] }]);
});

test("refusals are instances of the modelled classes", async () => {
  const { cloudtrail, bucket, account, arn } = await newUser();
  const create = (more) => cloudtrail.send(new ct.CreateTrailCommand({ Name: "audit", S3BucketName: bucket, ...more }));
  await create({});
  const exists = await refused(
    create({}),
    ct.TrailAlreadyExistsException,
    `Trail audit already exists for customer: ${account}`,
  );
  assert.ok(exists instanceof ct.CloudTrailServiceException && exists instanceof Error);
  await refused(
    create({ Name: "other", S3BucketName: "no-such-bucket" }),
    ct.S3BucketDoesNotExistException,
    "S3 bucket no-such-bucket does not exist!",
  );
  await refused(create({ Name: "other", S3BucketName: "No" }), ct.InvalidS3BucketNameException);
  await refused(create({ Name: "other", S3KeyPrefix: "p".repeat(201) }), ct.InvalidS3PrefixException);
  await refused(
    create({ Name: "other", IsMultiRegionTrail: true, IncludeGlobalServiceEvents: false }),
    ct.InvalidParameterCombinationException,
    "Multi-Region trail must include global service events.",
  );
  // The SDK checks nothing itself: every bad value reaches the server.
  await refused(
    create({ Name: "ab" }),
    ct.InvalidTrailNameException,
    "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters.",
  );
  await refused(create({ Name: "a--b" }), ct.InvalidTrailNameException);
  for (let n = 1; n <= 4; n += 1) await create({ Name: `more-${n}` });
  await refused(
    create({ Name: "more-5" }),
    ct.MaximumNumberOfTrailsExceededException,
    `User: ${account} already has 5 trails in ${REGION}.`,
  );
  await refused(
    cloudtrail.send(new ct.GetTrailStatusCommand({ Name: "nobody" })),
    ct.TrailNotFoundException,
    `Unknown trail: ${arn("nobody")} for the user: ${account}`,
  );
  await refused(cloudtrail.send(new ct.ListChannelsCommand({})), ct.UnsupportedOperationException);
});

test("a multi-region trail has shadows, and one home", async () => {
  const { account, cloudtrail, bucket, arn } = await newUser();
  const elsewhere = client("cloudtrail", { account, region: "us-east-1" });
  await cloudtrail.send(new ct.CreateTrailCommand({ Name: "audit", S3BucketName: bucket, IsMultiRegionTrail: true }));
  await cloudtrail.send(new ct.CreateTrailCommand({ Name: "local", S3BucketName: bucket }));
  const seen = async (input) =>
    (await elsewhere.send(new ct.DescribeTrailsCommand(input))).trailList.map((trail) => trail.TrailARN);
  assert.deepEqual(await seen({}), [arn("audit")]);
  assert.deepEqual(await seen({ includeShadowTrails: false }), []);
  const { Trail } = await elsewhere.send(new ct.GetTrailCommand({ Name: arn("audit") }));
  assert.equal(Trail.HomeRegion, REGION);
  await refused(elsewhere.send(new ct.GetTrailCommand({ Name: "audit" })), ct.TrailNotFoundException);
  await refused(elsewhere.send(new ct.StartLoggingCommand({ Name: arn("audit") })), ct.InvalidHomeRegionException);
  await refused(
    elsewhere.send(new ct.ListTagsCommand({ ResourceIdList: [arn("audit")] })),
    ct.CloudTrailARNInvalidException,
  );
  await cloudtrail.send(new ct.StartLoggingCommand({ Name: "audit" }));
  assert.equal((await elsewhere.send(new ct.GetTrailStatusCommand({ Name: arn("audit") }))).IsLogging, true);
});
