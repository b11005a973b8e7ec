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
    use super::without_values;

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
