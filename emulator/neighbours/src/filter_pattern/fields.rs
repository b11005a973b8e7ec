//! Patterns in brackets, for messages of space-delimited fields: `[ip, ..., status_code = 4*, bytes > 1000]`.

use super::comparison::{Comparison, Subject};
use super::cursor::Cursor;
use super::expression::Expression;
use super::{Extracted, InvalidPattern};

/// A pattern in brackets.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    layout: Layout,
}

/// How columns are laid over the fields of a message.
#[derive(Debug, Clone)]
enum Layout {
    /// One column for each field. Where a message has more fields, the last column takes the rest of the line: that is
    /// how `[w1=ERROR, w2]` "returns log events where the first word is ERROR" (D) and needs its blank `w2` (D). That
    /// the rest is one value, spaces included, is I.
    Fixed(Vec<Column>),
    /// An ellipsis stands for any number of unnamed fields (D), none included (I). `[]` is all ellipsis (D, API
    /// reference, `TestMetricFilter`).
    Elided {
        before: Vec<Column>,
        after: Vec<Column>,
    },
}

/// What a pattern says of one field.
#[derive(Debug, Clone)]
enum Column {
    /// Nothing, as between two commas (D, API reference, `TestMetricFilter`: `status_code=4*,]`).
    Unnamed,
    Named {
        name: String,
        condition: Option<Expression<Condition>>,
    },
}

/// `name` or `name = value`. Without a comparison it is the name of a column and no condition.
#[derive(Debug, Clone)]
struct Condition {
    name: String,
    comparison: Option<Comparison>,
}

/// One item between commas.
enum Item {
    Column(Column),
    Ellipsis,
}

/// A field of a message: where it begins, delimiters included, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field<'a> {
    start: usize,
    value: &'a str,
}

impl Fields {
    /// Reads a pattern that begins with an opening bracket.
    pub(super) fn parse(source: &str) -> Result<Self, InvalidPattern> {
        let mut cursor = Cursor::new(source);
        cursor.expect("[")?;
        let mut items = Vec::new();
        loop {
            items.push(Item::parse(&mut cursor)?);
            cursor.skip_space();
            if !cursor.eat(",") {
                break;
            }
        }
        cursor.expect("]")?;
        cursor.expect_end()?;
        Ok(Self {
            layout: Layout::new(items)?,
        })
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        self.lay_over(message).is_some()
    }

    /// The fields by `$name`, or by `$1` and so on where they have none (D, API reference, `TestMetricFilter`).
    pub(super) fn extract(&self, message: &str) -> Option<Extracted> {
        let laid = self.lay_over(message)?;
        let named = laid.into_iter().enumerate().map(|(at, (column, value))| {
            let key = match column {
                Column::Named { name, .. } => format!("${name}"),
                Column::Unnamed => format!("${}", at + 1),
            };
            (key, value.to_owned())
        });
        Some(named.collect())
    }

    /// Each column with its value, from left to right, if the message has enough fields and all conditions hold.
    fn lay_over<'a>(&self, message: &'a str) -> Option<Vec<(&Column, &'a str)>> {
        let fields = split(message);
        let laid: Vec<(&Column, &str)> = match &self.layout {
            Layout::Fixed(columns) => {
                let last = fields.get(columns.len().checked_sub(1)?)?;
                let rest = if fields.len() > columns.len() {
                    message.get(last.start..)?.trim_end()
                } else {
                    last.value
                };
                let heads = fields
                    .iter()
                    .take(columns.len() - 1)
                    .map(|field| field.value);
                columns.iter().zip(heads.chain([rest])).collect()
            }
            Layout::Elided { before, after } => {
                let hidden = fields.len().checked_sub(before.len() + after.len())?;
                let columns = before
                    .iter()
                    .chain(std::iter::repeat_n(&Column::Unnamed, hidden))
                    .chain(after);
                columns
                    .zip(fields.iter().map(|field| field.value))
                    .collect()
            }
        };
        laid.iter()
            .all(|(column, value)| column.accepts(value))
            .then_some(laid)
    }
}

impl Layout {
    fn new(items: Vec<Item>) -> Result<Self, InvalidPattern> {
        if let [Item::Column(Column::Unnamed)] = items.as_slice() {
            return Ok(Self::Elided {
                before: Vec::new(),
                after: Vec::new(),
            });
        }
        let mut columns = Vec::new();
        let mut before = None;
        for item in items {
            match item {
                Item::Column(column) => columns.push(column),
                Item::Ellipsis if before.is_none() => before = Some(std::mem::take(&mut columns)),
                // Two of them could be laid over a message in many ways (I).
                Item::Ellipsis => return Err(InvalidPattern::Pattern),
            }
        }
        Ok(match before {
            Some(before) => Self::Elided {
                before,
                after: columns,
            },
            None => Self::Fixed(columns),
        })
    }
}

impl Item {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        cursor.skip_space();
        if cursor.eat("...") {
            return Ok(Self::Ellipsis);
        }
        if matches!(cursor.peek(), Some(',' | ']')) {
            return Ok(Self::Column(Column::Unnamed));
        }
        Column::new(Expression::parse(cursor, Condition::parse)?).map(Self::Column)
    }
}

