//! Patterns in braces, for messages that are JSON objects: `{ $.eventName = "CreateTrail" && $.errorCode NOT EXISTS }`.

use serde_json::Value;

use super::comparison::{Comparison, Subject};
use super::cursor::Cursor;
use super::expression::Expression;
use super::selector::Selector;
use super::{Extracted, InvalidPattern};

/// A pattern in braces.
#[derive(Debug, Clone)]
pub(super) struct Json {
    expression: Expression<Condition>,
}

#[derive(Debug, Clone)]
struct Condition {
    selector: Selector,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Compares(Comparison),
    IsNull,
    IsTrue,
    IsFalse,
    NotExists,
}

impl Json {
    /// Reads a pattern that begins with an opening brace.
    pub(super) fn parse(source: &str) -> Result<Self, InvalidPattern> {
        let mut cursor = Cursor::new(source);
        cursor.expect("{")?;
        let expression = Expression::parse(&mut cursor, Condition::parse)?;
        cursor.skip_space();
        cursor.expect("}")?;
        cursor.expect_end()?;
        Ok(Self { expression })
    }

    /// Whether the message is a JSON object for which the expression is true.
    pub(super) fn matches(&self, message: &str) -> bool {
        read(message).is_some_and(|root| self.holds(&root))
    }

    /// The values that the pattern's selectors found, under the selectors as written (D for the keys: metric values and
    /// dimensions name them so).
    pub(super) fn extract(&self, message: &str) -> Option<Extracted> {
        let root = read(message)?;
        if !self.holds(&root) {
            return None;
        }
        let mut extracted = Extracted::new();
        for condition in self.expression.conditions() {
            if let Some(value) = condition.value(&root) {
                extracted
                    .entry(condition.selector.source().to_owned())
                    .or_insert(value);
            }
        }
        Some(extracted)
    }

    fn holds(&self, root: &Value) -> bool {
        self.expression.holds(&|condition| condition.holds(root))
    }
}

