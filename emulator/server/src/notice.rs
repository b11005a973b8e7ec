//! What the server tells the person who runs it: on stderr, once for each thing, with what to do about it.

use std::collections::BTreeSet;

use localtrail_core::{Outcome, PutObject, StoreError};

/// At most so many refused destinations are told apart.
const DESTINATIONS: usize = 1000;

/// Which deliveries were refused, so that each refusal is told once until it heals.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    told: BTreeSet<(String, String)>,
}

impl Refusals {
    /// Tells of a refusal that was not told yet; a delivery that went well forgets its bucket's.
    pub(crate) fn note(&mut self, object: &PutObject, outcome: &Outcome) {
        if let Some(text) = self.text(object, outcome) {
            eprintln!("localtrail: {text}");
        }
    }

    fn text(&mut self, object: &PutObject, outcome: &Outcome) -> Option<String> {
        match outcome {
            Outcome::Done => {
                self.told.retain(|(bucket, _)| *bucket != object.bucket);
                None
            }
            Outcome::Failed { code } => {
                let told = (object.bucket.clone(), code.clone());
                if self.told.len() >= DESTINATIONS || !self.told.insert(told) {
                    return None;
                }
                let bucket = &object.bucket;
                let advice = match code.as_str() {
                    "NoSuchBucket" => format!("create the bucket {bucket}"),
                    "AccessDenied" => {
                        format!(
                            "let cloudtrail.amazonaws.com in by the policy of {bucket}, or start with --lenient"
                        )
                    }
                    _ => "look at the bucket directory".to_owned(),
                };
                Some(format!(
                    "warning: delivery to s3://{bucket}/{} was refused with {code}. It is tried again; {advice}.",
                    object.key
                ))
            }
        }
    }
}

/// Tells that the store failed.
pub(crate) fn store_failed(error: &StoreError) {
    eprintln!(
        "localtrail: error: {error}. Calls are refused until it works again; look at the data directory's disk."
    );
}

/// Tells of anything else.
pub(crate) fn warn(text: &str) {
    eprintln!("localtrail: warning: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use localtrail_core::{AccountId, Region};

    fn object(bucket: &str) -> PutObject {
        PutObject {
            account: AccountId::from_number(1),
            region: Region::us_east_1(),
            trail_arn: String::new(),
            bucket: bucket.to_owned(),
            key: "key".to_owned(),
            body: Vec::new(),
            content_type: "application/json",
            content_encoding: "gzip",
            metadata: Vec::new(),
            signed_with: None,
        }
    }

    #[test]
    fn a_refusal_is_told_once_until_it_heals() {
        let mut refusals = Refusals::default();
        let missing = Outcome::Failed {
            code: "NoSuchBucket".to_owned(),
        };
        let text = refusals.text(&object("logs"), &missing).unwrap();
        assert!(text.contains("create the bucket logs"), "{text}");
        assert_eq!(refusals.text(&object("logs"), &missing), None);
        assert!(refusals.text(&object("other"), &missing).is_some());
        assert_eq!(refusals.text(&object("logs"), &Outcome::Done), None);
        assert!(refusals.text(&object("logs"), &missing).is_some());
    }
}
