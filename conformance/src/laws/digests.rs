//! Digest files: signed by a key that the target publishes, chained, and true
//! to the log files that they name (formats.md 5). Nothing here is shared with
//! the emulator's own check of digests.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::GzDecoder;
use rsa::PublicKey;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::fault::Fault;
use crate::script::Mark;
use crate::session::Session;
use crate::sign::sha256_hex;

fn wrong(sentence: impl Into<String>) -> Fault {
    Fault::of(Mark::Documented, sentence)
}

/// A digest file as it lies in the bucket.
struct Filed {
    key: String,
    /// What the gzip holds.
    text: Vec<u8>,
    json: Value,
    signature: String,
}

impl Filed {
    fn text_of(&self, member: &str) -> &str {
        self.json[member].as_str().unwrap_or_default()
    }

    fn is_first(&self) -> bool {
        self.json["previousDigestS3Object"].is_null()
    }
}

/// Logs, delivers, logs and delivers again: every digest is signed, names its
/// predecessor, and every log file stands in exactly one of them.
pub(super) async fn chain_verifies(session: &mut Session<'_>) -> Result<(), Fault> {
    let bucket = logging(session).await?;
    for _ in 0..3 {
        session.must("ListTrails", &json!({})).await?;
        session.flush().await?;
        session.advance("1h").await?;
    }
    session.flush().await?;
    let digests = digests(session, &bucket).await?;
    if digests.len() < 4 {
        return Err(wrong(format!(
            "expected a digest for the start and one for each hour, got {}",
            digests.len()
        )));
    }
    let firsts = digests.iter().filter(|digest| digest.is_first()).count();
    if firsts != 1 {
        return Err(wrong(format!("{firsts} digests have no predecessor")));
    }
    verified(session, &bucket, &digests).await?;
    chained(&digests)?;
    complete(session, &bucket, &digests).await
}

/// After StopLogging and StartLogging there is a second chain, with a first
/// digest of its own.
pub(super) async fn chain_begins_anew(session: &mut Session<'_>) -> Result<(), Fault> {
    let bucket = logging(session).await?;
    let name = json!({"Name": session.variable("t1")});
    session.must("ListTrails", &json!({})).await?;
    session.flush().await?;
    session.advance("1h").await?;
    session.must("StopLogging", &name).await?;
    session.flush().await?;
    session.advance("3h").await?;
    session.must("StartLogging", &name).await?;
    session.must("ListTrails", &json!({})).await?;
    session.advance("1h").await?;
    session.flush().await?;
    let digests = digests(session, &bucket).await?;
    let firsts = digests.iter().filter(|digest| digest.is_first()).count();
    if firsts != 2 {
        return Err(wrong(format!(
            "expected two chains, got {firsts} first digests"
        )));
    }
    verified(session, &bucket, &digests).await?;
    complete(session, &bucket, &digests).await
}

/// A trail with validation that logs; its bucket.
async fn logging(session: &mut Session<'_>) -> Result<String, Fault> {
    let bucket = session.bucket().await?;
    let name = session.variable("t1").to_owned();
    let input = json!({"Name": name, "S3BucketName": bucket, "EnableLogFileValidation": true});
    session.must("CreateTrail", &input).await?;
    session.must("StartLogging", &json!({"Name": name})).await?;
    Ok(bucket)
}

/// The digests of the bucket, oldest first.
async fn digests(session: &mut Session<'_>, bucket: &str) -> Result<Vec<Filed>, Fault> {
    let folder = format!(
        "AWSLogs/{}/CloudTrail-Digest/{}/",
        session.account(),
        session.region()
    );
    let mut found = Vec::new();
    for key in session.keys(bucket, &folder).await? {
        if key.ends_with('/') {
            continue;
        }
        let object = session.object(bucket, &key).await?;
        let header = |name: &str| object.header(name).unwrap_or_default().to_owned();
        if header("x-amz-meta-signature-algorithm") != "SHA256withRSA" {
            return Err(wrong(format!("{key} does not say SHA256withRSA")));
        }
        let text = unpacked(&key, &object.body)?;
        let json = serde_json::from_slice(&text)
            .map_err(|error| wrong(format!("{key} is not JSON: {error}")))?;
        let signature = header("x-amz-meta-signature");
        found.push(Filed {
            key,
            text,
            json,
            signature,
        });
    }
    // Digests are named by the time of their end, so their names are in order.
    Ok(found)
}

