//! Values that satisfy a shape, the same ones at every call. Not realistic
//! ones: a sample satisfies the model's constraints and means nothing.

use serde_json::{Map, Value, json};

use crate::service::{Service, Shape, ShapeId, Structure};

/// A value with every member of every structure and, where the bounds allow,
/// two items in every list and map. A shape within itself is left out.
pub fn full(service: &Service, shape: ShapeId) -> Value {
    Sampler {
        service,
        extent: Extent::Full,
    }
    .value(shape, &mut Vec::new())
}

/// The smallest value: required members alone, lists and strings as short as
/// they may be (a string has at least one character).
pub fn least(service: &Service, shape: ShapeId) -> Value {
    Sampler {
        service,
        extent: Extent::Least,
    }
    .value(shape, &mut Vec::new())
}

#[derive(Clone, Copy)]
enum Extent {
    Full,
    Least,
}

struct Sampler<'s> {
    service: &'s Service,
    extent: Extent,
}

impl Sampler<'_> {
    /// `above` holds the structures that the value is inside of.
    fn value(&self, id: ShapeId, above: &mut Vec<ShapeId>) -> Value {
        match self.service.shape(id) {
            Shape::Structure(structure) => {
                above.push(id);
                let value = self.structure(structure, above);
                above.pop();
                value
            }
            Shape::List { member, min, max } => {
                let count = if self.leads_back(*member, above) {
                    0
                } else {
                    self.count(*min, *max)
                };
                (0..count).map(|_| self.value(*member, above)).collect()
            }
            Shape::Map {
                key,
                value,
                min,
                max,
            } => {
                let count = if self.leads_back(*value, above) {
                    0
                } else {
                    self.count(*min, *max)
                };
                let keys = keys(self.service.shape(*key), count);
                Value::Object(keys.map(|key| (key, self.value(*value, above))).collect())
            }
            shape @ Shape::String { .. } => json!(self.text(shape)),
            Shape::Integer { min, max } | Shape::Long { min, max } => {
                let wished = if matches!(self.extent, Extent::Full) {
                    42
                } else {
                    0
                };
                json!(
                    wished
                        .max(min.unwrap_or(i64::MIN))
                        .min(max.unwrap_or(i64::MAX))
                )
            }
            Shape::Float | Shape::Double => json!(1.5),
            Shape::Boolean => json!(matches!(self.extent, Extent::Full)),
            Shape::Timestamp => json!(1_767_225_600),
            Shape::Blob { min, .. } => json!(blob(min.unwrap_or(0).max(1))),
        }
    }

    fn structure(&self, structure: &Structure, above: &mut Vec<ShapeId>) -> Value {
        let mut object = Map::new();
        for member in &structure.members {
            let is_wanted = match self.extent {
                Extent::Full => !self.leads_back(member.shape, above),
                Extent::Least => false,
            };
            if member.required || is_wanted {
                object.insert(member.name.clone(), self.value(member.shape, above));
            }
        }
        Value::Object(object)
    }

    /// Whether a shape is one that the value is inside of.
    fn leads_back(&self, shape: ShapeId, above: &[ShapeId]) -> bool {
        above.contains(&shape)
    }

    fn count(&self, min: Option<u64>, max: Option<u64>) -> u64 {
        let wished = if matches!(self.extent, Extent::Full) {
            2
        } else {
            0
        };
        wished.max(min.unwrap_or(0)).min(max.unwrap_or(u64::MAX))
    }

    fn text(&self, shape: &Shape) -> String {
        let wished = if matches!(self.extent, Extent::Full) {
            12
        } else {
            1
        };
        text_near(shape, wished).expect("a test samples every string of the models")
    }
}

/// A valid text of about this many characters: the next longer one that there
/// is, else the longest shorter one. An enum gives its first value.
pub(crate) fn text_near(shape: &Shape, wished: u64) -> Option<String> {
    /// Patterns that want a longer text than this are unknown.
    const SPAN: u64 = 64;
    let Shape::String {
        min, max, values, ..
    } = shape
    else {
        return None;
    };
    if let Some(value) = values.first() {
        return Some(value.clone());
    }
    let (min, max) = (min.unwrap_or(0), max.unwrap_or(u64::MAX));
    let start = wished.max(min).min(max);
    let longer = start..=max.min(start.saturating_add(SPAN));
    let shorter = (min..start)
        .rev()
        .take(usize::try_from(SPAN).unwrap_or(usize::MAX));
    longer
        .chain(shorter)
        .find_map(|length| text_of_length(shape, length))
}

