//! Property selectors: `$.userIdentity.type`, `$.resources[0].ARN`, `$.['cluster.name']`, `$.items[*].id`, `$.*`.
//!
//! Only what AWS documents; it is not `JSONPath`. What the selected values mean is the business of [`super::json`].

use serde_json::Value;

use super::cursor::Cursor;
use super::{InvalidPattern, MAX_SELECTOR_WILDCARDS};

/// A way from the root of a JSON message to its values.
#[derive(Debug, Clone)]
pub(super) struct Selector {
    source: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// `.name` or `['name']`.
    Name(String),
    /// `[0]`.
    Index(usize),
    /// `.*`: each field of an object (D).
    AnyField,
    /// `[*]`: each element of an array (D).
    AnyElement,
}

impl Selector {
    /// Reads a selector, from its dollar sign to the last character that can belong to it.
    pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        let start = cursor.position();
        cursor.expect("$")?;
        // D: a selector is set off with `$.`, and array elements follow a property. `$['a']` is I.
        if cursor.peek() != Some('.') && !cursor.rest_starts("['") {
            return Err(cursor.broken(start));
        }
        let mut steps = Vec::new();
        loop {
            let begin = cursor.position();
            if cursor.eat("['") {
                steps.push(bracketed(cursor, begin)?);
            } else if cursor.eat("[") {
                steps.push(element(cursor, begin)?);
            } else if cursor.eat(".") {
                steps.push(property(
                    cursor,
                    if steps.is_empty() { start } else { begin },
                )?);
            } else {
                break;
            }
        }
        let wildcards = steps.iter().filter(|step| step.is_wildcard()).count();
        if wildcards > MAX_SELECTOR_WILDCARDS {
            return Err(InvalidPattern::Pattern);
        }
        for _ in 0..wildcards {
            cursor.count_wildcard()?;
        }
        Ok(Self {
            source: cursor.since(start).to_owned(),
            steps,
        })
    }

    /// As it was written; extracted values stand under this key.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// The values that a message has there: at most one, unless the selector has a wildcard.
    pub(super) fn select<'a>(&self, root: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![root];
        for step in &self.steps {
            found = match step {
                Step::Name(name) => found
                    .into_iter()
                    .filter_map(|value| value.get(name))
                    .collect(),
                Step::Index(index) => found
                    .into_iter()
                    .filter_map(|value| value.get(index))
                    .collect(),
                Step::AnyField => found
                    .into_iter()
                    .filter_map(Value::as_object)
                    .flat_map(|object| object.values())
                    .collect(),
                Step::AnyElement => found
                    .into_iter()
                    .filter_map(Value::as_array)
                    .flatten()
                    .collect(),
            };
        }
        found
    }
}

impl Step {
    fn is_wildcard(&self) -> bool {
        match self {
            Self::AnyField | Self::AnyElement => true,
            Self::Name(_) | Self::Index(_) => false,
        }
    }
}

/// After a dot: a name, the wildcard, or a name in brackets, as a property that contains a period is written (D).
fn property(cursor: &mut Cursor<'_>, start: usize) -> Result<Step, InvalidPattern> {
    let begin = cursor.position();
    if cursor.eat("*") {
        return Ok(Step::AnyField);
    }
    if cursor.eat("['") {
        return bracketed(cursor, begin);
    }
    match cursor.take_while(is_name) {
        "" => Err(cursor.broken(start)),
        name => Ok(Step::Name(name.to_owned())),
    }
}

/// After `['`: everything up to `']`, without escapes (I).
fn bracketed(cursor: &mut Cursor<'_>, start: usize) -> Result<Step, InvalidPattern> {
    let name = cursor.take_while(|c| c != '\'');
    if name.is_empty() {
        return Err(cursor.broken(start));
    }
    cursor.expect("'")?;
    cursor.expect("]")?;
    Ok(Step::Name(name.to_owned()))
}

/// After `[`: a number from zero (D), or the wildcard.
fn element(cursor: &mut Cursor<'_>, start: usize) -> Result<Step, InvalidPattern> {
    let step = if cursor.eat("*") {
        Step::AnyElement
    } else {
        match cursor.take_while(|c| c.is_ascii_digit()) {
            "" => return Err(cursor.broken(start)),
            digits => Step::Index(digits.parse().map_err(|_| InvalidPattern::Pattern)?),
        }
    };
    cursor.expect("]")?;
    Ok(step)
}

/// Names are alphanumeric and support hyphen and underscore (D).
fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(source: &str) -> Result<Selector, InvalidPattern> {
        let mut cursor = Cursor::new(source);
        let selector = Selector::parse(&mut cursor)?;
        cursor.expect_end()?;
        Ok(selector)
    }

    #[test]
    fn ways() {
        let root = json!({
            "a-b": {"c_d": [[0, 1], [2, 3]]},
            "cluster.name": {"x": "c"},
            "list": [{"id": 1}, {"id": 2}, {"no": 3}],
        });
        for (source, found) in [
            ("$.a-b.c_d[1][0]", vec![json!(2)]),
            ("$.['cluster.name'].x", vec![json!("c")]),
            ("$['cluster.name']['x']", vec![json!("c")]),
            ("$.list[*].id", vec![json!(1), json!(2)]),
            ("$.a-b.*", vec![json!([[0, 1], [2, 3]])]),
            ("$.list.*", vec![]),
            ("$.a-b[*]", vec![]),
            ("$.list[9]", vec![]),
            ("$.list.id", vec![]),
            ("$.none.at.all", vec![]),
        ] {
            let selector = read(source).unwrap();
            assert_eq!(selector.source(), source);
            let selected: Vec<Value> = selector.select(&root).into_iter().cloned().collect();
            assert_eq!(selected, found, "{source}");
        }
        assert_eq!(read("$.*").unwrap().select(&root).len(), 3);
    }

    #[test]
    fn refusals() {
        for (source, term) in [
            ("$.\"a\"", "$.\""),
            ("$a", "$a"),
            ("$.@x", "$.@"),
            ("$.a:b", ":"),
            ("$.é", "$.é"),
            ("$[0]", "$["),
            ("$.a[-1]", "[-"),
            ("$.a..b", ".."),
            ("$.['']", "['\'"),
        ] {
            let refused = read(source).err();
            assert_eq!(
                refused,
                Some(InvalidPattern::Characters(term.to_owned())),
                "{source}"
            );
        }
        for source in [
            "",
            "$",
            "$.",
            "$.a.",
            "$.a[",
            "$.a[1",
            "$.['a'",
            "$.['a",
            "$.a[*].*",
            "$.*.*",
            "$.a[99999999999999999999999]",
        ] {
            assert_eq!(
                read(source).err(),
                Some(InvalidPattern::Pattern),
                "{source}"
            );
        }
    }
}
