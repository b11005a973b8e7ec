//! `readOnly` (formats.md 4.2).

use localtrail_core::Access;

/// A name that begins so only reads (O: right for most of 404 observed pairs, which the tables below complete).
const READING: [&str; 18] = [
    "BatchGet", "Check", "Describe", "Estimate", "Get", "Head", "List", "Lookup", "Preview",
    "Query", "Scan", "Search", "Select", "Simulate", "Test", "Validate", "Verify", "View",
];

/// What only reads in spite of its name: the source's first label, and the operation or, with a star, how it begins
/// (D, O).
const READS: [(&str, &str); 37] = [
    ("bedrock", "Converse*"),
    ("bedrock", "CountTokens"),
    ("bedrock", "InvokeModel*"),
    ("bedrock", "Retrieve*"),
    ("cloudformation", "Detect*"),
    ("cloudformation", "EstimateTemplateCost"),
    ("dynamodb", "TransactGetItems"),
    ("ecr", "BatchCheckLayerAvailability"),
    ("iam", "DetachUserGroup"),
    ("iam", "GenerateCredentialReport"),
    ("iam", "GenerateServiceLastAccessedDetails"),
    ("iam", "GenerateOrganizationsAccessReport"),
    ("kms", "Decrypt"),
    ("kms", "DeriveSharedSecret"),
    ("kms", "Encrypt"),
    ("kms", "GenerateDataKey*"),
    ("kms", "GenerateMac"),
    ("kms", "GenerateRandom"),
    ("kms", "ReEncrypt"),
    ("kms", "Sign"),
    ("kms", "Verify*"),
    ("logs", "FilterLogEvents"),
    ("logs", "StartQuery"),
    ("logs", "StartLiveTail"),
    ("rds", "DownloadDBLogFilePortion"),
    ("rds", "DownloadCompleteDBLogFile"),
    ("s3", "CreateSession"),
    ("s3express", "CreateSession"),
    ("sns", "CheckIfPhoneNumberIsOptedOut"),
    ("sqs", "ReceiveMessage"),
    ("sts", "AssumeRole"),
    ("sts", "AssumeRoleWithSAML"),
    ("sts", "AssumeRoleWithWebIdentity"),
    ("sts", "DecodeAuthorizationMessage"),
    ("servicediscovery", "Discover*"),
    ("kinesis", "SubscribeToShard"),
    ("codecommit", "BatchDescribe*"),
];

/// What writes in spite of its name (D, O native.md; O alone for DescribeTrail, which is no operation but is seen in
/// logs, and ListWebACLs).
const WRITES: [(&str, &str); 9] = [
    ("cloudtrail", "DescribeTrail"),
    ("cognito-identity", "GetCredentialsForIdentity"),
    ("lambda", "Invoke*"),
    ("sts", "AssumeRoot"),
    ("sts", "GetDelegatedAccessToken"),
    ("sts", "GetFederationToken"),
    ("sts", "GetSessionToken"),
    ("sts", "GetWebIdentityToken"),
    ("wafv2", "ListWebACLs"),
];

/// Whether a call reads or writes. `modelled` is what the service's model says, a second opinion where the name says
/// nothing: most models do not mark what reads, so it cannot make a reading name a writing one.
pub(super) fn of(source: &str, operation: &str, modelled: Modelled) -> Access {
    let label = source.split('.').next().unwrap_or(source);
    let listed = |table: &[(&str, &str)]| {
        table
            .iter()
            .any(|(service, name)| *service == label && matches(name, operation))
    };
    if listed(&WRITES) {
        return Access::Write;
    }
    let reads = listed(&READS)
        || READING.iter().any(|prefix| operation.starts_with(prefix))
        || modelled == Modelled::ReadOnly;
    if reads { Access::Read } else { Access::Write }
}

/// What a model says of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Modelled {
    /// It only reads.
    ReadOnly,
    /// Nothing.
    Silent,
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use localtrail_model::catalogue::services;

    use super::*;
    use crate::render::source;

    /// Facts from real records: source, name and `readOnly`. See the file's first line for where they are from.
    const OBSERVED: &str = include_str!("../../tests/data/readonly_observed.csv");

    fn modelled(event_source: &str, name: &str) -> Modelled {
        let operation = services()
            .iter()
            .filter(|service| source::of(service) == event_source)
            .find_map(|service| service.operation(name));
        match operation {
            Some(operation) if operation.is_read_only => Modelled::ReadOnly,
            _ => Modelled::Silent,
        }
    }

    #[test]
    fn every_observed_pair_is_told_alike() {
        let mut wrong = Vec::new();
        let mut rows = 0;
        for line in OBSERVED.lines().filter(|line| !line.starts_with('#')) {
            let (pair, observed) = line.rsplit_once(',').unwrap();
            let (source, name) = pair.split_once(',').unwrap();
            let told = of(source, name, modelled(source, name)) == Access::Read;
            rows += 1;
            if told != (observed == "true") {
                wrong.push(pair);
            }
        }
        assert_eq!(rows, 404);
        assert_eq!(wrong, Vec::<&str>::new());
    }
}
