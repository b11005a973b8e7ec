//! Which resources event history shows for a call of CloudTrail itself: trails exactly as they were passed (O,
//! formats.md 7 and native.md), and for CreateTrail and UpdateTrail what the answer names (I).

use serde_json::Value;

use crate::draft::LookupResource;

const TRAIL: &str = "AWS::CloudTrail::Trail";
const BUCKET: &str = "AWS::S3::Bucket";

/// From the request and, where there is one, the recorded answer.
pub(crate) fn resources(input: &Value, answer: Option<&Value>) -> Vec<LookupResource> {
    let mut touched = Vec::new();
    let mut add = |kind: &str, name: &Value| {
        let Some(name) = name.as_str().filter(|name| !name.is_empty()) else {
            return;
        };
        let resource = LookupResource {
            kind: Some(kind.to_owned()),
            name: name.to_owned(),
        };
        if !touched.contains(&resource) {
            touched.push(resource);
        }
    };
    for member in ["Name", "TrailName", "ResourceId"] {
        add(TRAIL, &input[member]);
    }
    for list in ["trailNameList", "ResourceIdList"] {
        for name in input[list].as_array().into_iter().flatten() {
            add(TRAIL, name);
        }
    }
    if let Some(answer) = answer {
        add(TRAIL, &answer["TrailARN"]);
        add(BUCKET, &answer["S3BucketName"]);
    }
    touched
}
