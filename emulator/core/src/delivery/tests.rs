//! Delivery from the first event to the last digest, against a bucket in memory that can refuse. Here the bucket; the
//! stories are beside it: of chains of digests, of log files, of tampering.

mod chains;
mod files;
mod organizations;
mod tampering;

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use serde_json::{Value, json};
use sha2::Sha256;

use super::log_file;
use crate::cloudtrail::CloudTrail;
use crate::effect::{Effect, Outcome, PutObject};
use crate::settings::{BucketPolicy, Pace, Settings};
use crate::testing::{World, memory};
use crate::time::Timestamp;
use crate::validation::{Files, Location, Stored, Verdict, validate};

/// A bucket that takes everything, or nothing.
#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, PutObject>,
    refuses: bool,
    puts: usize,
}

impl Bucket {
    /// Does what waits, without letting time pass.
    fn courier(&mut self, world: &mut World) {
        world.trail.run_due(world.now);
        while let Some((id, Effect::PutObject(put))) = world.trail.next_effect() {
            self.puts += 1;
            let outcome = if self.refuses {
                Outcome::Failed {
                    code: "NoSuchBucket".to_owned(),
                }
            } else {
                let before = self.objects.insert(put.key.clone(), *put);
                assert!(
                    before.is_none_or(|before| before.body.is_empty()),
                    "a key is used once"
                );
                Outcome::Done
            };
            world.trail.settle(id, outcome, world.now);
            world.trail.run_due(world.now);
        }
    }

    /// Lets time pass from due to due.
    fn advance(&mut self, world: &mut World, seconds: u64) {
        let end = world.now.plus(std::time::Duration::from_secs(seconds));
        self.courier(world);
        while let Some(due) = world.trail.next_due().filter(|due| *due <= end) {
            world.now = world.now.max(due);
            self.courier(world);
        }
        world.now = end;
        self.courier(world);
    }

    fn keys(&self, folder: &str) -> Vec<&str> {
        let files = self
            .objects
            .iter()
            .filter(|(key, put)| key.contains(folder) && !put.body.is_empty());
        files.map(|(key, _)| key.as_str()).collect()
    }

    fn text(&self, key: &str) -> String {
        let mut text = String::new();
        let body = self.objects[key].body.as_slice();
        flate2::bufread::GzDecoder::new(body)
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    fn records(&self) -> Vec<Value> {
        let files = self
            .keys("/CloudTrail/")
            .into_iter()
            .map(|key| serde_json::from_str(&self.text(key)).unwrap());
        files
            .flat_map(|file: Value| file["Records"].as_array().unwrap().clone())
            .collect()
    }

    fn names(&self) -> Vec<String> {
        self.records()
            .iter()
            .map(|record| record["eventName"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Verifies every chain as AWS's CLI does, and answers the digests oldest first.
    fn verified(&self, trail: &CloudTrail) -> Vec<Value> {
        let keys = trail.public_keys();
        let mut digests: Vec<Value> = Vec::new();
        for key in self.keys("/CloudTrail-Digest/") {
            let text = self.text(key);
            let digest: Value = serde_json::from_str(&text).unwrap();
            let (name, signature) = &self.objects[key].metadata[0];
            assert_eq!(name, "signature");
            assert_eq!(digest["digestS3Object"], key);
            let previous = digest["previousDigestSignature"].as_str().unwrap_or("null");
            let signed = format!(
                "{}\n{}/{key}\n{}\n{previous}",
                digest["digestEndTime"].as_str().unwrap(),
                digest["digestS3Bucket"].as_str().unwrap(),
                log_file::hash(&text)
            );
            let public = keys
                .iter()
                .find(|k| digest["digestPublicKeyFingerprint"] == k.fingerprint.as_str())
                .unwrap();
            let der = BASE64.decode(&public.value).unwrap();
            let verifier =
                VerifyingKey::<Sha256>::new(rsa::PublicKey::from_pkcs1_der(&der).unwrap());
            let signature =
                Signature::try_from(hex::decode(signature).unwrap().as_slice()).unwrap();
            verifier.verify(signed.as_bytes(), &signature).unwrap();
            for file in digest["logFiles"].as_array().unwrap() {
                let text = self.text(file["s3Object"].as_str().unwrap());
                assert_eq!(file["hashValue"], log_file::hash(&text));
            }
            if let Some(before) = digest["previousDigestS3Object"].as_str() {
                assert_eq!(
                    digest["previousDigestHashValue"],
                    log_file::hash(&self.text(before))
                );
                let before: Value = serde_json::from_str(&self.text(before)).unwrap();
                assert_eq!(digest["digestStartTime"], before["digestEndTime"], "no gap");
            }
            digests.push(digest);
        }
        digests.sort_by_key(|digest| digest["digestEndTime"].to_string());
        digests
    }

    /// What the validator reports, without what is valid.
    fn findings(&self, trail: &CloudTrail) -> Vec<String> {
        let at = |key: &String| Location {
            bucket: "logs".to_owned(),
            key: key.clone(),
        };
        let mut found = Vec::new();
        validate(
            self,
            self.objects.keys().map(at),
            &trail.public_keys(),
            &mut |finding| {
                if finding.verdict != Verdict::Valid {
                    found.push(format!("{:?} {}", finding.kind, finding.verdict));
                }
            },
        );
        found
    }

    fn filed(&self, digests: &[Value]) -> usize {
        digests
            .iter()
            .map(|digest| digest["logFiles"].as_array().unwrap().len())
            .sum()
    }
}

impl Files for Bucket {
    fn get(&self, at: &Location) -> Option<Stored> {
        let put = self.objects.get(&at.key)?;
        let signature = put.metadata.first().map(|(_, value)| value.clone());
        Some(Stored {
            body: put.body.clone(),
            signature,
        })
    }
}

fn logging(input: Value) -> (World, Bucket) {
    let mut world = World::new();
    let mut create = json!({"Name": "my-trail", "S3BucketName": "logs"});
    create
        .as_object_mut()
        .unwrap()
        .extend(input.as_object().unwrap().clone());
    world.ok("CreateTrail", create);
    world.ok("StartLogging", json!({"Name": "my-trail"}));
    (world, Bucket::default())
}

fn validated() -> (World, Bucket) {
    logging(json!({"EnableLogFileValidation": true}))
}
