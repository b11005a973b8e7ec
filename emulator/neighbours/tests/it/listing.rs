//! Listings: order, prefixes, delimiters, markers that need not exist, pages.

use crate::town::Town;

const KEYS: [&str; 12] = [
    "a", "a!", "a-b", "a.b", "a/b", "a/b/c", "a0", "ab", "b/x/1", "b/x/2", "b/y", "z",
];

async fn town() -> Town {
    let town = Town::with_bucket().await;
    for key in KEYS {
        town.put(key, key).await;
    }
    town
}

#[tokio::test]
async fn order_is_that_of_bytes_whatever_the_page() {
    let town = town().await;
    for limit in [1, 2, 3, 5, 1000] {
        assert_eq!(town.list("", limit).await, KEYS, "{limit}");
    }
}

#[tokio::test]
async fn every_prefix_delimiter_and_marker_agrees_with_a_plain_filter() {
    let town = town().await;
    for prefix in ["", "a", "a/", "a/b", "b/", "b/x/", "c", "b/x/1", "a//"] {
        for delimiter in ["", "/", "b", "/x/"] {
            for after in [
                "", "a", "a/", "a/b", "a/zzz", "b", "b/x", "b/x/", "nothing", "zz",
            ] {
                for limit in [1, 3, 100] {
                    let query =
                        format!("&prefix={prefix}&delimiter={delimiter}&start-after={after}");
                    let expected = filter(prefix, delimiter, after);
                    assert_eq!(town.list(&query, limit).await, expected, "{query} {limit}");
                }
            }
        }
    }
}

fn filter(prefix: &str, delimiter: &str, after: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let group = |key: &str| {
        let rest = key.strip_prefix(prefix)?;
        let at = rest.find(delimiter).filter(|_| !delimiter.is_empty())?;
        Some(key[..prefix.len() + at + delimiter.len()].to_owned())
    };
    for key in KEYS {
        if !key.starts_with(prefix) || key <= after {
            continue;
        }
        let name = group(key).unwrap_or_else(|| key.to_owned());
        // A marker that is a common prefix stands for everything below it.
        let passed =
            group(after).is_some_and(|of_marker| of_marker == after && key.starts_with(after));
        if !passed && found.last() != Some(&name) {
            found.push(name);
        }
    }
    found
}

#[tokio::test]
async fn the_first_version_with_markers() {
    let town = town().await;
    let page = town.ask("GET", "/bkt?max-keys=2", &[], "").await;
    assert_eq!(
        (page.all("Key"), page.one("IsTruncated").unwrap()),
        (vec!["a".into(), "a!".into()], "true".to_owned())
    );
    assert_eq!(
        page.one("NextMarker"),
        None,
        "without a delimiter the last key is the marker"
    );
    let page = town
        .ask("GET", "/bkt?marker=a%2Cno-such-key&max-keys=1", &[], "")
        .await;
    assert_eq!(page.all("Key"), ["a-b"]);
    let page = town
        .ask("GET", "/bkt?delimiter=/&max-keys=5", &[], "")
        .await;
    assert_eq!(page.one("NextMarker").unwrap(), "a/");
    let page = town
        .ask("GET", "/bkt?delimiter=/&marker=a/&max-keys=2", &[], "")
        .await;
    assert_eq!(page.all("Key"), ["a0", "ab"]);
    assert_eq!(page.one("NextMarker").unwrap(), "ab");
    let page = town.ask("GET", "/bkt?delimiter=/&marker=ab", &[], "").await;
    assert_eq!(
        (page.all("Key"), page.all("Prefix").last().unwrap().as_str()),
        (vec!["z".into()], "b/")
    );
    let all = town.ask("GET", "/bkt", &[], "").await;
    assert_eq!(
        (
            all.all("Key").len(),
            all.one("IsTruncated").unwrap().as_str(),
            all.one("MaxKeys").unwrap().as_str()
        ),
        (12, "false", "1000")
    );
    assert_eq!(all.all("Size")[2], "3");
}

#[tokio::test]
async fn limits_and_tokens() {
    let town = town().await;
    let none = town
        .ask("GET", "/bkt?list-type=2&max-keys=0", &[], "")
        .await;
    assert_eq!(
        (
            none.all("Key").len(),
            none.one("IsTruncated").unwrap().as_str()
        ),
        (0, "false")
    );
    assert_eq!(
        town.ask("GET", "/bkt?max-keys=5000", &[], "")
            .await
            .one("MaxKeys")
            .unwrap(),
        "1000"
    );
    for bad in [
        "max-keys=-1",
        "max-keys=x",
        "list-type=2&continuation-token=%20%20",
        "encoding-type=rot13",
    ] {
        let answer = town.ask("GET", &format!("/bkt?{bad}"), &[], "").await;
        assert_eq!(
            answer.refusal(),
            (400, "InvalidArgument".to_owned()),
            "{bad}"
        );
    }
    assert_eq!(
        town.ask("GET", "/none?list-type=2", &[], "")
            .await
            .refusal()
            .1,
        "NoSuchBucket"
    );
}

#[tokio::test]
async fn url_encoding() {
    let town = Town::with_bucket().await;
    town.put("ä b+c&d/\u{1}", "1").await;
    let page = town
        .ask(
            "GET",
            "/bkt?list-type=2&encoding-type=url&prefix=%C3%A4%20b",
            &[],
            "",
        )
        .await;
    assert_eq!(page.all("Key"), ["%C3%A4%20b%2Bc%26d/%01"]);
    assert_eq!(page.one("Prefix").unwrap(), "%C3%A4%20b");
    assert_eq!(page.one("EncodingType").unwrap(), "url");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_begin_anywhere_in_a_large_bucket() {
    let town = Town::with_bucket().await;
    for day in 1..=3 {
        let folder = town.file(&format!(
            "bkt/AWSLogs/1/CloudTrail/us-east-1/2026/11/{day:02}"
        ));
        std::fs::create_dir_all(&folder).unwrap();
        for file in 0..1000 {
            std::fs::write(folder.join(format!("{file:05}.json.gz")), "x").unwrap();
        }
    }
    let prefix = "&prefix=AWSLogs/1/CloudTrail/us-east-1/";
    let after = format!("{prefix}&start-after=AWSLogs/1/CloudTrail/us-east-1/2026/11/02/00500");
    let page = town
        .ask("GET", &format!("/bkt?list-type=2{after}"), &[], "")
        .await;
    assert_eq!(page.all("Key").len(), 1000);
    assert!(page.all("Key")[0].ends_with("02/00500.json.gz"));
    assert!(page.all("Key")[999].ends_with("03/00499.json.gz"));
    assert_eq!(town.list(prefix, 1000).await.len(), 3000);
}