/// Bytes of an unpacked file; AWS splits its files at 50 MB (D, formats.md 1.2).
const UNPACKED_LIMIT: u64 = 64 << 20;

/// What a gzip of one member holds; bytes after it are a fault (formats.md 2.1).
fn unpacked(key: &str, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut decoder = GzDecoder::new(bytes);
    let mut text = Vec::new();
    decoder
        .by_ref()
        .take(UNPACKED_LIMIT)
        .read_to_end(&mut text)
        .map_err(|error| wrong(format!("{key} cannot be unpacked: {error}")))?;
    if text.len() as u64 == UNPACKED_LIMIT {
        return Err(wrong(format!("{key} unpacks to more than AWS delivers")));
    }
    if decoder.into_inner().is_empty() {
        return Ok(text);
    }
    Err(wrong(format!("{key} has bytes after its gzip")))
}

/// Place, account, key and signature of every digest.
async fn verified(session: &mut Session<'_>, bucket: &str, digests: &[Filed]) -> Result<(), Fault> {
    let keys = session.must("ListPublicKeys", &json!({})).await?;
    let keys: BTreeMap<&str, &str> = keys["PublicKeyList"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|key| Some((key["Fingerprint"].as_str()?, key["Value"].as_str()?)))
        .collect();
    for digest in digests {
        for (member, expected) in [
            ("digestS3Bucket", bucket),
            ("digestS3Object", digest.key.as_str()),
            ("awsAccountId", session.account()),
            ("digestSignatureAlgorithm", "SHA256withRSA"),
        ] {
            if digest.text_of(member) != expected {
                return Err(wrong(format!(
                    "{}: {member} is {:?}, not {expected:?}",
                    digest.key,
                    digest.text_of(member)
                )));
            }
        }
        let fingerprint = digest.text_of("digestPublicKeyFingerprint");
        let key = keys
            .get(fingerprint)
            .ok_or_else(|| wrong(format!("{}: no key {fingerprint} is listed", digest.key)))?;
        signed(digest, bucket, key)?;
    }
    Ok(())
}

/// The signature over end, place, hash and the predecessor's signature
/// (formats.md 5.2).
fn signed(digest: &Filed, bucket: &str, key: &str) -> Result<(), Fault> {
    let previous = digest.json["previousDigestSignature"].as_str();
    let text = format!(
        "{}\n{bucket}/{}\n{}\n{}",
        digest.text_of("digestEndTime"),
        digest.key,
        sha256_hex(&digest.text),
        previous.unwrap_or("null")
    );
    let unusable = |what: &str| wrong(format!("{}: the {what} cannot be used", digest.key));
    let der = STANDARD.decode(key).map_err(|_| unusable("key"))?;
    let key = PublicKey::from_pkcs1_der(&der).map_err(|_| unusable("key"))?;
    let bytes = hex::decode(&digest.signature).map_err(|_| unusable("signature"))?;
    let signature = Signature::try_from(bytes.as_slice()).map_err(|_| unusable("signature"))?;
    VerifyingKey::<Sha256>::new(key)
        .verify(text.as_bytes(), &signature)
        .map_err(|_| {
            wrong(format!(
                "{}: the signature is not of this digest",
                digest.key
            ))
        })
}

/// Every digest but the first names the one before it, by place, hash,
/// signature and time.
fn chained(digests: &[Filed]) -> Result<(), Fault> {
    for pair in digests.windows(2) {
        let [before, after] = pair else { continue };
        for (member, expected) in [
            ("previousDigestS3Bucket", before.text_of("digestS3Bucket")),
            ("previousDigestS3Object", &before.key),
            ("previousDigestHashValue", &sha256_hex(&before.text)),
            ("previousDigestHashAlgorithm", "SHA-256"),
            ("previousDigestSignature", &before.signature),
            ("digestStartTime", before.text_of("digestEndTime")),
        ] {
            if after.text_of(member) != expected {
                return Err(wrong(format!(
                    "{}: {member} is {:?}, not {expected:?}",
                    after.key,
                    after.text_of(member)
                )));
            }
        }
    }
    Ok(())
}

