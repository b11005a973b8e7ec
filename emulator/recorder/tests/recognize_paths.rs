//! Requests that method, path and host tell, but for S3's.

mod sent;

use sent::{FORM, NOTHING, Sent, form, path};

#[test]
fn a_path_tells_within_the_scope() {
    let scope = Some("lambda");
    let invoke = "POST /2015-03-31/functions/f%3Aprod/invocations";
    path("localhost", scope, invoke, "lambda.Invoke by RestJson");
    path(
        "lambda.localhost:4566",
        None,
        invoke,
        "lambda.Invoke by RestJson",
    );
    path(
        "localhost",
        scope,
        "GET /2015-03-31/functions",
        "lambda.ListFunctions by RestJson",
    );
    path(
        "localhost",
        scope,
        "GET /2015-03-31/functions/",
        "lambda.ListFunctions by RestJson",
    );
    path(
        "localhost",
        scope,
        "GET /2015-03-31/functions/f",
        "lambda.GetFunction by RestJson",
    );
    let by_arn = "GET /2018-10-31/layers?find=LayerVersion&Arn=x";
    path(
        "localhost",
        scope,
        by_arn,
        "lambda.GetLayerVersionByArn by RestJson",
    );
    path(
        "localhost",
        scope,
        "GET /2018-10-31/layers",
        "lambda.ListLayers by RestJson",
    );
    path("localhost", scope, "PUT /nothing", "lambda.? by RestJson");
    path("localhost", Some("novel"), "PUT /x", "-novel.? by ?");
    path("localhost", Some("dynamodb"), "PUT /x", "dynamodb.? by ?");
}

#[test]
fn paths_of_services_of_one_scope_are_told_apart() {
    let tags = "GET /tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fx";
    path(
        "localhost",
        Some("apigateway"),
        tags,
        "apigateway.GetTags by RestJson",
    );
    let tags = "GET /tags/arn:aws:apigateway:us-east-1::/restapis/x";
    path(
        "localhost",
        Some("apigateway"),
        tags,
        "apigateway.GetTags by RestJson",
    );
    path(
        "localhost",
        Some("apigateway"),
        "GET /v2/apis",
        "apigatewayv2.GetApis by RestJson",
    );
    path(
        "localhost",
        Some("apigateway"),
        "GET /restapis",
        "apigateway.GetRestApis by RestJson",
    );
    path(
        "localhost",
        Some("route53"),
        "POST /2013-04-01/hostedzone",
        "route53.CreateHostedZone by RestXml",
    );
    let invoke = "POST /model/anthropic.x-v1%3A0/invoke";
    path(
        "localhost",
        Some("bedrock"),
        invoke,
        "bedrock-runtime.InvokeModel by RestJson",
    );
    path(
        "localhost",
        Some("bedrock"),
        "GET /foundation-models",
        "bedrock.ListFoundationModels by RestJson",
    );
    path(
        "localhost",
        Some("bedrock"),
        "PUT /agents/",
        "bedrock-agent.CreateAgent by RestJson",
    );
}

#[test]
fn a_bearer_token_and_unsigned_operations_tell_by_path() {
    let headers = &[("authorization", "Bearer x")];
    let line = "POST /model/m/converse";
    let sent = Sent {
        line,
        headers,
        ..NOTHING
    };
    assert_eq!(sent.told(), "bedrock-runtime.Converse by RestJson");
    path(
        "localhost",
        None,
        "POST /client/register",
        "sso-oidc.RegisterClient by RestJson",
    );
    let headers = &[("x-amz-sso_bearer_token", "x")];
    let line = "GET /assignment/accounts";
    let sent = Sent {
        line,
        headers,
        ..NOTHING
    };
    assert_eq!(sent.told(), "sso.ListAccounts by RestJson");
    path("localhost", None, line, "s3.GetObject by RestXml");
}

#[test]
fn hosts_tell_in_all_their_forms() {
    let list = "GET /v1/nothing";
    for (host, told) in [
        ("ecs.us-east-1.api.aws", "ecs.? by ?"),
        ("ecr.us-east-1.api.aws", "ecr.? by ?"),
        ("api.ecr.us-east-1.amazonaws.com", "ecr.? by ?"),
        (
            "api.ecr-public.us-east-1.amazonaws.com",
            "ecr-public.? by ?",
        ),
        ("kms-fips.us-east-1.amazonaws.com", "kms.? by ?"),
        ("fips.batch.us-east-1.amazonaws.com", "batch.? by RestJson"),
        (
            "api-fips.sagemaker.us-east-1.amazonaws.com",
            "sagemaker.? by ?",
        ),
        ("logs.cn-north-1.amazonaws.com.cn", "logs.? by ?"),
        (
            "data-servicediscovery.us-east-1.amazonaws.com",
            "servicediscovery.? by ?",
        ),
        (
            "111122223333.ddb.us-east-1.amazonaws.com",
            "dynamodb.? by ?",
        ),
        ("cloudwatch.localhost:4566", "cloudwatch.? by ?"),
        ("sqs.us-east-1.localhost", "sqs.? by ?"),
        ("STATES.us-east-1.amazonaws.com.", "stepfunctions.? by ?"),
        ("global.health.amazonaws.com", "health.? by ?"),
        ("novel.eu-west-1.amazonaws.com", "-novel.? by ?"),
        ("abc123.lambda-url.eu-west-1.on.aws", "-lambda-url.? by ?"),
        (
            "abc123.execute-api.eu-west-1.amazonaws.com",
            "-execute-api.? by ?",
        ),
    ] {
        path(host, None, list, told);
    }
    let line = "POST /prod/@connections/abc%3D";
    let told = "apigatewaymanagementapi.PostToConnection by RestJson";
    path(
        "abc123.execute-api.eu-west-1.amazonaws.com",
        None,
        line,
        told,
    );
    path("localhost", Some("execute-api"), line, told);
}

#[test]
fn hosts_that_say_nothing_leave_it_to_the_scope() {
    for host in [
        "",
        ":",
        "localhost",
        "localtrail:4566",
        "10.0.0.1:80",
        "example.com",
        ".",
        "...",
        "é.localhost",
        "-.localhost",
        "us-east-1.amazonaws.com",
    ] {
        path(host, Some("sqs"), "GET /", "sqs.? by ?");
    }
    let other = "sts.localhost";
    form(
        other,
        Some("ec2"),
        "Action=RunInstances",
        "ec2.RunInstances by Ec2",
    );
}

#[test]
fn streams_are_told() {
    let of = |scope, line| {
        Sent {
            line,
            scope: Some(scope),
            ..NOTHING
        }
        .recognized()
    };
    let put = of("s3", "PUT /b/k");
    assert!(put.takes_stream() && !put.answers_stream() && !put.is_told_by_body());
    let get = of("s3", "GET /b/k");
    assert!(!get.takes_stream() && get.answers_stream());
    assert!(of("bedrock", "POST /model/m/converse-stream").answers_stream());
    assert!(!of("lambda", "GET /2015-03-31/functions").answers_stream());
    assert!(!of("novel", "GET /").takes_stream());
}

#[test]
fn cloudsearch_s_search_is_told_as_a_form_too() {
    let headers = &[FORM];
    let line = "POST /2013-01-01/search";
    let scope = Some("cloudsearch");
    let sent = Sent {
        line,
        scope,
        headers,
        body: "format=sdk&q=x",
        ..NOTHING
    };
    assert_eq!(sent.told(), "cloudsearchdomain.Search by RestJson");
}
