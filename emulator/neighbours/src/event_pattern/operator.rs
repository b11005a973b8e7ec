//! The entries of a field's list, as they are written.
//!
//! The refusals are those of Ruler's compiler, which AWS's answers repeat word for word, wrong words included: a
//! `cidr` that is no string is told to be a `prefix` (O).
//!
//! Not here: `anything-but`, which has a file of its own, and what the entries pick.

use super::address::{Address, Block};
use super::amount::{Amount, Bound, Figure, OUT_OF_RANGE, Span};
use super::anything_but;
use super::criterion::{Constant, Criterion};
use super::lexer::{Lexer, Token};
use super::refusal::InvalidPattern;
use super::text::TextTest;
use super::wildcard::{Wildcard, WildcardFault};

const ONE_KEY: &str = "Only one key allowed in match expression";
const TOO_MANY: &str = "Too many elements in numeric expression";

/// An entry whose first token is read.
pub(super) fn entry(lexer: &mut Lexer<'_>, first: Token) -> Result<Criterion, InvalidPattern> {
    match first {
        Token::ObjectStart => expression(lexer),
        Token::Text(text) => Ok(exact(text)),
        Token::Number(text) => Ok(Criterion::Figure(Figure::parse(&text))),
        Token::True => Ok(Criterion::Constant(Constant::True)),
        Token::False => Ok(Criterion::Constant(Constant::False)),
        Token::Null => Ok(Criterion::Constant(Constant::Null)),
        Token::ObjectEnd
        | Token::ArrayStart
        | Token::ArrayEnd
        | Token::Name(_)
        | Token::Nothing => {
            Err(lexer.refuse("Match value must be String, number, true, false, or null"))
        }
    }
}

/// A string that is an address is equal to all writings of the address (I, Ruler's sources).
fn exact(text: String) -> Criterion {
    match Address::parse(&text) {
        Some(address) => Criterion::Block(Block::only(address)),
        None => Criterion::Text(TextTest::Is(text)),
    }
}

/// An operator whose brace is read.
fn expression(lexer: &mut Lexer<'_>) -> Result<Criterion, InvalidPattern> {
    let Token::Name(name) = lexer.next()? else {
        return Err(lexer.refuse("Match expression name not found"));
    };
    match name.as_str() {
        "exactly" => Ok(Criterion::Text(TextTest::Is(only_text(lexer, "exact")?))),
        "prefix" => affix(lexer, &PREFIX),
        "suffix" => affix(lexer, &SUFFIX),
        "equals-ignore-case" => Ok(Criterion::Text(TextTest::IsIgnoringCase(only_text(
            lexer,
            "equals-ignore-case",
        )?))),
        "wildcard" => {
            let text = string(lexer, "wildcard")?;
            lexer.settle();
            let wildcard = wildcard(lexer, &text)?;
            close(lexer, ONE_KEY)?;
            Ok(Criterion::Text(TextTest::Wildcard(wildcard)))
        }
        "cidr" => {
            let text = string(lexer, "prefix")?;
            let block = Block::parse(&text).map_err(InvalidPattern::new)?;
            close(lexer, ONE_KEY)?;
            Ok(Criterion::Block(block))
        }
        "numeric" => {
            if lexer.next()? != Token::ArrayStart {
                return Err(lexer.refuse("Value of numeric must be an array."));
            }
            let span = numeric(lexer)?;
            close(lexer, TOO_MANY)?;
            Ok(Criterion::Span(span))
        }
        "exists" => {
            let criterion = match lexer.next()? {
                Token::True => Criterion::Present,
                Token::False => Criterion::Absent,
                _ => return Err(lexer.refuse("exists match pattern must be either true or false.")),
            };
            close(lexer, ONE_KEY)?;
            Ok(criterion)
        }
        "anything-but" => anything_but::read(lexer),
        _ => Err(lexer.refuse(&format!("Unrecognized match type {name}"))),
    }
}

/// What tells `prefix` from `suffix`.
struct Affix {
    name: &'static str,
    title: &'static str,
    test: fn(String) -> TextTest,
    test_ignoring_case: fn(String) -> TextTest,
}

const PREFIX: Affix = Affix {
    name: "prefix",
    title: "Prefix",
    test: TextTest::Prefix,
    test_ignoring_case: TextTest::PrefixIgnoringCase,
};

const SUFFIX: Affix = Affix {
    name: "suffix",
    title: "Suffix",
    test: TextTest::Suffix,
    test_ignoring_case: TextTest::SuffixIgnoringCase,
};

/// A string, or a string whose case is ignored.
fn affix(lexer: &mut Lexer<'_>, affix: &Affix) -> Result<Criterion, InvalidPattern> {
    let text = match lexer.next()? {
        Token::Text(text) => text,
        Token::ObjectStart => {
            let Token::Name(name) = lexer.next()? else {
                return Err(lexer.refuse(&format!("{} expression name not found", affix.title)));
            };
            if name != "equals-ignore-case" {
                return Err(lexer.refuse(&format!("Unsupported {} pattern: {name}", affix.name)));
            }
            let text = only_text(lexer, "equals-ignore-case")?;
            close(lexer, ONE_KEY)?;
            return Ok(Criterion::Text((affix.test_ignoring_case)(text)));
        }
        _ => return Err(lexer.refuse(&format!("{} match pattern must be a string", affix.name))),
    };
    close(lexer, ONE_KEY)?;
    Ok(Criterion::Text((affix.test)(text)))
}

