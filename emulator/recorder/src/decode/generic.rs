//! The generic conversion of XML to JSON that AWS's records of new-style EC2 calls show (O, formats.md 3.4): no model, no
//! types but what a text looks like.

use quick_xml::events::BytesStart;
use serde_json::{Map, Number, Value};

use super::MAX_DEPTH;
use super::markup::{Markup, Piece, attributes};
use super::xml::gather;

/// A document as `{"Root": …}`; `None` where it is not well-formed or nested too deep.
///
/// A repeated child becomes an array and a single one does not; attributes become members, `xmlns` among them, and a text
/// beside them is `content`; texts that look like booleans or numbers become such; an empty element is `""`.
#[must_use]
pub fn generic_xml(text: &str) -> Option<Value> {
    let mut markup = Markup::new(text);
    let root = markup.root()?;
    let mut document = Map::new();
    document.insert(
        full_name(&root)?.to_owned(),
        element(&mut markup, &root, MAX_DEPTH)?,
    );
    Some(Value::Object(document))
}

fn element(markup: &mut Markup<'_>, start: &BytesStart<'_>, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let mut members = Map::new();
    for (name, value) in attributes(start) {
        members.insert(name.to_owned(), looks_like(&value));
    }
    let mut text = String::new();
    loop {
        match markup.next()? {
            Piece::Open(child) => {
                let value = element(markup, &child, depth)?;
                gather(&mut members, full_name(&child)?, value);
            }
            Piece::Text(part) => text.push_str(&part),
            Piece::Close => break,
            Piece::End => return None,
        }
    }
    let value = looks_like(text.trim());
    if members.is_empty() {
        return Some(value);
    }
    if value != "" {
        members.insert("content".to_owned(), value);
    }
    Some(Value::Object(members))
}

fn full_name<'s>(start: &'s BytesStart<'_>) -> Option<&'s str> {
    std::str::from_utf8(start.name().into_inner()).ok()
}

/// A text as the value that it looks like. Only what would be printed the same way is a number: `007`, `+1` and `1e3` stay
/// text (O for account ids with a leading zero, I for the rest).
pub(crate) fn looks_like(text: &str) -> Value {
    match text {
        "true" => return true.into(),
        "false" => return false.into(),
        _ => {}
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
        return text.into();
    }
    if let Ok(whole) = text.parse::<i64>()
        && whole.to_string() == text
    {
        return whole.into();
    }
    match text.parse::<f64>().ok().and_then(Number::from_f64) {
        Some(number) if number.to_string() == text => Value::Number(number),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_real_answer() {
        // The form of the CreateNatGateway answers in real records (O).
        let text = r#"<?xml version="1.0" encoding="UTF-8"?>
<CreateNatGatewayResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>98cac787</requestId>
    <natGateway>
        <natGatewayAddressSet><item><isPrimary>true</isPrimary><status>associating</status></item></natGatewayAddressSet>
        <tagSet>
            <item><key>StratusRedTeam</key><value>true</value></item>
            <item><key>Name</key><value>a</value></item>
        </tagSet>
        <unsuccessful/>
    </natGateway>
</CreateNatGatewayResponse>"#;
        assert_eq!(
            generic_xml(text),
            Some(json!({"CreateNatGatewayResponse": {
                "xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/",
                "requestId": "98cac787",
                "natGateway": {
                    "natGatewayAddressSet": {"item": {"isPrimary": true, "status": "associating"}},
                    "tagSet": {"item": [{"key": "StratusRedTeam", "value": true}, {"key": "Name", "value": "a"}]},
                    "unsuccessful": "",
                },
            }}))
        );
    }

    #[test]
    fn texts_beside_attributes_and_numbers() {
        let text = "<R><id tag=\"1\">vpc-1</id><n>12</n><z>007</z><d>1.5</d><v>1.10</v><e>1e3</e><m>-3</m></R>";
        assert_eq!(
            generic_xml(text),
            Some(json!({"R": {
                "id": {"tag": 1, "content": "vpc-1"}, "n": 12, "z": "007", "d": 1.5, "v": "1.10", "e": "1e3", "m": -3,
            }}))
        );
        assert_eq!(generic_xml("<R/>"), Some(json!({"R": ""})));
    }

    #[test]
    fn damage_is_nothing() {
        for text in ["", "R", "<R>", "<R></S>", &"<a>".repeat(100_000)] {
            assert_eq!(generic_xml(text), None, "{text:.20}");
        }
    }
}
