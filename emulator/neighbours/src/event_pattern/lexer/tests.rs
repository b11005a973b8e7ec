//! What the lexer makes of sound and of damaged JSON.

use super::{Lexer, Token};
use crate::event_pattern::refusal::InvalidPattern;

/// All tokens of a text, until the outermost bracket is closed.
fn tokens(text: &str) -> Result<Vec<Token>, InvalidPattern> {
    let mut lexer = Lexer::new(text);
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next()?;
        let done = lexer.open.is_empty() && lexer.value.is_none();
        tokens.push(token);
        if done {
            lexer.finish()?;
            return Ok(tokens);
        }
    }
}

#[test]
fn sound_text_is_read_in_tokens() {
    let expected = vec![
        Token::ObjectStart,
        Token::Name("a".to_owned()),
        Token::ArrayStart,
        Token::Text("x\n\u{1F600}\u{e9}/".to_owned()),
        Token::Number("-1.5e+3".to_owned()),
        Token::True,
        Token::False,
        Token::Null,
        Token::ObjectStart,
        Token::ObjectEnd,
        Token::ArrayStart,
        Token::ArrayEnd,
        Token::ArrayEnd,
        Token::Name(String::new()),
        Token::Number("0".to_owned()),
        Token::ObjectEnd,
    ];
    let text = " { \"a\" : [ \"x\\n\\uD83D\\uDE00\\u00e9\\/\" , -1.5e+3,true,false ,null,{ },[ ]],\"\": 0 } \n";
    assert_eq!(tokens(text), Ok(expected));
}

#[test]
fn half_a_pair_is_replaced() {
    let half = "\u{fffd}";
    for (text, read) in [
        ("\"\\ud83d\"", half.to_owned()),
        ("\"\\ude00\"", half.to_owned()),
        ("\"\\ud83d\\u0041\"", format!("{half}A")),
        ("\"\\ud83dx\"", format!("{half}x")),
    ] {
        assert_eq!(tokens(text), Ok(vec![Token::Text(read)]), "{text}");
    }
}

/// Texts, how their refusals begin, and the columns that they name.
const DAMAGED: &[(&str, &str, usize)] = &[
    (
        "{a",
        "Unexpected character ('a' (code 97)): was expecting double-quote to start field name",
        2,
    ),
    (
        "{\"a\":[1],}",
        "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
        10,
    ),
    (
        "{\"a\" 1}",
        "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
        6,
    ),
    (
        "{\"a\":[1}",
        "Unexpected character ('}' (code 125)): was expecting comma to separate Array entries",
        8,
    ),
    (
        "{\"a\":1 \"b\"",
        "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
        8,
    ),
    (
        "{\"a\":@}",
        "Unexpected character ('@' (code 64)): expected a valid value (JSON",
        6,
    ),
    (
        "[1,]",
        "Unexpected character (']' (code 93)): expected a valid value (JSON",
        4,
    ),
    (
        "]",
        "Unexpected character (']' (code 93)): expected a valid value (JSON",
        1,
    ),
    (
        "[\"\u{7}\"]",
        "Illegal unquoted character ((CTRL-CHAR, code 7)): has to be escaped",
        4,
    ),
    (
        "[\"\\x\"]",
        "Unrecognized character escape 'x' (code 120)",
        5,
    ),
    (
        "[\"\\u12g4\"]",
        "Unexpected character ('g' (code 103)): expected a hex-digit for character escape",
        8,
    ),
    (
        "[01]",
        "Invalid numeric value: Leading zeroes not allowed",
        3,
    ),
    (
        "[-a]",
        "Unexpected character ('a' (code 97)) in numeric value: expected digit (0-9) to follow minus",
        3,
    ),
    (
        "[1.]",
        "Unexpected character (']' (code 93)) in numeric value: Decimal point not followed",
        4,
    ),
    (
        "[1e+]",
        "Unexpected character (']' (code 93)) in numeric value: Exponent indicator not",
        5,
    ),
    (
        "[\u{20ac}]",
        "Unexpected character ('\u{20ac}' (code 8364 / 0x20ac)): expected a valid value",
        2,
    ),
    ("[nul]", "Unrecognized token 'nul': was expecting", 5),
    ("[\"a", "Unexpected end-of-input in VALUE_STRING", 4),
    ("{\"a", "Unexpected end-of-input in field name", 4),
    (
        "[\"\\",
        "Unexpected end-of-input in character escape sequence",
        4,
    ),
    (
        "[\"\\u00",
        "Unexpected end-of-input in character escape sequence",
        7,
    ),
    ("-", "Unexpected end-of-input\n", 2),
    (
        "[1] 2",
        "Unexpected character ('2' (code 50)): expected the end of the event pattern",
        5,
    ),
];

#[test]
fn damage_is_refused_where_it_stands() {
    for (text, reason, column) in DAMAGED {
        let refusal = tokens(text).expect_err(text);
        assert!(refusal.reason().starts_with(*reason), "{text}: {refusal}");
        assert!(
            refusal
                .reason()
                .ends_with(&format!("line: 1, column: {column}]")),
            "{text}: {refusal}"
        );
    }
}

#[test]
fn an_end_within_brackets_names_the_bracket() {
    for text in ["{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,"] {
        let refusal = tokens(text).expect_err(text);
        let column = text.len() + 1;
        let shown = format!("[Source: (String)\"{text}\"; line: 1, column:");
        let expected = format!(
            "Unexpected end-of-input: expected close marker for Object (start marker at {shown} 1])\n at {shown} {column}]"
        );
        assert_eq!(refusal.reason(), expected);
    }
    let refusal = tokens("[1,").expect_err("an array");
    assert!(
        refusal.reason().contains("close marker for Array"),
        "{refusal}"
    );
}

#[test]
fn every_cut_of_a_sound_text_is_refused() {
    let text = "{\"a\": [\"b\\u00e9\", -1.5e3, null, {\"numeric\": [\">\", 0]}]}";
    for (cut, _) in text.char_indices().skip(1) {
        assert!(tokens(&text[..cut]).is_err(), "{}", &text[..cut]);
    }
}