/// The string of an operator, and the end of its object.
fn only_text(lexer: &mut Lexer<'_>, operator: &str) -> Result<String, InvalidPattern> {
    let text = string(lexer, operator)?;
    close(lexer, ONE_KEY)?;
    Ok(text)
}

fn string(lexer: &mut Lexer<'_>, operator: &str) -> Result<String, InvalidPattern> {
    match lexer.next()? {
        Token::Text(text) => Ok(text),
        _ => Err(lexer.refuse(&format!("{operator} match pattern must be a string"))),
    }
}

/// The end of an object that holds nothing more.
pub(super) fn close(lexer: &mut Lexer<'_>, otherwise: &str) -> Result<(), InvalidPattern> {
    if lexer.next()? == Token::ObjectEnd {
        Ok(())
    } else {
        Err(lexer.refuse(otherwise))
    }
}

/// A wildcard pattern, or its refusal at the place that is reached.
pub(super) fn wildcard(lexer: &Lexer<'_>, text: &str) -> Result<Wildcard, InvalidPattern> {
    Wildcard::parse(text).map_err(|fault| match fault {
        WildcardFault::Written(reason) => lexer.refuse(&reason),
        WildcardFault::Complex => InvalidPattern::too_complex(),
    })
}

/// One comparison, or one with the lower and one with the upper end in this order.
fn numeric(lexer: &mut Lexer<'_>) -> Result<Span, InvalidPattern> {
    let operator = match lexer.next()? {
        Token::Text(operator) => operator,
        other => {
            lexer.settle();
            return Err(lexer.refuse(&format!(
                "Invalid member in numeric match: {}",
                other.shown()
            )));
        }
    };
    let operand = lexer.next()?;
    match operator.as_str() {
        "=" => {
            let amount = last_amount(lexer, &operand, "equals", TOO_MANY)?;
            Ok(Span {
                bottom: Bound::With(amount),
                top: Bound::With(amount),
            })
        }
        "<=" => {
            let top = Bound::With(last_amount(lexer, &operand, "<=", TOO_MANY)?);
            Ok(Span {
                bottom: Bound::Open,
                top,
            })
        }
        "<" => {
            let top = Bound::Without(last_amount(lexer, &operand, "<", TOO_MANY)?);
            Ok(Span {
                bottom: Bound::Open,
                top,
            })
        }
        ">=" => upward(lexer, &operand, ">=", Bound::With),
        ">" => upward(lexer, &operand, ">", Bound::Without),
        _ => Err(lexer.refuse(&format!("Unrecognized numeric range operator: {operator}"))),
    }
}

/// A lower end, and perhaps an upper one.
fn upward(
    lexer: &mut Lexer<'_>,
    operand: &Token,
    operator: &str,
    bottom: fn(Amount) -> Bound,
) -> Result<Span, InvalidPattern> {
    let text = figure(lexer, operand, operator)?;
    let second = match lexer.next()? {
        Token::ArrayEnd => {
            let bottom = bottom(amount(lexer, text)?);
            return Ok(Span {
                bottom,
                top: Bound::Open,
            });
        }
        Token::Text(second) => second,
        other => {
            lexer.settle();
            return Err(lexer.refuse(&format!("Bad value in numeric range: {}", other.shown())));
        }
    };
    lexer.settle();
    let top: fn(Amount) -> Bound = match second.as_str() {
        "<" => Bound::Without,
        "<=" => Bound::With,
        _ => return Err(lexer.refuse(&format!("Bad numeric range operator: {second}"))),
    };
    let operand = lexer.next()?;
    let highest = last_amount(
        lexer,
        &operand,
        &second,
        "Too many terms in numeric range expression",
    )?;
    let lowest = amount(lexer, text)?;
    if lowest >= highest {
        return Err(lexer.refuse("Bottom must be less than top"));
    }
    Ok(Span {
        bottom: bottom(lowest),
        top: top(highest),
    })
}

/// The number after an operator, with which the list ends.
fn last_amount(
    lexer: &mut Lexer<'_>,
    operand: &Token,
    operator: &str,
    otherwise: &str,
) -> Result<Amount, InvalidPattern> {
    let text = figure(lexer, operand, operator)?;
    if lexer.next()? != Token::ArrayEnd {
        return Err(lexer.refuse(otherwise));
    }
    amount(lexer, text)
}

fn figure<'o>(
    lexer: &Lexer<'_>,
    operand: &'o Token,
    operator: &str,
) -> Result<&'o str, InvalidPattern> {
    match operand {
        Token::Number(text) => Ok(text),
        _ => Err(lexer.refuse(&format!("Value of {operator} must be numeric"))),
    }
}

fn amount(lexer: &Lexer<'_>, text: &str) -> Result<Amount, InvalidPattern> {
    Amount::parse(text).ok_or_else(|| lexer.refuse(OUT_OF_RANGE))
}

#[cfg(test)]
mod tests;