impl Condition {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        let selector = Selector::parse(cursor)?;
        cursor.skip_space();
        let test = match Comparison::parse(cursor)? {
            Some(comparison) => Test::Compares(comparison),
            None => Test::parse(cursor)?,
        };
        Ok(Self { selector, test })
    }

    /// Where a wildcard selects several values, one that passes is enough (I for every test but equality, which is D).
    fn holds(&self, root: &Value) -> bool {
        let found = self.selector.select(root);
        match self.test {
            Test::NotExists => found.is_empty(),
            Test::Compares(_) | Test::IsNull | Test::IsTrue | Test::IsFalse => {
                found.into_iter().any(|value| self.test.accepts(value))
            }
        }
    }

    /// What is extracted: the value that passed, or else the first (I). Objects, arrays and null have no value (I).
    fn value(&self, root: &Value) -> Option<String> {
        let found = self.selector.select(root);
        let chosen = found
            .iter()
            .find(|value| self.test.accepts(value))
            .or_else(|| found.first())?;
        match chosen {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

impl Test {
    /// `IS NOT` and `EXISTS` are not supported (D).
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        if cursor.eat_keyword("NOT") {
            cursor.skip_space();
            return if cursor.eat_keyword("EXISTS") {
                Ok(Self::NotExists)
            } else {
                Err(cursor.unexpected())
            };
        }
        if !cursor.eat_keyword("IS") {
            return Err(cursor.unexpected());
        }
        cursor.skip_space();
        [
            ("NULL", Self::IsNull),
            ("TRUE", Self::IsTrue),
            ("FALSE", Self::IsFalse),
        ]
        .into_iter()
        .find_map(|(word, test)| cursor.eat_keyword(word).then_some(test))
        .ok_or_else(|| cursor.unexpected())
    }

    /// Whether a value that exists passes.
    ///
    /// Comparisons are about strings and numbers; no other value is in any relation, not even `!=` (D for objects and
    /// arrays, "{$.users != 1} will fail to match"; I for booleans and null). So it is with a missing value (O:
    /// DataBiosphere/azul#5884): `!=` never says that there is none.
    fn accepts(&self, value: &Value) -> bool {
        match self {
            Self::Compares(comparison) => match value {
                Value::String(text) => comparison.holds(Subject::Text(text)),
                Value::Number(number) => comparison.holds(Subject::Numeral(&number.to_string())),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
            },
            Self::IsNull => value.is_null(),
            Self::IsTrue => *value == Value::Bool(true),
            Self::IsFalse => *value == Value::Bool(false),
            Self::NotExists => false,
        }
    }
}

/// The message, if it is one JSON object and nothing else (I); otherwise no pattern in braces matches it, whatever its
/// conditions say.
fn read(message: &str) -> Option<Value> {
    if !message.trim_start().starts_with('{') {
        return None;
    }
    serde_json::from_str(message).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str =
        r#"{"n": 5, "s": "5", "t": true, "f": false, "z": null, "o": {"k": 1}, "a": [1, "x", 3]}"#;

    #[track_caller]
    fn matches(source: &str) -> bool {
        Json::parse(source).unwrap().matches(MESSAGE)
    }

    #[test]
    fn tests_of_values() {
        for source in [
            "{$.n=5}",
            "{$.s=5}",
            "{ $.n = \"5\" }",
            "{ $.n > 4 }",
            "{ $.t IS TRUE }",
            "{ $.f is false }",
            "{ $.z IS NULL }",
            "{ $.none NOT EXISTS }",
            "{ $.o.none NOT EXISTS }",
            "{ $.a[*] = x }",
            "{ $.a[*] != 1 }",
            "{ $.* IS NULL }",
            "{ $.n = * }",
        ] {
            assert!(matches(source), "{source}");
        }
        for source in [
            "{ $.s > 4 }",
            "{ $.t = true }",
            "{ $.t != x }",
            "{ $.z != x }",
            "{ $.o = * }",
            "{ $.o != 1 }",
            "{ $.a != 1 }",
            "{ $.none != x }",
            "{ $.none = * }",
            "{ $.z NOT EXISTS }",
            "{ $.none IS NULL }",
            "{ $.s IS TRUE }",
            "{ $.a[*] NOT EXISTS }",
        ] {
            assert!(!matches(source), "{source}");
        }
    }

    #[test]
    fn only_objects_match() {
        let pattern = Json::parse("{ $.none NOT EXISTS }").unwrap();
        assert!(pattern.matches(" {} \n"));
        let deep = format!("{}{}", "{\"a\":".repeat(100_000), "1");
        for message in ["", "text", "[{}]", "1", "{", "{} {}", "x {}", deep.as_str()] {
            assert!(!pattern.matches(message), "{}", message.len());
        }
    }

    #[test]
    fn extraction() {
        let pattern =
            Json::parse("{ $.n = * && $.a[*] = x && ($.t IS TRUE || $.none = 1) && $.o.k > 0 }")
                .unwrap();
        let expected = [
            ("$.n", "5"),
            ("$.a[*]", "x"),
            ("$.t", "true"),
            ("$.o.k", "1"),
        ];
        let expected: Extracted = expected
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        assert_eq!(pattern.extract(MESSAGE), Some(expected));
        assert_eq!(pattern.extract("{}"), None);
    }

    #[test]
    fn refusals() {
        for source in [
            "{",
            "{}",
            "{ $.a }",
            "{ $.a = }",
            "{ $.a EXISTS }",
            "{ $.a IS NOT NULL }",
            "{ $.a IS 1 }",
            "{ $.a NOT }",
            "{ $.a = 1",
            "{ $.a = 1 } x",
            "{ 1 = $.a }",
            "{ $.a = 1 && }",
            "{ ($.a = 1 }",
            "{ $.a = 1) }",
            "{ $.a = b c }",
            "{ $.a == 1 }",
            "{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }",
            "{ $.a = %1% || $.a = %2% || $.a = %3% }",
        ] {
            assert_eq!(
                Json::parse(source).err(),
                Some(InvalidPattern::Pattern),
                "{source}"
            );
        }
        for (source, term) in [
            ("{ $.a = b, $.c = d }", ","),
            ("{ $.a ~ 1 }", "~"),
            ("{ $.\"a\" = 5* }", "$.\""),
        ] {
            let refused = Json::parse(source).err();
            assert_eq!(
                refused,
                Some(InvalidPattern::Characters(term.to_owned())),
                "{source}"
            );
        }
    }
}
