//! The subset of regular expressions that stands between percent signs, and its way into a linear-time engine.
//!
//! Everything outside of the subset is refused here, so that no extension of the engine becomes visible.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

use super::InvalidPattern;

/// Bytes that one compiled expression may take (I: AWS names no limit for repetitions such as `a{900}{900}`).
const MAX_COMPILED_BYTES: usize = 1 << 18;

/// Symbols that stand for themselves (D). The space is D too, by the example `%^shutting down%`.
const SYMBOLS: &str = ":_#=@/;,- ";

/// Characters with a meaning, which a backslash takes away (D).
const OPERATORS: &str = "^$?[]{}|\\*+.";

/// Compiles what stands between the percent signs. It matches anywhere in a text unless anchored (D).
pub(super) fn compile(source: &str) -> Result<Regex, InvalidPattern> {
    if source.is_empty() {
        return Err(InvalidPattern::Pattern);
    }
    // Any character, the line's end included, is what a dot matches (I: D says "any single character").
    RegexBuilder::new(&translate(source)?)
        .dot_matches_new_line(true)
        .size_limit(MAX_COMPILED_BYTES)
        .build()
        .map_err(|_| InvalidPattern::Pattern)
}

fn translate(source: &str) -> Result<String, InvalidPattern> {
    let mut rest = source.chars().peekable();
    let mut out = String::new();
    while let Some(next) = rest.next() {
        match next {
            '^' | '$' | '?' | '|' | '*' | '+' | '.' => out.push(next),
            '\\' => out.push_str(&escape(&mut rest)?.written()),
            '[' => class(&mut rest, &mut out)?,
            '{' => repetition(&mut rest, &mut out)?,
            ']' | '}' => out.push_str(&literal(next)),
            plain if is_plain(plain) => out.push_str(&literal(plain)),
            unknown => return Err(InvalidPattern::Characters(unknown.to_string())),
        }
    }
    Ok(out)
}

/// One thing that a place in a text can be.
enum Atom {
    Character(char),
    /// A class in the engine's writing, such as that of `\d`.
    Class(&'static str),
}

impl Atom {
    fn written(&self) -> String {
        match self {
            Self::Character(c) => literal(*c),
            Self::Class(class) => (*class).to_owned(),
        }
    }
}

/// What follows a backslash. Parentheses stay refused even so (O: modernisation-platform-environments#5137).
fn escape(rest: &mut Peekable<Chars<'_>>) -> Result<Atom, InvalidPattern> {
    let Some(escaped) = rest.next() else {
        return Err(InvalidPattern::Pattern);
    };
    let atom = match escaped {
        'd' => Atom::Class("[0-9]"),
        'D' => Atom::Class("[^0-9]"),
        's' => Atom::Class(r"[\t\n\x0B\x0C\r ]"),
        'S' => Atom::Class(r"[^\t\n\x0B\x0C\r ]"),
        'w' => Atom::Class("[a-zA-Z_0-9]"),
        'W' => Atom::Class("[^a-zA-Z_0-9]"),
        'x' => Atom::Character(ascii(rest)?),
        symbol if OPERATORS.contains(symbol) || SYMBOLS.contains(symbol) => Atom::Character(symbol),
        unknown => return Err(InvalidPattern::Characters(format!("\\{unknown}"))),
    };
    Ok(atom)
}

/// The two digits of `\xhh`, which point into the ASCII table (D).
fn ascii(rest: &mut Peekable<Chars<'_>>) -> Result<char, InvalidPattern> {
    let digits = [rest.next(), rest.next()];
    let mut code = 0;
    for digit in digits {
        let value = digit
            .and_then(|c| c.to_digit(16))
            .ok_or(InvalidPattern::Pattern)?;
        code = code * 16 + value;
    }
    char::from_u32(code)
        .filter(char::is_ascii)
        .ok_or(InvalidPattern::Pattern)
}

/// The inside of brackets. Set operations of the engine, such as `--`, are written so that they cannot come about.
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), InvalidPattern> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if rest.peek() == Some(&']') {
        return Err(InvalidPattern::Pattern);
    }
    while let Some(next) = rest.next() {
        if next == ']' {
            out.push(']');
            return Ok(());
        }
        let member = member(next, rest)?;
        out.push_str(&member.written());
        if let Atom::Character(start) = member
            && let Some(end) = range_end(start, rest)?
        {
            out.push('-');
            out.push_str(&literal(end));
        }
    }
    Err(InvalidPattern::Pattern)
}

/// A member of a class, where operators stand for themselves.
fn member(next: char, rest: &mut Peekable<Chars<'_>>) -> Result<Atom, InvalidPattern> {
    match next {
        '\\' => escape(rest),
        plain if is_plain(plain) || OPERATORS.contains(plain) => Ok(Atom::Character(plain)),
        unknown => Err(InvalidPattern::Characters(unknown.to_string())),
    }
}

