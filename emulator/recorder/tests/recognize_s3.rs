//! S3's requests, with the bucket in the path and in the host.

mod sent;

use sent::{FORM, NOTHING, Sent, path};

#[test]
fn s3_is_told_by_path_and_by_host() {
    let hosts = [
        "localhost:4566",
        "s3.eu-west-1.amazonaws.com",
        "s3.localhost:4566",
        "s3-eu-west-1.amazonaws.com",
    ];
    for host in hosts {
        for scope in [Some("s3"), None] {
            path(host, scope, "GET /", "s3.ListBuckets by RestXml");
            path(
                host,
                scope,
                "GET /b?list-type=2&prefix=a",
                "s3.ListObjectsV2 by RestXml",
            );
            path(host, scope, "GET /b/", "s3.ListObjects by RestXml");
            path(host, scope, "PUT /b", "s3.CreateBucket by RestXml");
            path(
                host,
                scope,
                "PUT /b/a/deep%2Fkey",
                "s3.PutObject by RestXml",
            );
            path(host, scope, "GET /b//", "s3.GetObject by RestXml");
            path(host, scope, "GET /b/dir/", "s3.GetObject by RestXml");
        }
    }
    let hosts = [
        "b.s3.eu-west-1.amazonaws.com",
        "b.s3.localhost:4566",
        "B.S3.amazonaws.com",
        "a.b.s3.dualstack.us-east-1.amazonaws.com",
        "b.s3-fips.us-gov-west-1.amazonaws.com",
        "b.s3.cn-north-1.amazonaws.com.cn",
        "b.s3-accelerate.amazonaws.com",
        "ap-111122223333.s3-accesspoint.eu-west-1.amazonaws.com",
        "b.s3.localhost.localstack.cloud:4566",
        "b--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com",
    ];
    for host in hosts {
        path(host, None, "GET /", "s3.ListObjects by RestXml");
        path(host, None, "GET /?acl", "s3.GetBucketAcl by RestXml");
        path(host, Some("s3"), "HEAD /key", "s3.HeadObject by RestXml");
        path(
            host,
            None,
            "GET /key?acl&versionId=1",
            "s3.GetObjectAcl by RestXml",
        );
    }
}

#[test]
fn s3_s_uploads_copies_and_listings_are_told_apart() {
    let s3 = Some("s3");
    path(
        "localhost",
        s3,
        "POST /b/k?uploads",
        "s3.CreateMultipartUpload by RestXml",
    );
    path(
        "localhost",
        s3,
        "PUT /b/k?uploadId=1&partNumber=2",
        "s3.UploadPart by RestXml",
    );
    path(
        "localhost",
        s3,
        "GET /b/k?uploadId=1",
        "s3.ListParts by RestXml",
    );
    path(
        "localhost",
        s3,
        "DELETE /b/k?uploadId=1",
        "s3.AbortMultipartUpload by RestXml",
    );
    path("localhost", s3, "DELETE /b/k", "s3.DeleteObject by RestXml");
    path(
        "localhost",
        s3,
        "POST /b?delete",
        "s3.DeleteObjects by RestXml",
    );
    path(
        "localhost",
        s3,
        "GET /b?lifecycle",
        "s3.GetBucketLifecycleConfiguration by RestXml",
    );
    path(
        "localhost",
        s3,
        "GET /b?inventory&id=1",
        "s3.GetBucketInventoryConfiguration by RestXml",
    );
    path(
        "localhost",
        s3,
        "GET /b?inventory",
        "s3.ListBucketInventoryConfigurations by RestXml",
    );
    path(
        "localhost",
        Some("s3express"),
        "GET /",
        "s3.ListDirectoryBuckets by RestXml",
    );
}

#[test]
fn s3_s_copies_presigned_urls_and_other_endpoints_are_told() {
    let s3 = Some("s3");
    let headers = &[("x-amz-copy-source", "a/b"), FORM];
    let sent = |line| Sent {
        line,
        headers,
        scope: s3,
        ..NOTHING
    };
    assert_eq!(sent("PUT /b/k").told(), "s3.CopyObject by RestXml");
    assert_eq!(
        sent("PUT /b/k?uploadId=1&partNumber=2").told(),
        "s3.UploadPartCopy by RestXml"
    );
    assert_eq!(
        sent("POST /b/k?uploads").told(),
        "s3.CreateMultipartUpload by RestXml"
    );
    let presigned = "GET /b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260101%2Fus-east-1%2Fs3%2Faws4_request";
    path("localhost", None, presigned, "s3.GetObject by RestXml");
    let scope = "GET /v20180820/accesspoint/a/scope";
    let told = "s3control.GetAccessPointScope by RestXml";
    path("localhost", Some("s3express"), scope, told);
    let host = "route.s3-object-lambda.us-east-1.amazonaws.com";
    let line = "POST /WriteGetObjectResponse";
    path(
        host,
        Some("s3-object-lambda"),
        line,
        "s3.WriteGetObjectResponse by RestXml",
    );
    let control = "GET /v20180820/configuration/publicAccessBlock";
    path(
        "localhost",
        s3,
        control,
        "s3control.GetPublicAccessBlock by RestXml",
    );
    let host = "111122223333.s3-control.us-east-1.amazonaws.com";
    path(
        host,
        None,
        control,
        "s3control.GetPublicAccessBlock by RestXml",
    );
}
