// What every test needs: clients as users make them, an account of its own, a bucket that CloudTrail may write to.
//
// The emulator is started and stopped by whoever runs the tests (client-tests/tests/javascript.rs), which hands its
// address over in LOCALTRAIL_ENDPOINT. Tests share it and keep apart by their accounts.

"use strict";

const assert = require("node:assert/strict");
const zlib = require("node:zlib");

const { CloudTrailClient } = require("@aws-sdk/client-cloudtrail");
const {
  CreateBucketCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutBucketPolicyCommand,
  S3Client,
} = require("@aws-sdk/client-s3");
const { STSClient } = require("@aws-sdk/client-sts");

const ENDPOINT = process.env.LOCALTRAIL_ENDPOINT;
assert.ok(ENDPOINT, "LOCALTRAIL_ENDPOINT must name a running emulator; `cargo test -p client-tests` sets it");

const REGION = "eu-west-1";
// What is right for keys that nobody declared, where signatures are checked.
const SECRET = "test";
// Names of buckets are everybody's, so a test's bucket carries its account.
const bucketOf = (account) => `audit-logs-${account}`;

// Files that run at the same time against one emulator keep apart by their processes.
let accounts = 100_000_000_000 + (process.pid % 10_000_000) * 1000;

/** An account that no other test has. A 12-digit access key is the account id. */
function newAccount() {
  accounts += 1;
  return String(accounts);
}

const FACTORIES = { cloudtrail: CloudTrailClient, s3: S3Client, sts: STSClient };

/**
 * A client with the SDK's own retries on. Its calls must not need them: each must be answered, or refused for good, by
 * the first attempt; `calls` tells of each what was sent.
 */
function client(service, { account, secret = SECRET, region = REGION, ...options }) {
  const made = new FACTORIES[service]({
    endpoint: ENDPOINT,
    region,
    credentials: { accessKeyId: account, secretAccessKey: secret },
    ...(service === "s3" ? { forcePathStyle: true } : {}),
    ...options,
  });
  made.calls = [];
  made.middlewareStack.add(noticed(made.calls), { step: "finalizeRequest", priority: "low", name: "noticed" });
  made.middlewareStack.add(firstAttempt, { step: "initialize", priority: "high", name: "firstAttempt" });
  return made;
}

/** Keeps what goes over the wire. */
const noticed = (calls) => (next, context) => async (args) => {
  const { method, path, headers } = args.request;
  calls.push({ command: context.commandName, method, path, target: headers["x-amz-target"], headers });
  return next(args);
};

/** Fails a call that was tried twice: somebody's test would seem to hang there. */
const firstAttempt = (next, context) => async (args) => {
  const once = ({ $metadata }) =>
    assert.equal($metadata?.attempts, 1, `${context.commandName} was sent more than once`);
  let result;
  try {
    result = await next(args);
  } catch (error) {
    if (error.$metadata) once(error);
    throw error;
  }
  once(result.output);
  return result;
};

/** The policy that AWS's guide gives for a trail's bucket (trails.md 14). */
function bucketPolicy(bucket, account) {
  const principal = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        ...principal,
        Sid: "AWSCloudTrailAclCheck20150319",
        Action: "s3:GetBucketAcl",
        Resource: `arn:aws:s3:::${bucket}`,
      },
      {
        ...principal,
        Sid: "AWSCloudTrailWrite20150319",
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${bucket}/AWSLogs/${account}/*`,
        Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
    ],
  });
}

/** A new account with a CloudTrail client, an S3 client, a bucket for trails, and the ARNs of its trails by name. */
async function newUser() {
  const account = newAccount();
  const bucket = bucketOf(account);
  const [cloudtrail, s3] = [client("cloudtrail", { account }), client("s3", { account })];
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: bucketPolicy(bucket, account) }));
  const arn = (name) => `arn:aws:cloudtrail:${REGION}:${account}:trail/${name}`;
  return { account, bucket, cloudtrail, s3, arn };
}

/** The error that a call must end in: of the modelled class, with all that the SDK tells of a refusal. */
async function refused(call, kind, message) {
  const error = await call.then(
    () => assert.fail(`nothing was refused; ${kind.name} was expected`),
    (error) => error,
  );
  assert.ok(error instanceof kind, `${kind.name} was expected, not ${error.name}: ${error.message}`);
  assert.equal(error.name, kind.name);
  assert.equal(error.$fault, "client");
  assert.equal(error.$metadata.httpStatusCode, 400);
  assert.match(error.$metadata.requestId, UUID);
  assert.notEqual(error.message, "");
  if (message !== undefined) assert.equal(error.message, message);
  return error;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What an answer says, without what the SDK adds. */
function body({ $metadata, ...members }) {
  assert.equal($metadata.httpStatusCode, 200);
  assert.match($metadata.requestId, UUID);
  return members;
}

/** A date that lies between an instant before the call and now; AWS's times may be cut to whole seconds. */
function assertRecent(date, before) {
  assert.ok(date instanceof Date, `${date} is no Date`);
  assert.ok(before - 2000 <= date.getTime() && date.getTime() <= Date.now() + 2000, `${date.toISOString()} is not now`);
}

/** Delivers everything now, digests included; answered when it is done. */
const flush = () => control("flush");

/** Freezes, releases or advances the emulator's clock. */
const clock = (wish) => control("clock", wish);

async function control(name, wish) {
  const body = wish && JSON.stringify(wish);
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${ENDPOINT}/_localtrail/${name}`, { method: "POST", headers, body });
  assert.ok(answer.ok, await answer.text());
}

/** Every item of every page, and how many each page had. */
async function collect(pages, member) {
  const [items, sizes] = [[], []];
  for await (const page of pages) {
    items.push(...(page[member] ?? []));
    sizes.push((page[member] ?? []).length);
  }
  return { items, sizes };
}

/** Every key of a bucket. */
async function keys(s3, bucket) {
  const { items } = await collect(paginateListObjectsV2({ client: s3, pageSize: 3 }, { Bucket: bucket }), "Contents");
  return items.map((object) => object.Key);
}

const isLog = (key) => key.includes("/CloudTrail/") && key.endsWith(".json.gz");
const isDigest = (key) => key.includes("/CloudTrail-Digest/") && key.endsWith(".json.gz");

/** The JSON of a delivered file. The SDK leaves the gzip to its user. */
async function unpacked(s3, bucket, key) {
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  assert.equal(object.ContentEncoding, "gzip");
  assert.equal(object.ContentType, "application/json");
  return JSON.parse(zlib.gunzipSync(await object.Body.transformToByteArray()).toString("utf8"));
}

module.exports = {
  ENDPOINT,
  REGION,
  UUID,
  assertRecent,
  body,
  bucketOf,
  bucketPolicy,
  client,
  clock,
  collect,
  flush,
  isDigest,
  isLog,
  keys,
  newAccount,
  newUser,
  refused,
  unpacked,
};
