//! Keys that cannot be paths, and tricks with paths: everything works, and nothing is ever outside the directory.

use std::collections::BTreeSet;
use std::path::Path;

use crate::town::{Town, encode};

const ODD: [&str; 22] = [
    "..",
    ".",
    "../up",
    "../../../../etc/passwd",
    "a/../../../b",
    "a/./b",
    "a//b",
    "//",
    "/",
    "/abs",
    "/etc/passwd",
    "end//",
    "a\\..\\..\\b",
    ".localtrail",
    ".localtrail/buckets/bkt/bucket.json",
    "..%2f..%2fescape",
    "nul\0byte",
    "new\nline",
    "ünï/cödé",
    "space and+plus&amp",
    "~",
    "con",
];

#[tokio::test]
async fn odd_keys_work_and_stay_inside() {
    let town = Town::with_bucket().await;
    let long = "x".repeat(300);
    let deep = format!("{}/{long}/y", "d".repeat(255));
    let longest = "k/".repeat(500);
    let keys: Vec<&str> = ODD
        .iter()
        .copied()
        .chain([long.as_str(), &deep, &longest])
        .collect();
    for key in &keys {
        town.put(key, format!("body of {key}")).await;
    }
    for key in &keys {
        let got = town.get(key).await;
        assert_eq!(got.text(), format!("body of {key}"), "{key:?}");
        assert_eq!(
            town.ask("HEAD", &format!("/bkt/{}", encode(key)), &[], "")
                .await
                .status,
            200,
            "{key:?}"
        );
    }
    let mut sorted: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    sorted.sort();
    assert_eq!(town.list("", 3).await, sorted);
    assert_eq!(town.list("", 1000).await, sorted);
    assert_only_root(&town);
    for key in &keys {
        assert_eq!(
            town.ask("DELETE", &format!("/bkt/{}", encode(key)), &[], "")
                .await
                .status,
            204,
            "{key:?}"
        );
        assert_eq!(town.get(key).await.status, 404, "{key:?}");
    }
    assert_eq!(town.list("", 10).await, [""; 0]);
    assert_eq!(town.ask("DELETE", "/bkt", &[], "").await.status, 204);
}

