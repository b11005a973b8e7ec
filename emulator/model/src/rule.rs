//! The rules that a value can break, each with the words AWS has for it. Not
//! the place where rules are applied.

use crate::scalar::JsonKind;
use crate::service::Kind;

/// A rule of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// The JSON value is of another type.
    Type {
        /// What the shape wants.
        expected: Kind,
        /// What there was.
        found: JsonKind,
    },
    /// A required member is absent or null, or a list or map holds a null.
    Required,
    /// A string or blob is shorter than this.
    MinLength {
        /// Characters of a string, bytes of a blob.
        min: u64,
    },
    /// A string or blob is longer than this.
    MaxLength {
        /// Characters of a string, bytes of a blob.
        max: u64,
    },
    /// A number is below this.
    MinValue {
        /// The least value.
        min: i64,
    },
    /// A number is above this.
    MaxValue {
        /// The greatest value.
        max: i64,
    },
    /// A string does not match.
    Pattern {
        /// The pattern as AWS publishes it.
        pattern: String,
    },
    /// A string is none of the enum's values.
    Enum {
        /// The values in the model's order.
        values: Vec<String>,
    },
    /// A list or map has fewer entries than this.
    MinItems {
        /// The fewest entries.
        min: u64,
    },
    /// A list or map has more entries than this.
    MaxItems {
        /// The most entries.
        max: u64,
    },
}

impl Rule {
    /// What AWS says of the rule. The words on constraints are those of AWS's
    /// common validation, seen in many services; that CloudTrail's are the same
    /// is inferred. Those on types are its JSON parser's, as measured on
    /// Athena, DynamoDB and SES.
    pub fn words(&self) -> String {
        match self {
            Self::Type { expected, found } => type_words(*expected, *found),
            Self::Required => "Member must not be null".to_owned(),
            Self::MinLength { min } | Self::MinItems { min } => {
                format!("Member must have length greater than or equal to {min}")
            }
            Self::MaxLength { max } | Self::MaxItems { max } => {
                format!("Member must have length less than or equal to {max}")
            }
            Self::MinValue { min } => {
                format!("Member must have value greater than or equal to {min}")
            }
            Self::MaxValue { max } => format!("Member must have value less than or equal to {max}"),
            Self::Pattern { pattern } => {
                format!("Member must satisfy regular expression pattern: {pattern}")
            }
            Self::Enum { values } => {
                format!(
                    "Member must satisfy enum value set: [{}]",
                    values.join(", ")
                )
            }
        }
    }
}

fn type_words(expected: Kind, found: JsonKind) -> String {
    let token = match found {
        JsonKind::List => return "Start of list found where not expected".to_owned(),
        JsonKind::Object => {
            return "Start of structure or map found where not expected.".to_owned();
        }
        JsonKind::Null => "NULL_VALUE",
        JsonKind::True => "TRUE_VALUE",
        JsonKind::False => "FALSE_VALUE",
        JsonKind::Integer | JsonKind::Fraction => "NUMBER_VALUE",
        JsonKind::String => "STRING_VALUE",
    };
    let target = match expected {
        Kind::List => return "Expected list or null".to_owned(),
        Kind::Structure | Kind::Map => return "Expected null".to_owned(),
        Kind::String => "a String",
        Kind::Integer => "an Integer",
        Kind::Long => "a Long",
        Kind::Float => "a Float",
        Kind::Double => "a Double",
        Kind::Boolean => "a Boolean",
        Kind::Timestamp => "milliseconds since epoch",
        Kind::Blob => "a Blob",
    };
    format!("{token} can not be converted to {target}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_spoken_of_as_aws_s_parser_does() {
        let words = |expected, found| Rule::Type { expected, found }.words();
        let cases = [
            (
                Kind::Integer,
                JsonKind::String,
                "STRING_VALUE can not be converted to an Integer",
            ),
            (
                Kind::String,
                JsonKind::Fraction,
                "NUMBER_VALUE can not be converted to a String",
            ),
            (
                Kind::String,
                JsonKind::List,
                "Start of list found where not expected",
            ),
            (
                Kind::List,
                JsonKind::Object,
                "Start of structure or map found where not expected.",
            ),
            (Kind::List, JsonKind::True, "Expected list or null"),
            (Kind::Structure, JsonKind::False, "Expected null"),
        ];
        for (expected, found, sentence) in cases {
            assert_eq!(words(expected, found), sentence);
        }
    }
}