/// Every log file stands in exactly one digest, with its true hash and times.
async fn complete(session: &mut Session<'_>, bucket: &str, digests: &[Filed]) -> Result<(), Fault> {
    let folder = format!("AWSLogs/{}/CloudTrail/", session.account());
    let mut waiting: BTreeSet<String> = session
        .keys(bucket, &folder)
        .await?
        .into_iter()
        .filter(|key| !key.ends_with('/'))
        .collect();
    if waiting.is_empty() {
        return Err(wrong("no log file was delivered"));
    }
    for digest in digests {
        let files = digest.json["logFiles"].as_array().into_iter().flatten();
        for file in files {
            let key = file["s3Object"].as_str().unwrap_or_default();
            if !waiting.remove(key) {
                return Err(wrong(format!(
                    "{} names {key:?}, which is not there or stands in another digest too",
                    digest.key
                )));
            }
            let object = session.object(bucket, key).await?;
            true_to(file, key, &unpacked(key, &object.body)?)?;
        }
    }
    match waiting.pop_first() {
        Some(key) => Err(wrong(format!("no digest names {key}"))),
        None => Ok(()),
    }
}

fn true_to(told: &Value, key: &str, text: &[u8]) -> Result<(), Fault> {
    let hash = hex::encode(Sha256::digest(text));
    let file: Value = serde_json::from_slice(text)
        .map_err(|error| wrong(format!("{key} is not JSON: {error}")))?;
    let records = file["Records"].as_array().into_iter().flatten();
    let mut times: Vec<&str> = records
        .filter_map(|record| record["eventTime"].as_str())
        .collect();
    times.sort_unstable();
    for (member, expected) in [
        ("hashValue", Some(hash.as_str())),
        ("hashAlgorithm", Some("SHA-256")),
        ("oldestEventTime", times.first().copied()),
        ("newestEventTime", times.last().copied()),
    ] {
        if told[member].as_str() != expected {
            return Err(wrong(format!(
                "{key}: its digest says {member} {}, it is {expected:?}",
                told[member]
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filed(key: &str, json: Value, signature: &str) -> Filed {
        Filed {
            key: key.to_owned(),
            text: json.to_string().into_bytes(),
            json,
            signature: signature.to_owned(),
        }
    }

    /// Two digests, the second of which names the first.
    fn pair() -> [Filed; 2] {
        let first = json!({"digestS3Bucket": "b", "digestEndTime": "t1"});
        let first = filed("one", first, "aa");
        let second = json!({
            "digestStartTime": "t1",
            "previousDigestS3Bucket": "b",
            "previousDigestS3Object": "one",
            "previousDigestHashValue": sha256_hex(&first.text),
            "previousDigestHashAlgorithm": "SHA-256",
            "previousDigestSignature": "aa",
        });
        [first, filed("two", second, "bb")]
    }

    #[test]
    fn a_chain_holds_and_breaks_at_each_link() {
        assert!(chained(&pair()).is_ok());
        let members: Vec<String> = pair()[1]
            .json
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        for member in members {
            let mut broken = pair();
            broken[1].json[&member] = "other".into();
            let fault = chained(&broken).unwrap_err();
            assert!(fault.differences[0].contains(&member), "{member}");
        }
    }

    #[test]
    fn a_log_file_is_held_against_what_its_digest_says() {
        let text = br#"{"Records":[{"eventTime":"b"},{"eventTime":"a"}]}"#;
        let told = json!({"hashValue": sha256_hex(text), "hashAlgorithm": "SHA-256",
            "oldestEventTime": "a", "newestEventTime": "b"});
        assert!(true_to(&told, "k", text).is_ok());
        for member in [
            "hashValue",
            "hashAlgorithm",
            "oldestEventTime",
            "newestEventTime",
        ] {
            let mut false_one = told.clone();
            false_one[member] = "other".into();
            assert!(true_to(&false_one, "k", text).is_err(), "{member}");
        }
    }

    #[test]
    fn a_signature_that_is_none_is_refused() {
        let der = STANDARD.encode([0_u8; 270]);
        let digest = filed("k", json!({"digestEndTime": "t"}), &"00".repeat(256));
        assert!(signed(&digest, "b", &der).is_err());
        assert!(signed(&digest, "b", "no key").is_err());
    }

    #[test]
    fn bytes_after_a_gzip_are_refused() {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"{}").unwrap();
        let mut bytes = encoder.finish().unwrap();
        assert_eq!(unpacked("k", &bytes).unwrap(), b"{}");
        bytes.push(0);
        assert!(unpacked("k", &bytes).is_err());
    }
}