impl Column {
    /// All conditions of a column are about that column (O: amazon-cloudwatch-logs-user-guide#21, where
    /// `status_code = 4* && bytes > 1000` in one place is refused).
    fn new(expression: Expression<Condition>) -> Result<Self, InvalidPattern> {
        if let Expression::One(Condition {
            name,
            comparison: None,
        }) = expression
        {
            return Ok(Self::Named {
                name,
                condition: None,
            });
        }
        let conditions = expression.conditions();
        let name = conditions
            .first()
            .map(|condition| condition.name.clone())
            .unwrap_or_default();
        let alike =
            |condition: &&Condition| condition.name == name && condition.comparison.is_some();
        if !conditions.iter().all(alike) {
            return Err(InvalidPattern::Pattern);
        }
        Ok(Self::Named {
            name,
            condition: Some(expression),
        })
    }

    fn accepts(&self, value: &str) -> bool {
        match self {
            Self::Unnamed
            | Self::Named {
                condition: None, ..
            } => true,
            Self::Named {
                condition: Some(expression),
                ..
            } => expression.holds(&|condition| condition.holds(value)),
        }
    }
}

impl Condition {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        // Names with hyphens are I.
        let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if name.is_empty() {
            return Err(cursor.unexpected());
        }
        cursor.skip_space();
        Ok(Self {
            name: name.to_owned(),
            comparison: Comparison::parse(cursor)?,
        })
    }

    fn holds(&self, value: &str) -> bool {
        let subject = Subject::Numeral(value);
        self.comparison
            .as_ref()
            .is_none_or(|comparison| comparison.holds(subject))
    }
}

/// Cuts a message at its white space; characters between brackets or double quotes are one field (D), which ends at the
/// closing one. An opening one that is never closed is an ordinary character (I).
fn split(message: &str) -> Vec<Field<'_>> {
    // Known beforehand, so that a line of many open brackets is not searched again for each of them.
    let last_bracket = message.rfind(']');
    let last_quote = message.rfind('"');
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let rest = message.get(at..).unwrap_or_default();
        let start = at + (rest.len() - rest.trim_start().len());
        let Some(field) = message.get(start..).filter(|field| !field.is_empty()) else {
            return fields;
        };
        let closing = match field.as_bytes().first() {
            Some(b'[') if last_bracket > Some(start) => Some(']'),
            Some(b'"') if last_quote > Some(start) => Some('"'),
            Some(_) | None => None,
        };
        let enclosed = closing.and_then(|closing| field.get(1..)?.split_once(closing));
        let (value, length) = if let Some((inner, _)) = enclosed {
            (inner, inner.len() + 2)
        } else {
            let word = field.split(char::is_whitespace).next().unwrap_or(field);
            (word, word.len())
        };
        fields.push(Field { start, value });
        at = start + length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(message: &str) -> Vec<&str> {
        split(message)
            .into_iter()
            .map(|field| field.value)
            .collect()
    }

    #[test]
    fn fields_of_messages() {
        assert_eq!(values(""), Vec::<&str>::new());
        assert_eq!(values(" a  b\tc\n"), ["a", "b", "c"]);
        assert_eq!(
            values("- [x y] \"GET /a HTTP/1.0\" 2"),
            ["-", "x y", "GET /a HTTP/1.0", "2"]
        );
        assert_eq!(values("[] \"\" x"), ["", "", "x"]);
        assert_eq!(values("[open \"open"), ["[open", "\"open"]);
        assert_eq!(values("[INFO]: é 'x y'"), ["INFO", ":", "é", "'x", "y'"]);
        assert_eq!(values(&"a\t".repeat(200_000)).len(), 200_000);
        assert_eq!(values(&"[ ".repeat(200_000)).len(), 200_000);
        assert_eq!(values(&"\" ".repeat(200_001)).len(), 100_001);
    }

    #[test]
    fn layouts() {
        let matches = |source: &str, message: &str| Fields::parse(source).unwrap().matches(message);
        assert!(matches("[]", ""));
        assert!(matches("[ ... ]", "a b"));
        assert!(matches("[a, b]", "1 2"));
        assert!(!matches("[a, b]", "1"));
        assert!(matches("[a, b = \"2 3\"]", "1 2 3"));
        assert!(matches("[a, ..., c = 2]", "1 2"));
        assert!(matches("[(a = 1 || a = 2) && a != 2, ...]", "1"));
        assert!(!matches("[a = 1, ...]", ""));
        assert!(matches("[, b = 2, ]", "1 2 3"));
    }

    #[test]
    fn rest_of_the_line() {
        let pattern = Fields::parse("[level, message]").unwrap();
        let extracted = pattern.extract("WARN \"quoted\" and more \n").unwrap();
        assert_eq!(extracted["$message"], "\"quoted\" and more");
        assert_eq!(
            pattern.extract("WARN \"quoted\"").unwrap()["$message"],
            "quoted"
        );
    }

    #[test]
    fn refusals() {
        for source in [
            "[",
            "[a",
            "[a] b",
            "[a b]",
            "[a = ]",
            "[= 1]",
            "[a = 1 && b = 2]",
            "[a && a = 1]",
            "[a || b]",
            "[a = 1 | a = 2]",
            "[..., a, ...]",
            "[... a]",
            "[a ...]",
            "[a =! x]",
            "[a > x]",
            "[\"a\"]",
            "[()]",
            "[a = %1%, b = %2%, c = %3%]",
        ] {
            assert_eq!(
                Fields::parse(source).err(),
                Some(InvalidPattern::Pattern),
                "{source}"
            );
        }
        for (source, term) in [("[a: b]", ":"), ("[a = x/y]", "/"), ("[ERROR] 'x'", "'")] {
            let refused = Fields::parse(source).err();
            assert_eq!(
                refused,
                Some(InvalidPattern::Characters(term.to_owned())),
                "{source}"
            );
        }
    }
}
