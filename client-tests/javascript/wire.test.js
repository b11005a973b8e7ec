// What the SDK puts on the wire and what it counts: target form, connections, attempts; and the caller that it is.

"use strict";

const assert = require("node:assert/strict");
const http = require("node:http");
const { test } = require("node:test");

const ct = require("@aws-sdk/client-cloudtrail");
const { GetCallerIdentityCommand } = require("@aws-sdk/client-sts");

const { REGION, UUID, client, newAccount, newUser, refused } = require("./support.js");

test("the short form of the target is understood", async () => {
  const { cloudtrail, bucket } = await newUser();
  await cloudtrail.send(new ct.CreateTrailCommand({ Name: "audit", S3BucketName: bucket }));
  await cloudtrail.send(new ct.GetTrailStatusCommand({ Name: "audit" }));
  await refused(cloudtrail.send(new ct.GetTrailCommand({ Name: "nobody" })), ct.TrailNotFoundException);
  const sent = cloudtrail.calls.map(({ method, path, target }) => `${method} ${path} ${target}`);
  assert.deepEqual(sent, [
    "POST / CloudTrail_20131101.CreateTrail",
    "POST / CloudTrail_20131101.GetTrailStatus",
    "POST / CloudTrail_20131101.GetTrail",
  ]);
  assert.equal(cloudtrail.calls[0].headers["content-type"], "application/x-amz-json-1.1");
});

test("calls share a connection", async () => {
  const { agent, opened } = countingAgent();
  const cloudtrail = client("cloudtrail", { account: newAccount(), requestHandler: { httpAgent: agent } });
  for (let n = 0; n < 20; n += 1) await cloudtrail.send(new ct.DescribeTrailsCommand({}));
  assert.equal(opened(), 1);
  // A refusal may end its connection, as AWS's do (O, native.md); the calls after it must not notice.
  for (let n = 0; n < 5; n += 1) {
    await refused(cloudtrail.send(new ct.GetTrailCommand({ Name: "nobody" })), ct.TrailNotFoundException);
    await cloudtrail.send(new ct.DescribeTrailsCommand({}));
  }
  assert.ok(opened() <= 6, `${opened()} connections`);
  agent.destroy();
});

test("calls at the same time are each answered", async () => {
  const cloudtrail = client("cloudtrail", { account: newAccount() });
  const answers = await Promise.all(Array.from({ length: 40 }, () => cloudtrail.send(new ct.ListTrailsCommand({}))));
  const ids = new Set(answers.map(({ $metadata }) => $metadata.requestId));
  assert.equal(ids.size, 40);
  for (const id of ids) assert.match(id, UUID);
});

test("the caller is who the credentials say", async () => {
  const account = newAccount();
  const [sts, cloudtrail] = [client("sts", { account }), client("cloudtrail", { account })];
  const identity = await sts.send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Account, account);
  const LookupAttributes = [{ AttributeKey: "EventName", AttributeValue: "GetCallerIdentity" }];
  const { Events } = await cloudtrail.send(new ct.LookupEventsCommand({ LookupAttributes }));
  const record = JSON.parse(Events[0].CloudTrailEvent);
  assert.equal(record.userIdentity.arn, identity.Arn);
  assert.equal(record.userIdentity.principalId, identity.UserId);
  assert.equal(record.requestID, identity.$metadata.requestId);
});

test("regions and accounts are apart", async () => {
  const { account, cloudtrail, bucket, arn } = await newUser();
  await cloudtrail.send(new ct.CreateTrailCommand({ Name: "audit", S3BucketName: bucket }));
  const elsewhere = client("cloudtrail", { account, region: "us-east-1" });
  const stranger = client("cloudtrail", { account: newAccount(), region: REGION });
  for (const other of [elsewhere, stranger]) {
    assert.deepEqual((await other.send(new ct.ListTrailsCommand({}))).Trails, []);
    await refused(other.send(new ct.GetTrailCommand({ Name: "audit" })), ct.TrailNotFoundException);
    const { Events } = await other.send(new ct.LookupEventsCommand({}));
    assert.ok(Events.every((event) => event.EventName !== "CreateTrail"));
  }
  // Nobody has published which of its exceptions AWS chooses here; that it is one of CloudTrail's matters to a client.
  await assert.rejects(stranger.send(new ct.DeleteTrailCommand({ Name: arn("audit") })), (error) => {
    return error instanceof ct.TrailNotFoundException || error instanceof ct.CloudTrailARNInvalidException;
  });
  assert.equal((await cloudtrail.send(new ct.ListTrailsCommand({}))).Trails.length, 1);
});

/** A keep-alive agent that tells how many connections it opened. */
function countingAgent() {
  let count = 0;
  const agent = new http.Agent({ keepAlive: true });
  const open = agent.createConnection;
  agent.createConnection = (...rest) => {
    count += 1;
    return open.apply(agent, rest);
  };
  return { agent, opened: () => count };
}
