//! The few calls of S3's that a case needs around CloudTrail: buckets with
//! policies, and reading what was delivered. Path style only.
//!
//! Answers are turned into JSON, errors into the same form as CloudTrail's,
//! so that one kind of expectation judges both.

use std::borrow::Cow;
use std::io::Read;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::http::{Answer, Failure, MAX_ANSWER};
use crate::script::S3;
use crate::target::{Caller, Outgoing, Target};

/// Where buckets are made: the one region that needs no location constraint.
const BUCKET_REGION: &str = "us-east-1";

/// No listing of a case is longer; a target that never ends one is cut off.
const MAX_PAGES: usize = 50;

/// S3 as one account sees it.
pub struct S3Client<'a> {
    /// The endpoint.
    pub target: &'a Target,
    /// The calling account.
    pub account: &'a str,
    /// How long one answer may take.
    pub limit: Duration,
}

/// Status and content; an error's content is `{"__type":…,"message":…}`.
pub type S3Answer = Result<(u16, Value), Failure>;

impl S3Client<'_> {
    /// Carries out a call of a suite; `call` holds no variables any more.
    pub async fn perform(&self, call: &S3) -> S3Answer {
        match call {
            S3::Keys(bucket, prefix) => self.keys(bucket, prefix).await,
            S3::Logs(bucket, prefix) => self.logs(bucket, prefix).await,
            S3::Head(bucket, key) => {
                let answer = self.object("HEAD", bucket, key, "").await?;
                Ok((answer.status, described(&answer)))
            }
            S3::Put(bucket, key, text) => plain(self.object("PUT", bucket, key, text).await?),
            S3::Get(bucket, key) => {
                let answer = self.object("GET", bucket, key, "").await?;
                if answer.status == 200 {
                    return Ok((200, answer.text().into()));
                }
                plain(answer)
            }
            S3::Delete(bucket, key) => plain(self.object("DELETE", bucket, key, "").await?),
            S3::DeleteBucket(bucket) => self.delete_bucket(bucket).await,
        }
    }

    /// Creates a bucket.
    pub async fn create(&self, bucket: &str) -> S3Answer {
        plain(self.bucket("PUT", bucket, &[], String::new()).await?)
    }

    /// Gives a bucket a policy, or takes it away.
    pub async fn put_policy(&self, bucket: &str, policy: Option<String>) -> S3Answer {
        let method = if policy.is_some() { "PUT" } else { "DELETE" };
        let query = [("policy", "")];
        plain(
            self.bucket(method, bucket, &query, policy.unwrap_or_default())
                .await?,
        )
    }

    /// Empties and deletes a bucket.
    async fn delete_bucket(&self, bucket: &str) -> S3Answer {
        let (status, keys) = self.keys(bucket, "").await?;
        if status != 200 {
            return Ok((status, keys));
        }
        for key in keys
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            self.object("DELETE", bucket, key, "").await?;
        }
        plain(self.bucket("DELETE", bucket, &[], String::new()).await?)
    }

    /// An object as it is stored, bytes and headers.
    pub async fn read(&self, bucket: &str, key: &str) -> Result<Answer, Failure> {
        self.object("GET", bucket, key, "").await
    }

    async fn keys(&self, bucket: &str, prefix: &str) -> S3Answer {
        let mut keys: Vec<String> = Vec::new();
        let mut token = String::new();
        for _ in 0..MAX_PAGES {
            let mut query = vec![("list-type", "2"), ("prefix", prefix)];
            if !token.is_empty() {
                query.push(("continuation-token", &token));
            }
            let answer = self.bucket("GET", bucket, &query, String::new()).await?;
            if answer.status != 200 {
                return plain(answer);
            }
            let text = answer.text();
            keys.extend(texts_of(&text, "Key"));
            match texts_of(&text, "NextContinuationToken").pop() {
                Some(next) => token = next,
                None => break,
            }
        }
        keys.sort();
        Ok((200, keys.into()))
    }

    /// The log files, unpacked; folder markers and digests are left out.
    async fn logs(&self, bucket: &str, prefix: &str) -> S3Answer {
        let (status, keys) = self.keys(bucket, prefix).await?;
        if status != 200 {
            return Ok((status, keys));
        }
        let mut files = Vec::new();
        for key in keys
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if !is_log_file(key) {
                continue;
            }
            let answer = self.object("GET", bucket, key, "").await?;
            if answer.status != 200 {
                return plain(answer);
            }
            files.push(unpacked(key, &answer.body));
        }
        Ok((200, files.into()))
    }

    async fn bucket(
        &self,
        method: &str,
        bucket: &str,
        query: &[(&str, &str)],
        body: String,
    ) -> Result<Answer, Failure> {
        let mut outgoing = Outgoing::new("s3", method, &format!("/{bucket}"));
        outgoing.query = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        outgoing.body = body.into();
        self.send(outgoing).await
    }

    async fn object(
        &self,
        method: &str,
        bucket: &str,
        key: &str,
        text: &str,
    ) -> Result<Answer, Failure> {
        let mut outgoing = Outgoing::new("s3", method, &format!("/{bucket}/{key}"));
        outgoing.body = text.to_owned().into();
        self.send(outgoing).await
    }

    async fn send(&self, outgoing: Outgoing) -> Result<Answer, Failure> {
        let caller = Caller {
            account: self.account.to_owned(),
            region: BUCKET_REGION.to_owned(),
        };
        self.target.send(&caller, outgoing, self.limit).await
    }
}

