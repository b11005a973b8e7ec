// Against `--throttle`: what the SDK makes of a call past AWS's rate. The clock stands but where a test moves it.

"use strict";

const assert = require("node:assert/strict");
const { before, test } = require("node:test");

const ct = require("@aws-sdk/client-cloudtrail");

const { ENDPOINT, REGION, client, clock, newAccount, refused } = require("./support.js");

before(() => clock({ freeze: true }));

const lookUp = (cloudtrail) => cloudtrail.send(new ct.LookupEventsCommand({}));

test("the third call within a second is throttled", async () => {
  const cloudtrail = client("cloudtrail", { account: newAccount(), maxAttempts: 1 });
  for (let n = 0; n < 2; n += 1) await lookUp(cloudtrail);
  await refused(lookUp(cloudtrail), ct.ThrottlingException, "Rate exceeded");
});

test("the SDK knows throttling and tries again by itself", async () => {
  const credentials = { accessKeyId: newAccount(), secretAccessKey: "test" };
  const cloudtrail = new ct.CloudTrailClient({ endpoint: ENDPOINT, region: REGION, credentials });
  for (let n = 0; n < 2; n += 1) assert.equal((await lookUp(cloudtrail)).$metadata.attempts, 1);
  const sent = [];
  // Within the SDK's retries: a second passes before the second attempt.
  const passing = (next) => async (args) => {
    if (sent.push(args.request) === 2) await clock({ advance: "1s" });
    return next(args);
  };
  cloudtrail.middlewareStack.add(passing, { step: "finalizeRequest", priority: "low", name: "passing" });
  const { $metadata } = await lookUp(cloudtrail);
  assert.deepEqual([$metadata.attempts, $metadata.httpStatusCode, sent.length], [2, 200, 2]);
  assert.ok($metadata.totalRetryDelay > 0);
});
