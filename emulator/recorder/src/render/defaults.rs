//! Parameters that services write although nobody sent them: defaults of their own side (O; of KMS, what
//! is not Encrypt or Decrypt is documented). EC2's are with EC2.

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
    Row(
        "ec2-instance-connect",
        "SendSerialConsoleSSHPublicKey",
        &[("monitorMode", Fill::False), ("serialPort", Fill::Zero)],
    ),
    Row(
        "iam",
        "CreateLoginProfile",
        &[("passwordResetRequired", Fill::False)],
    ),
    Row(
        "kms",
        "CreateKey",
        &[
            ("description", Fill::Text("")),
            ("keyUsage", Fill::Text("ENCRYPT_DECRYPT")),
            ("origin", Fill::Text("AWS_KMS")),
            ("bypassPolicyLockoutSafetyCheck", Fill::False),
        ],
    ),
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
    Row(
        "kms",
        "PutKeyPolicy",
        &[("bypassPolicyLockoutSafetyCheck", Fill::False)],
    ),
    Row(
        "kms",
        "ReplicateKey",
        &[
            ("description", Fill::Text("")),
            ("bypassPolicyLockoutSafetyCheck", Fill::False),
        ],
    ),
    Row(
        "lambda",
        "CreateFunction",
        &[("publish", Fill::False), ("environment", Fill::Empty)],
    ),
    Row(
        "lambda",
        "UpdateFunctionCode",
        &[("publish", Fill::False), ("dryRun", Fill::False)],
    ),
    Row(
        "lambda",
        "UpdateFunctionConfiguration",
        &[("environment", Fill::Empty)],
    ),
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
    Row(
        "route53resolver",
        "DeleteResolverQueryLogConfig",
        &[("originSequenceNumber", Fill::Zero)],
    ),
    Row(
        "secretsmanager",
        "CreateSecret",
        &[("forceOverwriteReplicaSecret", Fill::False)],
    ),
    // In records since 2024; those of 2023 are without.
    Row("ssm", "DescribeParameters", &[("shared", Fill::False)]),
    Row("ssm", "PutParameter", &[("overwrite", Fill::False)]),
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
