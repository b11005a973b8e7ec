//! A neighbourhood in a temporary directory, and short ways to talk to it.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, StatusCode};
use localtrail_core::{
    AccountId, BucketPolicy, Caller, Draft, Identity, Origin, Region, Timestamp, Tls,
};
use localtrail_neighbours::{Asked, Neighbours, Options, Served, Signature};
use tempfile::TempDir;

pub(crate) const OWNER: &str = "111122223333";
pub(crate) const STRANGER: &str = "444455556666";
pub(crate) const NOW: i64 = 1_795_449_900_497;

pub(crate) struct Town {
    dir: TempDir,
    pub(crate) neighbours: Neighbours,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) drafts: Vec<Draft>,
}

pub(crate) fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

pub(crate) fn user(id: &str) -> Caller {
    Caller {
        identity: Identity::IamUser {
            account_id: account(id),
            user_name: "alice".to_owned(),
            path: "/".to_owned(),
            principal_id: Some("AIDAEXAMPLE".to_owned()),
            session: None,
        },
        access_key_id: Some("AKIAEXAMPLE".to_owned()),
    }
}

pub(crate) fn anonymous() -> Caller {
    Caller {
        identity: Identity::Anonymous {
            account_id: account("000000000000"),
        },
        access_key_id: None,
    }
}

pub(crate) fn asked() -> Asked {
    Asked {
        caller: user(OWNER),
        origin: Origin {
            source_ip_address: "127.0.0.1".to_owned(),
            user_agent: Some("Boto3/1.43".to_owned()),
            tls: None,
        },
        region: Region::us_east_1(),
        request_id: "6f3a1f2e-0000-4000-8000-000000000001".to_owned(),
        signature: Signature::Header,
        now: Timestamp::from_millis(NOW),
    }
}

pub(crate) fn with_tls(mut asked: Asked) -> Asked {
    asked.origin.tls = Some(Tls {
        tls_version: "TLSv1.3".to_owned(),
        cipher_suite: "TLS_AES_128_GCM_SHA256".to_owned(),
        client_provided_host_header: "localhost".to_owned(),
        key_exchange: None,
    });
    asked
}

pub(crate) fn options(bucket_policy: BucketPolicy) -> Options {
    Options {
        bucket_policy,
        default_owner: account(OWNER),
        default_region: Region::us_east_1(),
        directory: None,
    }
}

impl Town {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let neighbours =
            Neighbours::open(&dir.path().join("root"), options(BucketPolicy::Enforced)).unwrap();
        Self { dir, neighbours }
    }

    /// With a bucket called `bkt`.
    pub(crate) async fn with_bucket() -> Self {
        let town = Self::new();
        assert_eq!(town.ask("PUT", "/bkt", &[], "").await.status, 200);
        town
    }

    pub(crate) fn outside(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        self.ask_as(asked(), method, target, headers, body).await
    }

    pub(crate) async fn ask_as(
        &self,
        asked: Asked,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let body = body.into();
        let mut request = Request::builder().method(method).uri(target);
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"))
        {
            request = request.header("host", "localhost:4566");
        }
        let sized = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        if !sized && matches!(method, "PUT" | "POST") {
            request = request.header("content-length", body.len());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let served = self
            .neighbours
            .s3(request.body(Full::new(body)).unwrap(), asked)
            .await;
        read(served).await
    }

    pub(crate) async fn put(&self, key: &str, body: impl Into<Bytes>) -> Answer {
        let answer = self
            .ask("PUT", &format!("/bkt/{}", encode(key)), &[], body)
            .await;
        assert_eq!(answer.status, 200, "{key:?}: {}", answer.text());
        answer
    }

    pub(crate) async fn get(&self, key: &str) -> Answer {
        self.ask("GET", &format!("/bkt/{}", encode(key)), &[], "")
            .await
    }

    /// All keys and common prefixes, by pages of `limit`, as ListObjectsV2 tells them.
    pub(crate) async fn list(&self, query: &str, limit: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut token = String::new();
        loop {
            let target =
                format!("/bkt?list-type=2&encoding-type=url&max-keys={limit}{query}{token}");
            let page = self.ask("GET", &target, &[], "").await;
            assert_eq!(page.status, 200, "{}", page.text());
            let mut names = page.all("Key");
            // The document's own Prefix comes before those of the common prefixes.
            names.extend(
                page.all("CommonPrefixes")
                    .iter()
                    .flat_map(|group| elements(group, "Prefix")),
            );
            assert!(names.len() <= limit);
            let mut names: Vec<String> = names.iter().map(|name| decode(name)).collect();
            names.sort();
            found.extend(names);
            match page.one("NextContinuationToken") {
                Some(next) => token = format!("&continuation-token={next}"),
                None => return found,
            }
        }
    }
}

pub(crate) async fn read(served: Served) -> Answer {
    let (parts, body) = served.response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
        drafts: served.drafts,
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        elements(&self.text(), name)
    }

    pub(crate) fn one(&self, name: &str) -> Option<String> {
        self.all(name).into_iter().next()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    pub(crate) fn draft(&self) -> &Draft {
        assert_eq!(self.drafts.len(), 1);
        &self.drafts[0]
    }

    /// Status and error code in one.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.one("Code").unwrap_or_default())
    }
}

/// What stands between the tags of each element of a name.
pub(crate) fn elements(text: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    text.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split(&close).next())
        .map(str::to_owned)
        .collect()
}

pub(crate) fn encode(key: &str) -> String {
    percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2F", "/")
}

pub(crate) fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .unwrap()
        .into_owned()
}
