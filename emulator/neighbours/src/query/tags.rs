//! Tags of a call, held against what STS and IAM alike ask of them.

use serde_json::Value;

use super::input::{Input, Rule};
use super::lower_first;
use crate::directory::Tag;

/// D, session tags and IAM quotas.
const LIMIT: usize = 50;

const KEY: Rule = Rule::length(1, 128).of(is_tag_letter, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+");
const VALUE: Rule = Rule::length(0, 256).of(is_tag_letter, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*");

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, near enough: letters, separators and digits of any script.
fn is_tag_letter(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() && !c.is_control() || "_.:/=+-@".contains(c)
}

impl Input<'_> {
    /// `Tags`, in order. What is wrong with them is a violation, as with any other member.
    pub(crate) fn tags(&mut self) -> Vec<Tag> {
        let all = self.raw("Tags").and_then(Value::as_array);
        let all = all.map_or(&[][..], Vec::as_slice);
        self.few("tags", all.len());
        let mut tags = Vec::with_capacity(all.len());
        for (index, one) in all.iter().enumerate() {
            let place = format!("tags.{}.member", index + 1);
            tags.push(Tag {
                key: self.part(one, "Key", &place, KEY),
                value: self.part(one, "Value", &place, VALUE),
            });
        }
        tags
    }

    /// A member of a tag, which must be there.
    fn part(&mut self, tag: &Value, member: &str, place: &str, rule: Rule) -> String {
        let place = format!("{place}.{}", lower_first(member));
        let text = tag.get(member).and_then(Value::as_str);
        match text {
            Some(text) => self.hold(&place, text, rule),
            None => self.absent(&place),
        }
        text.unwrap_or_default().to_owned()
    }

    /// `Tags`, which must be there.
    pub(crate) fn required_tags(&mut self) -> Vec<Tag> {
        if self.raw("Tags").is_none() {
            self.missing("Tags");
        }
        self.tags()
    }

    /// The keys of tags, in a member that may be absent.
    pub(crate) fn tag_keys(&mut self, member: &str) -> Vec<String> {
        let all = self.raw(member).and_then(Value::as_array);
        let all = all.map_or(&[][..], Vec::as_slice);
        let place = lower_first(member);
        self.few(&place, all.len());
        let mut keys = Vec::with_capacity(all.len());
        for (index, key) in all.iter().filter_map(Value::as_str).enumerate() {
            self.hold(&format!("{place}.{}.member", index + 1), key, KEY);
            keys.push(key.to_owned());
        }
        keys
    }

    /// Tags that no member gave but a token did: held against the same rules.
    pub(crate) fn hold_tags(&mut self, tags: &[Tag]) {
        self.few("tags", tags.len());
        for (index, tag) in tags.iter().enumerate() {
            let place = format!("tags.{}.member", index + 1);
            self.hold(&format!("{place}.key"), &tag.key, KEY);
            self.hold(&format!("{place}.value"), &tag.value, VALUE);
        }
    }

    fn few(&mut self, place: &str, count: usize) {
        if count > LIMIT {
            self.many(place, LIMIT);
        }
    }
}

/// Whether two tags have one key, as keys are one whatever their case (D).
pub(crate) fn has_twins(tags: &[Tag]) -> bool {
    let has_twin = |(index, tag): (usize, &Tag)| {
        let mut earlier = tags[..index].iter();
        earlier.any(|other| other.key.eq_ignore_ascii_case(&tag.key))
    };
    tags.iter().enumerate().any(has_twin)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wrong(tags: &Value) -> Option<String> {
        let given = json!({"Tags": tags});
        let mut input = Input::new(given.as_object());
        input.tags();
        input.done().err().map(|fault| fault.message)
    }

    #[test]
    fn tags_are_held_against_the_model() {
        assert_eq!(wrong(&json!([{"Key": "a b é", "Value": ""}])), None);
        let long = "a".repeat(257);
        for (tags, place) in [
            (
                json!([{"Key": "a", "Value": "\u{1}"}]),
                "tags.1.member.value",
            ),
            (json!([{"Key": "", "Value": ""}]), "tags.1.member.key"),
            (json!([{"Key": "a"}]), "tags.1.member.value"),
            (
                json!([{"Key": long[..129], "Value": ""}]),
                "tags.1.member.key",
            ),
            (json!([{"Key": "a", "Value": long}]), "tags.1.member.value"),
            (json!(vec![json!({"Key": "a", "Value": ""}); 51]), "tags"),
        ] {
            let sentence = wrong(&tags).unwrap();
            assert!(
                sentence.contains(&format!(" at '{place}' failed")),
                "{sentence}"
            );
        }
        let tag = |key: &str| Tag {
            key: key.to_owned(),
            value: String::new(),
        };
        assert!(has_twins(&[tag("a"), tag("b"), tag("A")]));
        assert!(!has_twins(&[tag("a"), tag("b")]));
    }
}