/// Nothing but the root lies in the temporary directory, and nothing but the bucket and the control folder in the root.
fn assert_only_root(town: &Town) {
    let names = |path: &Path| -> BTreeSet<String> {
        std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(names(town.outside()), BTreeSet::from(["root".to_owned()]));
    assert_eq!(
        names(&town.root()),
        BTreeSet::from([".localtrail".to_owned(), "bkt".to_owned()])
    );
}

#[tokio::test]
async fn raw_dots_in_the_target() {
    let town = Town::with_bucket().await;
    for target in [
        "/bkt/../../x",
        "/bkt/%2e%2e/%2e%2e/x",
        "/bkt/..%2f..%2fx",
        "/../../x",
        "/%2e%2e/x",
        "/b%2f..%2f../x",
    ] {
        let answer = town.ask("PUT", target, &[], "x").await;
        assert!(
            answer.status == 200 || answer.status.is_client_error(),
            "{target}: {}",
            answer.status
        );
        assert_only_root(&town);
    }
}

#[tokio::test]
async fn a_key_too_long_is_refused() {
    let town = Town::with_bucket().await;
    let answer = town
        .ask("PUT", &format!("/bkt/{}", "x".repeat(1025)), &[], "x")
        .await;
    assert_eq!(answer.refusal(), (400, "KeyTooLongError".to_owned()));
}

#[tokio::test]
async fn a_key_that_is_both_file_and_folder() {
    for keys in [
        ["a", "a/b", "a/b/c"],
        ["a/b/c", "a/b", "a"],
        ["a/b", "a/b/c", "a"],
    ] {
        let town = Town::with_bucket().await;
        for key in keys {
            town.put(key, key).await;
        }
        assert_eq!(town.list("", 1).await, ["a", "a/b", "a/b/c"]);
        for key in keys {
            assert_eq!(town.get(key).await.text(), key);
        }
        // Put again, an object moves to where it can be now and is there once.
        town.ask("DELETE", "/bkt/a", &[], "").await;
        town.put("a/b", "again").await;
        assert_eq!(town.list("", 10).await, ["a/b", "a/b/c"]);
        assert_eq!(town.get("a/b").await.text(), "again");
        town.ask("DELETE", "/bkt/a/b", &[], "").await;
        assert_eq!(town.get("a/b").await.status, 404);
        assert_eq!(town.get("a/b/c").await.text(), "a/b/c");
    }
}

#[tokio::test]
async fn folder_markers() {
    let town = Town::with_bucket().await;
    town.put("m/", "").await;
    assert!(town.file("bkt/m").is_dir());
    town.put("m/x", "1").await;
    assert_eq!(town.list("", 10).await, ["m/", "m/x"]);
    assert_eq!(town.list("&prefix=m/", 10).await, ["m/", "m/x"]);
    let head = town.ask("HEAD", "/bkt/m/", &[], "").await;
    assert_eq!(
        (head.status.as_u16(), head.header("content-length")),
        (200, "0")
    );
    assert_eq!(head.header("etag"), "\"d41d8cd98f00b204e9800998ecf8427e\"");
    assert_eq!(town.get("m").await.status, 404);
    town.ask("DELETE", "/bkt/m/x", &[], "").await;
    assert_eq!(town.list("", 10).await, ["m/"]);
    // A marker with bytes cannot be a folder.
    town.put("n/", "bytes").await;
    assert_eq!(town.get("n/").await.text(), "bytes");
    town.ask("DELETE", "/bkt/m/", &[], "").await;
    assert_eq!(town.list("", 10).await, ["n/"]);
    assert!(!town.file("bkt/m").exists());
    // A folder that was removed by hand takes its marker with it, for good.
    town.put("h/", "").await;
    std::fs::remove_dir(town.file("bkt/h")).unwrap();
    assert_eq!(town.get("h/").await.status, 404);
    town.put("h/x", "1").await;
    assert_eq!(town.list("&prefix=h", 10).await, ["h/x"]);
}

#[cfg(unix)]
#[tokio::test]
async fn symbolic_links_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let town = Town::with_bucket().await;
    let secret = town.outside().join("secret");
    std::fs::create_dir(&secret).unwrap();
    std::fs::write(secret.join("file"), "secret").unwrap();
    symlink(&secret, town.file("bkt/link")).unwrap();
    symlink(secret.join("file"), town.file("bkt/direct")).unwrap();
    symlink(&secret, town.file("linked-bucket")).unwrap();
    for key in ["link/file", "direct", "link"] {
        assert_eq!(town.get(key).await.status, 404, "{key}");
    }
    assert_eq!(town.list("", 10).await, [""; 0]);
    town.put("link/file", "mine").await;
    town.put("link/new", "mine").await;
    town.put("direct", "mine").await;
    assert_eq!(std::fs::read(secret.join("file")).unwrap(), b"secret");
    assert_eq!(std::fs::read_dir(&secret).unwrap().count(), 1);
    assert_eq!(town.get("link/file").await.text(), "mine");
    assert_eq!(town.list("", 10).await, ["direct", "link/file", "link/new"]);
    assert_eq!(
        town.ask("GET", "/linked-bucket", &[], "").await.refusal(),
        (404, "NoSuchBucket".to_owned())
    );
    assert_eq!(
        town.ask("PUT", "/linked-bucket/x", &[], "x").await.status,
        404
    );
    assert_eq!(
        town.ask("PUT", "/linked-bucket", &[], "").await.refusal(),
        (409, "BucketAlreadyExists".to_owned())
    );
    for key in ["link/file", "link/new", "direct"] {
        town.ask("DELETE", &format!("/bkt/{key}"), &[], "").await;
    }
    town.neighbours.reset().unwrap();
    assert_eq!(std::fs::read(secret.join("file")).unwrap(), b"secret");
}
