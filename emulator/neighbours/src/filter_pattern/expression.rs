//! Conditions joined by `&&`, `||` and parentheses, whatever a condition is.
//!
//! Precedence is D: parentheses, then `&&`, then `||`.

use super::cursor::Cursor;
use super::{InvalidPattern, MAX_DEPTH};

/// A tree of conditions; never deeper than [`MAX_DEPTH`] parentheses, as chains lie flat.
#[derive(Debug, Clone)]
pub(super) enum Expression<T> {
    One(T),
    All(Vec<Expression<T>>),
    Any(Vec<Expression<T>>),
}

impl<T> Expression<T> {
    /// Reads an expression and stops before what cannot belong to it.
    pub(super) fn parse(
        cursor: &mut Cursor<'_>,
        condition: fn(&mut Cursor<'_>) -> Result<T, InvalidPattern>,
    ) -> Result<Self, InvalidPattern> {
        alternatives(cursor, condition, 0)
    }

    /// Whether the expression is true where `judge` says so of its conditions.
    pub(super) fn holds(&self, judge: &impl Fn(&T) -> bool) -> bool {
        match self {
            Self::One(condition) => judge(condition),
            Self::All(parts) => parts.iter().all(|part| part.holds(judge)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(judge)),
        }
    }

    /// Its conditions from left to right.
    pub(super) fn conditions(&self) -> Vec<&T> {
        match self {
            Self::One(condition) => vec![condition],
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::conditions).collect()
            }
        }
    }
}

type Condition<T> = fn(&mut Cursor<'_>) -> Result<T, InvalidPattern>;

fn alternatives<T>(
    cursor: &mut Cursor<'_>,
    condition: Condition<T>,
    depth: usize,
) -> Result<Expression<T>, InvalidPattern> {
    chain(cursor, "||", Expression::Any, |cursor| {
        chain(cursor, "&&", Expression::All, |cursor| {
            operand(cursor, condition, depth)
        })
    })
}

fn operand<T>(
    cursor: &mut Cursor<'_>,
    condition: Condition<T>,
    depth: usize,
) -> Result<Expression<T>, InvalidPattern> {
    cursor.skip_space();
    if !cursor.eat("(") {
        return condition(cursor).map(Expression::One);
    }
    if depth >= MAX_DEPTH {
        return Err(InvalidPattern::Pattern);
    }
    let inner = alternatives(cursor, condition, depth + 1)?;
    cursor.skip_space();
    cursor.expect(")")?;
    Ok(inner)
}

fn chain<T>(
    cursor: &mut Cursor<'_>,
    joint: &str,
    join: fn(Vec<Expression<T>>) -> Expression<T>,
    part: impl Fn(&mut Cursor<'_>) -> Result<Expression<T>, InvalidPattern>,
) -> Result<Expression<T>, InvalidPattern> {
    let first = part(cursor)?;
    let mut parts = vec![first];
    loop {
        cursor.skip_space();
        if !cursor.eat(joint) {
            break;
        }
        parts.push(part(cursor)?);
    }
    match parts.pop() {
        Some(only) if parts.is_empty() => Ok(only),
        Some(last) => {
            parts.push(last);
            Ok(join(parts))
        }
        None => Err(InvalidPattern::Pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cursor::is_word;
    use super::*;

    fn truth(source: &str) -> Result<bool, InvalidPattern> {
        let mut cursor = Cursor::new(source);
        let read = Expression::parse(&mut cursor, |cursor| match cursor.take_while(is_word) {
            "" => Err(cursor.unexpected()),
            word => Ok(word == "t"),
        })?;
        cursor.expect_end()?;
        Ok(read.holds(&|condition| *condition))
    }

    #[test]
    fn and_binds_before_or() {
        assert_eq!(truth("t || f && f"), Ok(true));
        assert_eq!(truth("(t || f) && f"), Ok(false));
        assert_eq!(truth("f&&f||t&&t"), Ok(true));
        assert_eq!(truth("((t))"), Ok(true));
    }

    #[test]
    fn damage_is_refused() {
        for source in [
            "",
            "t &&",
            "&& t",
            "t | t",
            "t & t",
            "(t",
            "t)",
            "()",
            "t t",
            "t || || t",
        ] {
            assert_eq!(truth(source), Err(InvalidPattern::Pattern), "{source}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| format!("{}t{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(truth(&nested(MAX_DEPTH)), Ok(true));
        assert_eq!(truth(&nested(MAX_DEPTH + 1)), Err(InvalidPattern::Pattern));
        assert_eq!(truth(&"(".repeat(1_000)), Err(InvalidPattern::Pattern));
    }
}
