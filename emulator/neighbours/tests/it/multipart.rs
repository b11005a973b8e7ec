//! Multipart uploads.

use s3s::crypto::{Checksum, Md5};

use crate::town::{Answer, Town};

const MIB: usize = 1024 * 1024;

async fn begin(town: &Town, key: &str) -> String {
    let begun = town
        .ask(
            "POST",
            &format!("/bkt/{key}?uploads"),
            &[("content-type", "a/b"), ("x-amz-meta-m", "1")],
            "",
        )
        .await;
    assert_eq!(begun.status, 200, "{}", begun.text());
    begun.one("UploadId").unwrap()
}

async fn part(town: &Town, key: &str, id: &str, number: u32, body: Vec<u8>) -> Answer {
    town.ask(
        "PUT",
        &format!("/bkt/{key}?partNumber={number}&uploadId={id}"),
        &[],
        body,
    )
    .await
}

async fn complete(town: &Town, key: &str, id: &str, parts: &[(u32, &str)]) -> Answer {
    let parts: String = parts
        .iter()
        .map(|(number, etag)| {
            format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
        })
        .collect();
    let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    town.ask("POST", &format!("/bkt/{key}?uploadId={id}"), &[], body)
        .await
}

#[tokio::test]
async fn an_upload_from_beginning_to_end() {
    let town = Town::with_bucket().await;
    let id = begin(&town, "d/k").await;
    let (first, second) = (vec![b'a'; 5 * MIB], vec![b'b'; 100]);
    let one = part(&town, "d/k", &id, 1, first.clone()).await;
    let two = part(&town, "d/k", &id, 7, second.clone()).await;
    assert_eq!(
        town.get("d/k").await.status,
        404,
        "no object before the end"
    );
    let parts = town
        .ask("GET", &format!("/bkt/d/k?uploadId={id}"), &[], "")
        .await;
    assert_eq!(
        (parts.all("PartNumber"), parts.all("Size")),
        (
            vec!["1".into(), "7".into()],
            vec![(5 * MIB).to_string(), "100".into()]
        )
    );
    assert_eq!(
        town.ask("GET", "/bkt?uploads", &[], "")
            .await
            .all("UploadId"),
        std::slice::from_ref(&id)
    );
    let done = complete(
        &town,
        "d/k",
        &id,
        &[(1, one.header("etag")), (7, two.header("etag"))],
    )
    .await;
    assert_eq!(done.status, 200, "{}", done.text());
    let mut md5 = Md5::new();
    md5.update(Md5::checksum(&first).as_ref());
    md5.update(Md5::checksum(&second).as_ref());
    let etag = format!("\"{}-2\"", hex::encode(md5.finalize()));
    let got = town.get("d/k").await;
    assert_eq!(got.header("etag"), etag);
    assert!(got.body == [first, second].concat());
    assert_eq!(
        (got.header("content-type"), got.header("x-amz-meta-m")),
        ("a/b", "1")
    );
    assert_eq!(
        town.ask("GET", "/bkt?uploads", &[], "")
            .await
            .all("UploadId")
            .len(),
        0
    );
    assert_eq!(
        part(&town, "d/k", &id, 1, vec![]).await.refusal(),
        (404, "NoSuchUpload".to_owned())
    );
}

#[tokio::test]
async fn reading_by_parts() {
    let town = Town::with_bucket().await;
    let id = begin(&town, "d/k").await;
    let one = part(&town, "d/k", &id, 1, vec![b'a'; 5 * MIB]).await;
    let two = part(&town, "d/k", &id, 7, vec![b'b'; 100]).await;
    let both = [(1, one.header("etag")), (7, two.header("etag"))];
    assert_eq!(complete(&town, "d/k", &id, &both).await.status, 200);
    let second = town.ask("GET", "/bkt/d/k?partNumber=2", &[], "").await;
    assert_eq!(
        (
            second.status.as_u16(),
            second.body.len(),
            second.header("x-amz-mp-parts-count")
        ),
        (206, 100, "2")
    );
    assert_eq!(
        town.ask("GET", "/bkt/d/k?partNumber=3", &[], "")
            .await
            .status,
        416
    );
}

