//! Parameters that services write although nobody sent them: defaults of their own side.
//!
//! A default that a client may have sent itself says nothing, so each row says why nobody can have. The makers of real
//! records were Terraform, which sends many defaults, consoles, of which nobody knows what they send, and attack tools on
//! the AWS SDK for Go, which sends neither zero values nor what the API does not have. EC2's are with EC2.

use serde_json::{Map, Value};

/// A default's value.
#[derive(Debug, Clone, Copy)]
enum Fill {
    False,
    Zero,
    Empty,
    Text(&'static str),
}

/// A service's operation, and the members that its records always have.
struct Row(&'static str, &'static str, &'static [(&'static str, Fill)]);

const DEFAULTS: &[Row] = &[
    // O: the SDK for Go sends no zero, and the API has no monitorMode.
    Row(
        "ec2-instance-connect",
        "SendSerialConsoleSSHPublicKey",
        &[("monitorMode", Fill::False), ("serialPort", Fill::Zero)],
    ),
    // O: the SDK for Go sends no false here.
    Row(
        "iam",
        "CreateLoginProfile",
        &[("passwordResetRequired", Fill::False)],
    ),
    // I: documented records are consoles' alone, but all say both names of the key's spec, which nobody sends, and
    // those of keys that CloudTrail makes have the same members. An empty description is the console's own.
    Row(
        "kms",
        "CreateKey",
        &[
            ("keyUsage", Fill::Text("ENCRYPT_DECRYPT")),
            ("origin", Fill::Text("AWS_KMS")),
            ("bypassPolicyLockoutSafetyCheck", Fill::False),
        ],
    ),
    // O: in all 220 records of Encrypt and Decrypt, whichever service called.
    Row(
        "kms",
        "Decrypt",
        &[("encryptionAlgorithm", Fill::Text("SYMMETRIC_DEFAULT"))],
    ),
    Row(
        "kms",
        "Encrypt",
        &[("encryptionAlgorithm", Fill::Text("SYMMETRIC_DEFAULT"))],
    ),
    // I, as of CreateKey.
    Row(
        "kms",
        "PutKeyPolicy",
        &[("bypassPolicyLockoutSafetyCheck", Fill::False)],
    ),
    Row(
        "kms",
        "ReplicateKey",
        &[("bypassPolicyLockoutSafetyCheck", Fill::False)],
    ),
    // O: the SDK for Go, Terraform's too, sends no false here, and nobody sent an environment.
    Row(
        "lambda",
        "CreateFunction",
        &[("publish", Fill::False), ("environment", Fill::Empty)],
    ),
    // O for dryRun, likewise; I for publish.
    Row(
        "lambda",
        "UpdateFunctionCode",
        &[("publish", Fill::False), ("dryRun", Fill::False)],
    ),
    // O: nobody sent one.
    Row(
        "lambda",
        "UpdateFunctionConfiguration",
        &[("environment", Fill::Empty)],
    ),
    // O for DescribeDBSnapshots: Terraform asks by name alone. I for the other two, which only consoles called: their
    // members are of the same kind, a boolean that cannot be absent.
    Row(
        "rds",
        "DescribeDBClusterSnapshots",
        &[
            ("includePublic", Fill::False),
            ("includeShared", Fill::False),
        ],
    ),
    Row(
        "rds",
        "DescribeDBEngineVersions",
        &[("defaultOnly", Fill::False)],
    ),
    Row(
        "rds",
        "DescribeDBSnapshots",
        &[
            ("includePublic", Fill::False),
            ("includeShared", Fill::False),
        ],
    ),
    // O: the API has no such member.
    Row(
        "route53resolver",
        "DeleteResolverQueryLogConfig",
        &[("originSequenceNumber", Fill::Zero)],
    ),
    // O: the API has no such member.
    Row("ssm", "SendCommand", &[("interactive", Fill::False)]),
];

/// Adds what the operation's records always have.
pub(super) fn add(service: &str, operation: &str, parameters: &mut Map<String, Value>) {
    let row = DEFAULTS
        .iter()
        .find(|Row(id, name, _)| *id == service && *name == operation);
    if (service, operation) == ("kms", "CreateKey") {
        add_key_spec(parameters);
    }
    for (name, fill) in row.map_or(&[][..], |Row(.., members)| members) {
        parameters.entry(*name).or_insert_with(|| match fill {
            Fill::False => false.into(),
            Fill::Zero => 0.into(),
            Fill::Empty => Value::Object(Map::new()),
            Fill::Text(text) => (*text).into(),
        });
    }
}

/// The key's spec is told under its new and its former name (D).
fn add_key_spec(parameters: &mut Map<String, Value>) {
    let asked = ["keySpec", "customerMasterKeySpec"].map(|name| parameters.get(name).cloned());
    let spec = asked.into_iter().flatten().next();
    let spec = spec.unwrap_or_else(|| "SYMMETRIC_DEFAULT".into());
    parameters.insert("keySpec".to_owned(), spec.clone());
    parameters.insert("customerMasterKeySpec".to_owned(), spec);
}