/// Whether this is the key of a log file of any kind of event: neither a
/// folder's marker nor a digest.
fn is_log_file(key: &str) -> bool {
    let folder = ["CloudTrail/", "CloudTrail-NetworkActivity/"]
        .into_iter()
        .any(|folder| key.contains(&format!("/{folder}")) || key.starts_with(folder));
    folder && !key.ends_with('/')
}

/// `{}` for a success (204 counts as 200), or the error.
fn plain(answer: Answer) -> S3Answer {
    if (200..300).contains(&answer.status) {
        return Ok((200, json!({})));
    }
    let text = answer.text();
    let code = texts_of(&text, "Code").pop();
    let message = texts_of(&text, "Message").pop();
    match code {
        Some(code) => Ok((
            answer.status,
            json!({"__type": code, "message": message.unwrap_or_default()}),
        )),
        None => Ok((answer.status, Value::from(text))),
    }
}

fn described(answer: &Answer) -> Value {
    let header = |name: &str| answer.header(name).map(ToOwned::to_owned);
    let size = header("content-length").and_then(|size| size.parse::<u64>().ok());
    let mut described = json!({});
    if let Some(size) = size {
        described["Size"] = size.into();
    }
    for (member, name) in [
        ("ContentType", "content-type"),
        ("ContentEncoding", "content-encoding"),
        ("Signature", "x-amz-meta-signature"),
        ("SignatureAlgorithm", "x-amz-meta-signature-algorithm"),
    ] {
        if let Some(value) = header(name) {
            described[member] = value.into();
        }
    }
    described
}

/// `{"Key":…,"Records":[…]}`, or `{"Key":…,"Unreadable":…}`.
fn unpacked(key: &str, bytes: &[u8]) -> Value {
    let mut text = String::new();
    let most = u64::try_from(MAX_ANSWER).unwrap_or(u64::MAX);
    let read = MultiGzDecoder::new(bytes)
        .take(most)
        .read_to_string(&mut text);
    let parsed = match read {
        Ok(_) => serde_json::from_str::<Value>(&text).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match parsed {
        Ok(Value::Object(mut file)) => {
            file.insert("Key".to_owned(), key.into());
            Value::Object(file)
        }
        Ok(_) => json!({"Key": key, "Unreadable": "not a JSON object"}),
        Err(reason) => json!({"Key": key, "Unreadable": reason}),
    }
}

/// The texts of all elements of this name; what is no XML has none.
fn texts_of(xml: &str, name: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let mut texts = Vec::new();
    let mut current: Option<String> = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                if start.local_name().as_ref() == name.as_bytes() {
                    current = Some(String::new());
                }
            }
            Ok(Event::Text(text)) => {
                if let (Some(current), Ok(text)) = (&mut current, text.decode()) {
                    current.push_str(&text);
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                if let (Some(current), Ok(name)) = (&mut current, reference.decode()) {
                    current.push_str(&entity(&name));
                }
            }
            Ok(Event::End(end)) => {
                if end.local_name().as_ref() == name.as_bytes() {
                    texts.extend(current.take());
                }
            }
            Ok(Event::Eof) | Err(_) => return texts,
            Ok(_) => {}
        }
    }
}

/// What `&name;` stands for.
fn entity(name: &str) -> String {
    let whole = format!("&{name};");
    quick_xml::escape::unescape(&whole).map_or_else(|_| whole.clone(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn texts_of_elements() {
        let xml = "<?xml version=\"1.0\"?><R xmlns=\"x\"><C><Key>a&amp;b &#39;c</Key></C>\
                   <C><Key>d/</Key></C><IsTruncated>false</IsTruncated></R>";
        assert_eq!(texts_of(xml, "Key"), ["a&b 'c", "d/"]);
        assert!(texts_of("<html><p>no", "Key").is_empty());
        assert!(texts_of("", "Key").is_empty());
    }

    #[test]
    fn a_log_file_is_unpacked() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(br#"{"Records":[{"a":1}]}"#).unwrap();
        let file = unpacked("k", &encoder.finish().unwrap());
        assert_eq!(file, json!({"Records": [{"a": 1}], "Key": "k"}));
        assert!(unpacked("k", b"no gzip")["Unreadable"].is_string());
        assert!(unpacked("k", b"")["Unreadable"].is_string());
    }
}
