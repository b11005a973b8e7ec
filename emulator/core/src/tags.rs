//! Tags of a resource, in the order in which they were added (trails.md 7).

use serde::{Deserialize, Serialize};

use crate::quotas::TAGS_PER_RESOURCE;
use crate::refusal::Refusal;

/// A key and perhaps a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
}

/// The tags of one resource; a key stands once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tags(Vec<Tag>);

impl Tags {
    /// With these added: a key that is there takes the new value (D). Refuses what AWS refuses; the sentences are (I).
    pub(crate) fn with(&self, added: &[Tag], resource: &str) -> Result<Self, Refusal> {
        let refused = |sentence: String| Err(Refusal::InvalidTagParameter(sentence));
        let mut tags = self.clone();
        for (at, tag) in added.iter().enumerate() {
            if tag.key.to_ascii_lowercase().starts_with("aws:") {
                return refused(format!(
                    "The tag key {} begins with aws:, which is reserved.",
                    tag.key
                ));
            }
            if added[..at].iter().any(|earlier| earlier.key == tag.key) {
                return refused(format!("The tag key {} is given more than once.", tag.key));
            }
            match tags.0.iter_mut().find(|there| there.key == tag.key) {
                Some(there) => there.value.clone_from(&tag.value),
                None => tags.0.push(tag.clone()),
            }
        }
        if tags.0.len() > TAGS_PER_RESOURCE {
            return Err(Refusal::TagsLimitExceeded(resource.to_owned()));
        }
        Ok(tags)
    }

    /// Without these keys; their values do not matter, unknown ones are passed over (O, I).
    pub(crate) fn without(&self, removed: &[Tag]) -> Self {
        let stays = |tag: &&Tag| !removed.iter().any(|gone| gone.key == tag.key);
        Self(self.0.iter().filter(stays).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag {
            key: key.to_owned(),
            value: Some(value.to_owned()),
        }
    }

    #[test]
    fn adding_replaces_and_removing_goes_by_key() {
        let tags = Tags::default()
            .with(&[tag("a", "1"), tag("b", "2")], "x")
            .unwrap();
        let tags = tags.with(&[tag("a", "3")], "x").unwrap();
        assert_eq!(tags, Tags(vec![tag("a", "3"), tag("b", "2")]));
        assert_eq!(
            tags.without(&[tag("a", "other"), tag("c", "")]),
            Tags(vec![tag("b", "2")])
        );
    }

    #[test]
    fn reserved_repeated_and_too_many_are_refused() {
        let code = |added: &[Tag]| Tags::default().with(added, "x").unwrap_err().code();
        assert_eq!(code(&[tag("aws:x", "1")]), "InvalidTagParameterException");
        assert_eq!(
            code(&[tag("a", "1"), tag("a", "2")]),
            "InvalidTagParameterException"
        );
        let many: Vec<Tag> = (0..51).map(|n| tag(&n.to_string(), "")).collect();
        assert_eq!(code(&many), "TagsLimitExceededException");
        assert!(Tags::default().with(&many[..50], "x").is_ok());
    }
}