#[tokio::test]
async fn what_cannot_be_completed() {
    let town = Town::with_bucket().await;
    let id = begin(&town, "k").await;
    let small = part(&town, "k", &id, 1, vec![1; 10])
        .await
        .header("etag")
        .to_owned();
    let last = part(&town, "k", &id, 2, vec![2; 10])
        .await
        .header("etag")
        .to_owned();
    for (parts, code) in [
        (&[(1, small.as_str()), (2, &last)][..], "EntityTooSmall"),
        (&[(2, &last), (1, &small)], "InvalidPartOrder"),
        (&[(1, &small), (1, &small)], "InvalidPartOrder"),
        (&[(1, &last)], "InvalidPart"),
        (&[(3, &small)], "InvalidPart"),
        (&[], "MalformedXML"),
    ] {
        assert_eq!(
            complete(&town, "k", &id, parts).await.refusal(),
            (400, code.to_owned()),
            "{parts:?}"
        );
    }
    for bad in ["", "x", "../../../x", &"0".repeat(64)] {
        let target = format!("/bkt/k?partNumber=1&uploadId={bad}");
        assert_eq!(
            town.ask("PUT", &target, &[], "x").await.refusal(),
            (404, "NoSuchUpload".to_owned()),
            "{bad}"
        );
    }
    for number in ["0", "10001", "-1"] {
        let target = format!("/bkt/k?partNumber={number}&uploadId={id}");
        assert_eq!(
            town.ask("PUT", &target, &[], "x").await.refusal(),
            (400, "InvalidArgument".to_owned()),
            "{number}"
        );
    }
    // The upload of one key is not that of another.
    assert_eq!(
        part(&town, "other", &id, 1, vec![]).await.refusal().1,
        "NoSuchUpload"
    );
    assert_eq!(complete(&town, "k", &id, &[(2, &last)]).await.status, 200);
    assert_eq!(town.get("k").await.body.len(), 10);
}

#[tokio::test]
async fn aborting_and_copying_parts() {
    let town = Town::with_bucket().await;
    town.put("source", "0123456789").await;
    let id = begin(&town, "k").await;
    let copy = [
        ("x-amz-copy-source", "bkt/source"),
        ("x-amz-copy-source-range", "bytes=2-4"),
    ];
    let copied = town
        .ask(
            "PUT",
            &format!("/bkt/k?partNumber=1&uploadId={id}"),
            &copy,
            "",
        )
        .await;
    assert_eq!(copied.status, 200, "{}", copied.text());
    let etag = copied.one("ETag").unwrap();
    assert_eq!(complete(&town, "k", &id, &[(1, &etag)]).await.status, 200);
    assert_eq!(town.get("k").await.text(), "234");
    let id = begin(&town, "k2").await;
    part(&town, "k2", &id, 1, vec![1]).await;
    assert_eq!(
        town.ask("DELETE", &format!("/bkt/k2?uploadId={id}"), &[], "")
            .await
            .status,
        204
    );
    assert_eq!(
        town.ask("DELETE", &format!("/bkt/k2?uploadId={id}"), &[], "")
            .await
            .refusal()
            .1,
        "NoSuchUpload"
    );
    assert_eq!(town.get("k2").await.status, 404);
    // Odd keys may come in parts as well, and an unfinished upload does not keep a bucket.
    let id = begin(&town, "odd//key").await;
    let etag = part(&town, "odd//key", &id, 1, vec![b'x'])
        .await
        .header("etag")
        .to_owned();
    assert_eq!(
        complete(&town, "odd//key", &id, &[(1, &etag)]).await.status,
        200
    );
    assert_eq!(town.get("odd//key").await.text(), "x");
}

#[tokio::test]
async fn listing_uploads_by_pages() {
    let town = Town::with_bucket().await;
    for key in ["c", "a", "b"] {
        begin(&town, key).await;
    }
    let page = town.ask("GET", "/bkt?uploads&max-uploads=2", &[], "").await;
    assert_eq!(
        (page.all("Key"), page.one("IsTruncated").unwrap()),
        (vec!["a".into(), "b".into()], "true".to_owned())
    );
    let (key, id) = (
        page.one("NextKeyMarker").unwrap(),
        page.one("NextUploadIdMarker").unwrap(),
    );
    let page = town
        .ask(
            "GET",
            &format!("/bkt?uploads&key-marker={key}&upload-id-marker={id}"),
            &[],
            "",
        )
        .await;
    assert_eq!(page.all("Key"), ["c"]);
}
