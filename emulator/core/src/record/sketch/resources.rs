//! `resources` of data events, by which the selectors of trails choose (D and O, formats.md 3.6), from the parameters.

use serde_json::{Value, json};

use super::{Frame, Object, text};

/// What the event is about; `None` when its parameters do not say.
pub(super) fn of(frame: &Frame<'_>) -> Option<Value> {
    let parameters = frame.sketch.get("requestParameters")?.as_object()?;
    let (region, account) = (frame.region.as_str(), frame.account);
    let partition = frame.region.partition();
    let one = |kind: &str, arn: String| json!([{"accountId": account.as_str(), "type": kind, "ARN": arn}]);
    let arn =
        |service: &str, rest: &str| format!("arn:{partition}:{service}:{region}:{account}:{rest}");
    match text(frame.sketch, "eventSource")? {
        "s3.amazonaws.com" => s3(frame, parameters),
        "lambda.amazonaws.com" => {
            let name = text(parameters, "functionName")?;
            let whole = arn_or(name, || arn("lambda", &format!("function:{name}")));
            Some(one("AWS::Lambda::Function", whole))
        }
        "dynamodb.amazonaws.com" => {
            let name = text(parameters, "tableName")?;
            let whole = arn_or(name, || arn("dynamodb", &format!("table/{name}")));
            Some(one("AWS::DynamoDB::Table", whole))
        }
        "sns.amazonaws.com" => {
            let topic = text(parameters, "topicArn")?;
            Some(one("AWS::SNS::Topic", topic.to_owned()))
        }
        "sqs.amazonaws.com" => {
            let url = text(parameters, "queueUrl").or_else(|| text(parameters, "queueName"))?;
            let name = url.rsplit('/').next().unwrap_or(url);
            Some(one("AWS::SQS::Queue", arn("sqs", name)))
        }
        _ => None,
    }
}

/// Objects have no account, and the bucket stands behind them (O).
fn s3(frame: &Frame<'_>, parameters: &Object) -> Option<Value> {
    let bucket = text(parameters, "bucketName")?;
    let arn = format!("arn:{}:s3:::{bucket}", frame.region.partition());
    let object = match text(parameters, "key") {
        Some(key) => json!({"type": "AWS::S3::Object", "ARN": format!("{arn}/{key}")}),
        None => json!({"type": "AWS::S3::Object", "ARNPrefix": format!("{arn}/")}),
    };
    let bucket =
        json!({"accountId": frame.account.as_str(), "type": "AWS::S3::Bucket", "ARN": arn});
    Some(json!([object, bucket]))
}

fn arn_or(name: &str, made: impl FnOnce() -> String) -> String {
    if name.starts_with("arn:") {
        name.to_owned()
    } else {
        made()
    }
}
