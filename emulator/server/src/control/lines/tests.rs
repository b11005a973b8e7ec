//! Streams of every form, in pieces of every size.

use super::*;

/// Everything that is cut, with the stream arriving in pieces of this size.
fn cuts(mut cutter: Cutter, stream: &str, size: usize) -> Result<Vec<(u64, String)>, Garbled> {
    let mut all = Vec::new();
    let mut keep = |cut: Cut| {
        all.push((cut.line, String::from_utf8_lossy(&cut.bytes).into_owned()));
    };
    for piece in stream.as_bytes().chunks(size) {
        cutter.push(piece);
        while let Some(cut) = cutter.next_record()? {
            keep(cut);
        }
    }
    cutter.end()?.into_iter().for_each(keep);
    Ok(all)
}

fn each_size(form: fn() -> Cutter, stream: &str, expected: &[(u64, &str)]) {
    for size in [1, 2, 3, 7, 1000] {
        let got = cuts(form(), stream, size).unwrap();
        let got: Vec<_> = got
            .iter()
            .map(|(line, text)| (*line, text.as_str()))
            .collect();
        assert_eq!(got, expected, "in pieces of {size}");
    }
}

#[test]
fn lines_are_cut_and_counted() {
    each_size(
        Cutter::lines,
        "a\n\nbb\r\nc",
        &[(1, "a"), (3, "bb\r"), (4, "c")],
    );
    each_size(Cutter::lines, "", &[]);
    each_size(Cutter::lines, "\n \n", &[]);
    each_size(Cutter::lines, "\u{feff}a\nb", &[(1, "a"), (2, "b")]);
    each_size(Cutter::lines, "\u{feff}a", &[(1, "a")]);
    each_size(Cutter::lines, "\u{feff}", &[]);
}

#[test]
fn log_files_are_cut() {
    let file = "{ \"Records\" : [\n{\"a\":\"}\\\"]\"},\n{\"b\":[{}]}\n]}\n";
    each_size(
        Cutter::document,
        file,
        &[(2, r#"{"a":"}\"]"}"#), (3, r#"{"b":[{}]}"#)],
    );
    each_size(Cutter::document, r#"{"Records":[]}"#, &[]);
}

#[test]
fn arrays_and_answers_of_event_history_are_cut() {
    each_size(
        Cutter::document,
        "[{\"a\":1},\n {\"b\":[2]}]",
        &[(1, "{\"a\":1}"), (2, "{\"b\":[2]}")],
    );
    let pages = "{\"Events\":[{\"a\":1}],\n\"NextToken\":\"]}\"}\n{\"Events\":[{\"b\":2}]}\n{\"c\":3}[]{\"Records\":[]}[]";
    each_size(
        Cutter::document,
        pages,
        &[(1, "{\"a\":1}"), (3, "{\"b\":2}"), (4, "{\"c\":3}")],
    );
    each_size(Cutter::document, "\u{feff}[{}]", &[(1, "{}")]);
    each_size(Cutter::document, "[]", &[]);
    // Files with marks, put together.
    each_size(
        Cutter::document,
        "\u{feff}{\"a\":1}\r\n\u{feff}{\"Records\":[{}]}\u{feff}[{\"b\":1}]",
        &[(1, "{\"a\":1}"), (2, "{}"), (2, "{\"b\":1}")],
    );
}

#[test]
fn single_records_are_cut() {
    each_size(Cutter::document, "{\n\"a\":1}\n", &[(1, "{\n\"a\":1}")]);
    each_size(
        Cutter::document,
        "{\"a\":1}\n\n{\"b\":2}",
        &[(1, "{\"a\":1}"), (3, "{\"b\":2}")],
    );
    each_size(Cutter::document, "  ", &[]);
}

#[test]
fn what_is_garbled_names_its_line() {
    let line = |stream| cuts(Cutter::document(), stream, 1000).unwrap_err().line;
    assert_eq!(line("x"), 1);
    assert_eq!(line("[1]"), 1);
    assert_eq!(line("{\"Records\":[\n1]}"), 2);
    assert_eq!(line("{\"Records\":[{}],\n\"x\":1"), 2);
    assert_eq!(line("{\"Records\":[{}]}\n]"), 2);
    assert_eq!(line("{\"Records\":[\n{}\n"), 3);
    assert_eq!(line("{\"a\":"), 1);
    assert_eq!(line("{}\n\u{fefe}"), 2);
    let mut packed = Cutter::document();
    packed.push(&[0x1F, 0x8B, 8, 0]);
    let told = packed.next_record().unwrap_err();
    assert!(told.reason.contains("gzip"), "{told:?}");
}

#[test]
fn a_record_has_a_limit() {
    let long = "x".repeat(RECORD_LIMIT + 1);
    assert!(cuts(Cutter::lines(), &long, 1 << 16).is_err());
    assert!(cuts(Cutter::document(), &format!("{{\"{long}"), 1 << 16).is_err());
}
