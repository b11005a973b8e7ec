// Against `--check-signatures`: the right secret is let in however a body is sent, a wrong one is refused in each
// service's words, by the first attempt.

"use strict";

const assert = require("node:assert/strict");
const { Readable } = require("node:stream");
const { test } = require("node:test");

const ct = require("@aws-sdk/client-cloudtrail");
const { GetObjectCommand, ListBucketsCommand, PutObjectCommand } = require("@aws-sdk/client-s3");
const { GetCallerIdentityCommand } = require("@aws-sdk/client-sts");

const { ENDPOINT, REGION, client, clock, newAccount, newUser } = require("./support.js");

test("the right secret is let in", async () => {
  const { account, bucket, cloudtrail, s3 } = await newUser();
  await cloudtrail.send(new ct.CreateTrailCommand({ Name: "audit", S3BucketName: bucket }));
  const identity = await client("sts", { account }).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Account, account);
  const Key = "a b/c+d='é'";
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "bytes", Metadata: { colour: "blue" } }));
  const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  assert.equal(await got.Body.transformToString(), "bytes");

  const pieces = Array.from({ length: 10 }, () => Buffer.alloc(30_000, "x"));
  const streamed = { Bucket: bucket, Key: "streamed", Body: Readable.from(pieces), ContentLength: 300_000 };
  await s3.send(new PutObjectCommand(streamed));
  const { headers } = s3.calls.at(-1);
  assert.equal(headers["x-amz-content-sha256"], "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  assert.equal(headers["x-amz-trailer"], "x-amz-checksum-crc32");
  const whole = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "streamed" }));
  assert.equal((await whole.Body.transformToByteArray()).length, 300_000);
});

test("a wrong secret is refused", async () => {
  const account = newAccount();
  const refusals = [
    ["cloudtrail", new ct.ListTrailsCommand({}), "InvalidSignatureException", 400],
    ["s3", new ListBucketsCommand({}), "SignatureDoesNotMatch", 403],
    ["sts", new GetCallerIdentityCommand({}), "SignatureDoesNotMatch", 403],
  ];
  for (const [service, command, name, status] of refusals) {
    const refused = client(service, { account, secret: "guess" }).send(command);
    await assert.rejects(refused, (error) => {
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
      assert.match(error.message, /^The request signature we calculated does not match the signature you provided\./);
      return true;
    });
  }
});

test("the machine's clock counts, not the emulator's, and a client whose own is wrong learns it", async () => {
  await clock({ advance: "40d" });
  const account = newAccount();
  const cloudtrail = client("cloudtrail", { account });
  // Had the first answer told the emulator's date, the second call would be signed with that.
  for (let n = 0; n < 2; n += 1) await cloudtrail.send(new ct.ListTrailsCommand({}));
  const credentials = { accessKeyId: account, secretAccessKey: "test" };
  const late = new ct.CloudTrailClient({ endpoint: ENDPOINT, region: REGION, credentials, systemClockOffset: -3_600_000 });
  const attempts = async () => (await late.send(new ct.ListTrailsCommand({}))).$metadata.attempts;
  assert.deepEqual([await attempts(), await attempts()], [2, 1]);
});
