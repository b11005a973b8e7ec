//! Lists in pages: `MaxItems`, `Marker`, `IsTruncated`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::Ask;
use crate::query::{Fault, Rule};

/// AWS's usual page (D).
const USUAL: u64 = 100;

/// Which part of a list is asked for.
pub(super) struct Page {
    /// The name after which it goes on.
    after: Option<String>,
    size: usize,
}

impl Ask<'_> {
    /// Reads which part is asked for.
    ///
    /// # Errors
    /// `ValidationError` for a marker that was never given out.
    pub(super) fn page(&mut self) -> Result<Page, Fault> {
        let size = self.input.number("MaxItems", 1..=1000).unwrap_or(USUAL);
        let marker = self.input.text("Marker", Rule::length(1, 10_000));
        let after = match marker {
            None => None,
            Some(marker) => Some(
                read(marker)
                    .ok_or_else(|| Fault::validation(format!("Invalid Marker: {marker}")))?,
            ),
        };
        Ok(Page {
            after,
            size: usize::try_from(size).unwrap_or(usize::MAX),
        })
    }
}

fn read(marker: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(marker).ok()?).ok()
}

impl Page {
    /// The answer: `member` with this page of the things, in order of their names.
    pub(super) fn of<'a>(
        &self,
        member: &str,
        things: impl Iterator<Item = (&'a str, Value)>,
    ) -> Value {
        let place = |name: &str| (name.to_lowercase(), name.to_owned());
        let after = self.after.as_deref().map(place);
        let mut things: Vec<_> = things
            .filter(|(name, _)| after.as_ref().is_none_or(|after| place(name) > *after))
            .collect();
        things.sort_by_cached_key(|(name, _)| place(name));
        let mut rest = things.into_iter();
        let mut told = Vec::new();
        let mut last = None;
        for (name, thing) in rest.by_ref().take(self.size) {
            told.push(thing);
            last = Some(name);
        }
        let more = rest.next().is_some();
        let mut answer = Map::new();
        answer.insert(member.to_owned(), told.into());
        answer.insert("IsTruncated".to_owned(), more.into());
        if let Some(last) = last.filter(|_| more) {
            answer.insert("Marker".to_owned(), STANDARD.encode(last).into());
        }
        Value::Object(answer)
    }
}
