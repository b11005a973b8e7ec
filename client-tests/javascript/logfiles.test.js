// Delivered log files and digests, read through S3 as any consumer reads them: in two regions, verified with Node's crypto.

"use strict";

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const { test } = require("node:test");

const ct = require("@aws-sdk/client-cloudtrail");
const { GetObjectCommand, HeadObjectCommand, NoSuchKey, PutObjectCommand } = require("@aws-sdk/client-s3");
const zlib = require("node:zlib");

const { REGION, client, flush, isDigest, isLog, keys, newUser, unpacked } = require("./support.js");

const AWAY = "us-east-1";
const KEY =
  /^AWSLogs\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/\d{4}\/\d\d\/\d\d\/\1_CloudTrail_\2_\d{8}T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/;

/** A user with a multi-region trail that is logging, and a second CloudTrail client in another region. */
async function logging() {
  const user = await newUser();
  const audit = { Name: "audit", S3BucketName: user.bucket, IsMultiRegionTrail: true, EnableLogFileValidation: true };
  await user.cloudtrail.send(new ct.CreateTrailCommand(audit));
  await user.cloudtrail.send(new ct.StartLoggingCommand({ Name: "audit" }));
  return { ...user, away: client("cloudtrail", { account: user.account, region: AWAY }) };
}

test("calls of two regions are in the log files of each", async () => {
  const { account, bucket, cloudtrail, s3, away } = await logging();
  const made = { [REGION]: [], [AWAY]: [] };
  for (let n = 0; n < 3; n += 1) {
    made[REGION].push((await cloudtrail.send(new ct.ListTrailsCommand({}))).$metadata.requestId);
    made[AWAY].push((await away.send(new ct.ListTrailsCommand({}))).$metadata.requestId);
  }
  await flush();

  const found = { [REGION]: [], [AWAY]: [] };
  for (const key of (await keys(s3, bucket)).filter(isLog)) {
    const [, owner, region] = KEY.exec(key) ?? assert.fail(`${key} has not AWS's form`);
    assert.equal(owner, account);
    const { Records, ...rest } = await unpacked(s3, bucket, key);
    assert.deepEqual(rest, {});
    for (const record of Records) {
      assert.equal(record.awsRegion, region);
      assert.equal(record.recipientAccountId, account);
      if (record.eventName === "ListTrails") found[region].push(record.requestID);
    }
  }
  for (const region of [REGION, AWAY]) assert.deepEqual(found[region].toSorted(), made[region].toSorted(), region);
});

test("a digest's signature verifies with the listed key", async () => {
  const { bucket, cloudtrail, s3 } = await logging();
  await flush();
  const key = (await keys(s3, bucket)).filter((name) => isDigest(name) && name.includes(`/${REGION}/`)).at(-1);
  const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  assert.equal(head.Metadata["signature-algorithm"], "SHA256withRSA");

  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const text = zlib.gunzipSync(await object.Body.transformToByteArray());
  const digest = JSON.parse(text);
  const span = { StartTime: new Date(digest.digestStartTime), EndTime: new Date() };
  const { PublicKeyList } = await cloudtrail.send(new ct.ListPublicKeysCommand(span));
  const signer = PublicKeyList.find((listed) => listed.Fingerprint === digest.digestPublicKeyFingerprint);
  const sha256 = (bytes) => crypto.createHash("sha256").update(bytes).digest("hex");
  // What is signed (O, trails.md 8): end, place, hash of the uncompressed text, previous signature.
  const signed = [digest.digestEndTime, `${bucket}/${key}`, sha256(text), digest.previousDigestSignature ?? "null"];
  const publicKey = crypto.createPublicKey({ key: Buffer.from(signer.Value), format: "der", type: "pkcs1" });
  const verified = (lines) =>
    crypto.verify("RSA-SHA256", Buffer.from(lines.join("\n")), publicKey, Buffer.from(head.Metadata.signature, "hex"));
  assert.ok(verified(signed));
  assert.ok(!verified([...signed.slice(0, 3), "another"]));
});

test("data events are in log files when a trail asks for them, and never in event history", async () => {
  const { bucket, cloudtrail, s3 } = await logging();
  const objects = { Type: "AWS::S3::Object", Values: [`arn:aws:s3:::${bucket}/mine/`] };
  const EventSelectors = [{ ReadWriteType: "WriteOnly", DataResources: [objects] }];
  await cloudtrail.send(new ct.PutEventSelectorsCommand({ TrailName: "audit", EventSelectors }));
  const put = (Key) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "hello" }));
  const [wanted, unwanted] = [await put("mine/a b+ü"), await put("others/a")];
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket: bucket, Key: "mine/nothing" })), NoSuchKey);
  await flush();

  const records = [];
  for (const key of (await keys(s3, bucket)).filter(isLog)) records.push(...(await unpacked(s3, bucket, key)).Records);
  const data = records.filter((record) => record.eventCategory === "Data");
  assert.deepEqual(
    data.map((record) => [record.eventName, record.requestID]),
    [["PutObject", wanted.$metadata.requestId]],
  );
  assert.notEqual(wanted.$metadata.requestId, unwanted.$metadata.requestId);
  assert.deepEqual(data[0].requestParameters.key, "mine/a b+ü");
  const history = await cloudtrail.send(new ct.LookupEventsCommand({}));
  assert.ok(history.Events.every((event) => event.EventName !== "PutObject"));
});