/// A text of exactly this many characters that satisfies the pattern, whatever
/// the bounds say; `None` if the stems below cannot make one.
pub(crate) fn text_of_length(shape: &Shape, length: u64) -> Option<String> {
    /// How the patterns of the models want a text to begin and to end.
    const STEMS: [(&str, &str); 5] = [
        ("", ""),
        ("", ".amazonaws.com"),
        ("arn:", ""),
        ("s3://bucket/", ""),
        ("12:30", ""),
    ];
    const FILLERS: [&str; 2] = ["a", "0"];
    let Shape::String { pattern, .. } = shape else {
        return None;
    };
    let length = usize::try_from(length).ok()?;
    STEMS.into_iter().find_map(|(start, end)| {
        let rest = length.checked_sub(start.len() + end.len())?;
        let mut texts = FILLERS
            .into_iter()
            .map(|filler| format!("{start}{}{end}", filler.repeat(rest)));
        texts.find(|text| pattern.as_ref().is_none_or(|pattern| pattern.matches(text)))
    })
}

/// Up to `count` different valid keys.
pub(crate) fn keys(shape: &Shape, count: u64) -> impl Iterator<Item = String> {
    let values = match shape {
        Shape::String { values, .. } => values.as_slice(),
        _ => &[],
    };
    let (enumerated, spelled) = if values.is_empty() {
        (0, count)
    } else {
        (count, 0)
    };
    let enumerated = usize::try_from(enumerated).unwrap_or(usize::MAX);
    let spelled = (0..spelled).filter_map(|nth| text_near(shape, 12 + nth));
    values.iter().take(enumerated).cloned().chain(spelled)
}

/// Zero bytes in base64.
pub(crate) fn blob(bytes: u64) -> String {
    let whole = usize::try_from(bytes / 3).unwrap_or(usize::MAX);
    let rest = ["", "AA==", "AAA="][usize::from((bytes % 3) as u8)];
    format!("{}{rest}", "AAAA".repeat(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::blob_length;
    use crate::{Kind, check, cloudtrail, cloudtrail_data};

    #[test]
    fn every_shape_of_the_models_has_valid_samples() {
        for service in [cloudtrail(), cloudtrail_data()] {
            for id in service.shape_ids() {
                for sample in [full(service, id), least(service, id)] {
                    let verdict = check(service, id, &sample);
                    assert_eq!(verdict, Ok(()), "{} {sample}", service.shape_name(id));
                }
            }
        }
    }

    #[test]
    fn a_full_sample_has_every_member_and_the_least_only_required_ones() {
        let service = cloudtrail();
        for id in service
            .shape_ids()
            .filter(|id| service.shape(*id).kind() == Kind::Structure)
        {
            let structure = service.structure(id).expect("filtered above");
            let name = service.shape_name(id);
            let required = structure
                .members
                .iter()
                .filter(|member| member.required)
                .count();
            let count = |sample: Value| sample.as_object().map_or(0, Map::len);
            assert_eq!(count(full(service, id)), structure.members.len(), "{name}");
            assert_eq!(count(least(service, id)), required, "{name}");
        }
    }

    #[test]
    fn samples_are_the_same_every_time() {
        let service = cloudtrail();
        let shape = service
            .shape_named("CreateTrailRequest")
            .expect("a shape of CloudTrail");
        assert_eq!(full(service, shape), full(service, shape));
        assert_eq!(
            least(service, shape).to_string(),
            r#"{"Name":"a","S3BucketName":"a"}"#
        );
    }

    #[test]
    fn a_blob_is_as_long_as_asked() {
        for bytes in 0..10 {
            assert_eq!(blob_length(&blob(bytes)), Some(bytes));
        }
    }

    #[test]
    fn a_shape_within_itself_ends() {
        let data = r#"{"botocore":"0","metadata":{"api_version":"1","protocol":"json",
            "endpoint_prefix":"x"},"operations":{},"shapes":{
            "Tree":{"type":"structure","members":[{"name":"leaf","shape":"Leaf"},
                {"name":"left","shape":"Tree"},{"name":"rest","shape":"Trees"}]},
            "Trees":{"type":"list","member":"Tree"},
            "Leaf":{"type":"string"}}}"#;
        let service = crate::load::load(data);
        let tree = service.shape_named("Tree").expect("declared above");
        assert_eq!(
            full(&service, tree).to_string(),
            r#"{"leaf":"aaaaaaaaaaaa","rest":[]}"#
        );
    }
}