/// Takes `-z` of `a-z`. A hyphen that begins a member, stands before the closing bracket or before a class is none of
/// a range and stands for itself.
fn range_end(start: char, rest: &mut Peekable<Chars<'_>>) -> Result<Option<char>, InvalidPattern> {
    let mut ahead = rest.clone();
    if start == '-' || ahead.next_if_eq(&'-').is_none() {
        return Ok(None);
    }
    let Some(next) = ahead.next_if(|c| *c != ']') else {
        return Ok(None);
    };
    match member(next, &mut ahead)? {
        Atom::Character(end) => {
            *rest = ahead;
            Ok(Some(end))
        }
        Atom::Class(_) => Ok(None),
    }
}

/// `{m}`, `{m,}`, `{,n}` or `{m,n}`, with spaces as D writes them in `{m, n}`.
fn repetition(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), InvalidPattern> {
    let mut body = String::new();
    loop {
        match rest.next() {
            Some('}') => break,
            Some(' ') => {}
            Some(part) if part == ',' || part.is_ascii_digit() => body.push(part),
            Some(_) | None => return Err(InvalidPattern::Pattern),
        }
    }
    let bounds = match body.split_once(',') {
        None => body,
        Some(("", "")) => return Err(InvalidPattern::Pattern),
        Some(("", most)) => format!("0,{most}"),
        Some((least, most)) => format!("{least},{most}"),
    };
    out.push('{');
    out.push_str(&bounds);
    out.push('}');
    Ok(())
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || SYMBOLS.contains(c)
}

/// A character that the engine takes for nothing but itself.
fn literal(c: char) -> String {
    if c.is_ascii_alphanumeric() {
        c.to_string()
    } else {
        format!("\\x{{{:X}}}", u32::from(c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, hits: &[&str], misses: &[&str]) {
        let regex = compile(source).unwrap();
        for hit in hits {
            assert!(regex.is_match(hit), "{source} misses {hit}");
        }
        for miss in misses {
            assert!(!regex.is_match(miss), "{source} hits {miss}");
        }
    }

    #[test]
    fn documented_examples() {
        check(
            "AUTHORIZED",
            &["[ERROR 401] UNAUTHORIZED REQUEST"],
            &["authorized"],
        );
        check("^[hc]at", &["hat", "cat"], &["a hat", "bat"]);
        check("[hc]at$", &["hat", "a cat"], &["cats"]);
        check("colou?r", &["color", "colour"], &["colouur"]);
        check("^[abcx-z]$", &["a", "b", "c", "x", "y", "z"], &["d", "-"]);
        check("^a{3,5}$", &["aaa", "aaaa", "aaaaa"], &["aa", "aaaaaa"]);
        check("^a{3, 5}$", &["aaa"], &["aa"]);
        check("^a{,2}$", &["", "aa"], &["aaa"]);
        check("^a{2,}$", &["aa", "aaaa"], &["a"]);
        check(
            "^starting|^initializing|^shutting down",
            &["starting x", "initializing", "shutting down"],
            &["skipping initializing ..."],
        );
        check("abcc|ab[^c]$", &["abcc ...", "aba"], &["aac ..."]);
        check(
            r"\[.\]",
            &["[a]", "[7]", "[@]", "[]]", "[ ]"],
            &["[]", "[ab]"],
        );
        check(r"10\.10\.0\.1", &["10.10.0.1"], &["10010,051"]);
        check("10.10.0.1", &["10010,051"], &["10.1"]);
        check("ab*c", &["ac", "abc", "abbbc"], &["ab"]);
        check("ab[0-9]*", &["ab", "ab0", "ab129"], &["a0"]);
        check("ab+c", &["abc", "abbc"], &["ac"]);
        check(".at", &["hat", "4at", "#at", " at"], &["at"]);
        check(r"^\d\D\s\S\w\W$", &["1a xa-"], &["aa xa-"]);
        check(r"\x3A", &[":"], &["x"]);
        check(r"\x28", &["("], &[")"]);
    }

    #[test]
    fn engine_extensions_stay_hidden() {
        check("^[+--]$", &[",", "-"], &["a", "."]);
        check("[a[b]", &["a", "[", "b"], &["]"]);
        check(r"\w", &["a"], &["é"]);
        check(r"[\d-]", &["1", "-"], &["a"]);
        check("^[,-/]$", &[",", "-", "/", "."], &["0"]);
        check(r"^[\x20-\x2F]$", &[" ", "(", "/"], &["0"]);
        check(r"^[\d-a]$", &["1", "-", "a"], &["b"]);
        check("^.{100}$", &["é".repeat(100).as_str()], &[]);
        check("^[a-]$", &["a", "-"], &["b"]);
    }

    #[test]
    fn refusals() {
        for source in [
            "something!",
            "(a)",
            r"\(",
            "é",
            "a<b",
            "a&&b",
            r"\b",
            r"\p",
            r"\Q",
        ] {
            assert!(
                matches!(compile(source), Err(InvalidPattern::Characters(_))),
                "{source}"
            );
        }
        for source in [
            "",
            "*a",
            "[a",
            "[]",
            "[^]",
            "a{",
            "a{}",
            "a{,}",
            "a{x}",
            "a{3,1}",
            "\\",
            r"\x4",
            r"\xFF",
            "[z-a]",
            "[a--c]",
            "a{900}{900}{900}",
            "a{99999999999}",
        ] {
            assert_eq!(
                compile(source).err(),
                Some(InvalidPattern::Pattern),
                "{source}"
            );
        }
    }
}
