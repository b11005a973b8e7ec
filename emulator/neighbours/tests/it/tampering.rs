//! Files changed by hand: seen at once, never described wrongly.

use crate::town::Town;

#[tokio::test]
async fn a_file_put_by_hand() {
    let town = Town::with_bucket().await;
    std::fs::create_dir_all(town.file("bkt/x/y")).unwrap();
    std::fs::write(town.file("bkt/x/y/z.txt"), "hello world").unwrap();
    assert_eq!(town.list("", 10).await, ["x/y/z.txt"]);
    let got = town.get("x/y/z.txt").await;
    assert_eq!(got.text(), "hello world");
    assert_eq!(got.header("etag"), "\"5eb63bbbe01eeed093cb22bb8f5acdc3\"");
    assert_eq!(got.header("content-type"), "binary/octet-stream");
    town.ask("DELETE", "/bkt/x/y/z.txt", &[], "").await;
    assert!(!town.file("bkt/x").exists());
}

#[tokio::test]
async fn a_file_changed_by_hand_keeps_its_headers_and_loses_its_etag() {
    let town = Town::with_bucket().await;
    let headers = [
        ("content-encoding", "gzip"),
        ("x-amz-meta-signature", "abc"),
        ("x-amz-checksum-crc32", "DUoRhQ=="),
    ];
    for changed in ["hello w0rld", "shorter", "much longer than before"] {
        let put = town.ask("PUT", "/bkt/k", &headers, "hello world").await;
        assert_eq!(put.status, 200);
        std::fs::write(town.file("bkt/k"), changed).unwrap();
        let got = town
            .ask("GET", "/bkt/k", &[("x-amz-checksum-mode", "ENABLED")], "")
            .await;
        assert_eq!(
            (got.text().as_str(), got.header("content-length")),
            (changed, changed.len().to_string().as_str())
        );
        assert_ne!(got.header("etag"), put.header("etag"));
        assert_eq!(
            (
                got.header("content-encoding"),
                got.header("x-amz-meta-signature")
            ),
            ("gzip", "abc")
        );
        assert_eq!(got.header("x-amz-checksum-crc32"), "");
        let listed = town.ask("GET", "/bkt?list-type=2", &[], "").await;
        assert_eq!(
            listed.one("ETag").unwrap().replace("&quot;", "\""),
            got.header("etag")
        );
        assert_eq!(listed.one("Size").unwrap(), changed.len().to_string());
    }
}

#[tokio::test]
async fn one_byte_changed_in_the_same_instant_is_noticed() {
    let town = Town::with_bucket().await;
    for _ in 0..50 {
        let put = town.put("k", "aaaa").await;
        std::fs::write(town.file("bkt/k"), "aaab").unwrap();
        assert_ne!(town.get("k").await.header("etag"), put.header("etag"));
    }
}

#[tokio::test]
async fn files_deleted_renamed_and_moved_by_hand() {
    let town = Town::with_bucket().await;
    for key in ["a/1", "a/2", "b/1"] {
        town.put(key, key).await;
    }
    std::fs::remove_file(town.file("bkt/a/1")).unwrap();
    std::fs::rename(town.file("bkt/a/2"), town.file("bkt/a/3")).unwrap();
    std::fs::remove_dir_all(town.file("bkt/b")).unwrap();
    assert_eq!(town.list("", 10).await, ["a/3"]);
    assert_eq!(town.get("a/1").await.status, 404);
    assert_eq!(town.get("a/3").await.text(), "a/2");
    assert_eq!(town.get("b/1").await.status, 404);
    // The whole bucket, too; and a new one of its name knows nothing of the old.
    town.put("odd//key", "1").await;
    std::fs::remove_dir_all(town.file("bkt")).unwrap();
    assert_eq!(town.get("a/3").await.refusal().1, "NoSuchBucket");
    town.ask("PUT", "/bkt", &[], "").await;
    assert_eq!(town.list("", 10).await, [""; 0]);
}

#[tokio::test]
async fn a_sidecar_that_is_nonsense_is_no_sidecar() {
    let town = Town::with_bucket().await;
    town.ask("PUT", "/bkt/k", &[("content-type", "a/b")], "hello world")
        .await;
    let objects = town.file(".localtrail/buckets/bkt/objects");
    for shelf in std::fs::read_dir(objects).unwrap() {
        for sidecar in std::fs::read_dir(shelf.unwrap().path()).unwrap() {
            std::fs::write(sidecar.unwrap().path(), "nonsense").unwrap();
        }
    }
    let got = town.get("k").await;
    assert_eq!(
        (got.status.as_u16(), got.header("content-type")),
        (200, "binary/octet-stream")
    );
    assert_eq!(got.header("etag"), "\"5eb63bbbe01eeed093cb22bb8f5acdc3\"");
}

#[tokio::test]
async fn a_large_file_by_hand_is_not_read_to_be_listed() {
    let town = Town::with_bucket().await;
    let file = std::fs::File::create(town.file("bkt/large")).unwrap();
    file.set_len(10 * 1024 * 1024 * 1024).unwrap();
    let head = town.ask("HEAD", "/bkt/large", &[], "").await;
    assert_eq!(head.header("content-length"), "10737418240");
    assert!(
        head.header("etag").ends_with("-1\""),
        "{}",
        head.header("etag")
    );
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let town = Town::with_bucket().await;
    town.ask("PUT", "/bkt/k", &[("content-type", "a/b")], "1")
        .await;
    town.put("odd//key", "2").await;
    std::fs::write(town.file(".localtrail/tmp/in-99"), "half").unwrap();
    let again = localtrail_neighbours::Neighbours::open(
        &town.root(),
        crate::town::options(localtrail_core::BucketPolicy::Enforced),
    );
    drop(again.unwrap());
    assert_eq!(
        std::fs::read_dir(town.file(".localtrail/tmp"))
            .unwrap()
            .count(),
        0
    );
    assert_eq!(town.get("k").await.header("content-type"), "a/b");
    assert_eq!(town.list("", 10).await, ["k", "odd//key"]);
}
