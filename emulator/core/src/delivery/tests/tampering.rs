//! What was changed, cut, moved or deleted is found and named.

use super::*;

#[test]
fn tampering_is_found_and_named() {
    let (mut world, mut bucket) = validated();
    for _ in 0..3 {
        world.ok("ListTrails", json!({}));
        bucket.advance(&mut world, 3600);
    }
    assert!(bucket.findings(&world.trail).is_empty());
    let owned = |keys: Vec<&str>| keys.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let (log, digest) = (
        owned(bucket.keys("/CloudTrail/")),
        owned(bucket.keys("/CloudTrail-Digest/")),
    );
    let mut tampered = |key: &str, change: &dyn Fn(&mut Bucket)| {
        let before = bucket.objects[key].clone();
        change(&mut bucket);
        let found = bucket.findings(&world.trail);
        bucket.objects.insert(key.to_owned(), before);
        found
    };
    let set = |key: &str, body: Vec<u8>| {
        let key = key.to_owned();
        move |bucket: &mut Bucket| bucket.objects.get_mut(&key).unwrap().body = body.clone()
    };
    let changed = set(&log[0], log_file::gzip("{\"Records\":[]}"));
    assert_eq!(
        tampered(&log[0], &changed),
        ["Log INVALID: hash value doesn't match"]
    );
    let cut = set(&log[0], vec![1, 2, 3]);
    assert_eq!(tampered(&log[0], &cut), ["Log INVALID: invalid format"]);
    let mut longer = log_file::gzip("{}");
    longer.push(0);
    let longer = set(&log[0], longer);
    assert_eq!(
        tampered(&log[0], &longer),
        ["Log INVALID: unexpected data after end of compressed stream"]
    );
    let gone = |key: String| move |bucket: &mut Bucket| drop(bucket.objects.remove(&key));
    assert_eq!(
        tampered(&log[0], &gone(log[0].clone())),
        ["Log INVALID: not found"]
    );
    assert_eq!(
        tampered(&digest[1], &gone(digest[1].clone())),
        ["Digest INVALID: not found"]
    );
    let text = |bucket: &Bucket| bucket.text(&digest[1]).replace("SHA-256", "SHA-512");
    let altered = |bucket: &mut Bucket| {
        let body = log_file::gzip(&text(bucket));
        bucket.objects.get_mut(&digest[1]).unwrap().body = body;
    };
    assert_eq!(
        tampered(&digest[1], &altered),
        ["Digest INVALID: signature verification failed"]
    );
    let swapped = |bucket: &mut Bucket| {
        let other = bucket.objects[&digest[2]].clone();
        bucket.objects.insert(digest[1].clone(), other);
    };
    assert_eq!(
        tampered(&digest[1], &swapped),
        ["Digest INVALID: has been moved from its original location"]
    );
}
