//! PartiQL without its values. AWS shows those of key attributes (D); which attributes are keys is not known here, so none is
//! shown (I).

/// What stands for a value (D).
const REDACTED: &str = "***(Redacted)";

/// The statement with a mark for every text and number; names of attributes inside items stay.
pub(super) fn without_values(statement: &str) -> String {
    let mut told = String::new();
    let mut rest = statement;
    let mut in_word = false;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => text_length(rest),
            '"' => 1 + rest[1..].find('"').map_or(rest.len() - 1, |end| end + 1),
            '0'..='9' if !in_word => rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '.')
                .unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let is_name = after.trim_start().starts_with(':');
        let is_value = first == '\'' && !is_name || first.is_ascii_digit() && !in_word;
        told.push_str(if is_value { REDACTED } else { token });
        in_word = !is_value && (first.is_alphanumeric() || first == '_');
        rest = after;
    }
    told
}

/// The table that a statement is about (D: the statements' grammar).
pub(crate) fn table(statement: &str) -> Option<&str> {
    let mut rest = statement;
    loop {
        rest = rest.trim_start();
        let end = rest.find(char::is_whitespace)?;
        let (word, behind) = rest.split_at(end);
        rest = behind.trim_start();
        if ["FROM", "INTO", "UPDATE"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
        {
            break;
        }
    }
    let table = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest
            .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
            .next()?,
    };
    (!table.is_empty()).then_some(table)
}

/// The length of a quoted text, doubled quotes inside it included; all that is left if it has no end.
fn text_length(rest: &str) -> usize {
    let mut at = 1;
    while let Some(end) = rest[at..].find('\'') {
        at += end + 1;
        if !rest[at..].starts_with('\'') {
            return at;
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::{table, without_values};

    #[test]
    fn tables_of_statements() {
        for (statement, name) in [
            ("SELECT * FROM Music WHERE a = 1", Some("Music")),
            ("select a from \"My.Table\".\"Index\"", Some("My.Table")),
            ("INSERT INTO T VALUE {'a': 1}", Some("T")),
            ("update T-1 SET a = 1", Some("T-1")),
            ("DELETE FROM", None),
            ("FROM ", None),
            ("", None),
        ] {
            assert_eq!(table(statement), name, "{statement}");
        }
    }

    #[test]
    fn values_are_marked_and_names_are_not() {
        for (statement, told) in [
            (
                "INSERT INTO Music VALUE {'Artist' : 'A''b', 'Year': 1999}",
                "INSERT INTO Music VALUE {'Artist' : ***(Redacted), 'Year': ***(Redacted)}",
            ),
            (
                "UPDATE \"T1\" SET a2 = 2.5e3 WHERE k='x' AND ü = ?",
                "UPDATE \"T1\" SET a2 = ***(Redacted) WHERE k=***(Redacted) AND ü = ?",
            ),
            ("SELECT 'open", "SELECT ***(Redacted)"),
            ("\"", "\""),
            ("", ""),
        ] {
            assert_eq!(without_values(statement), told);
        }
    }
}
