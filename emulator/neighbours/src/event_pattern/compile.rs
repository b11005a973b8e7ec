//! From a pattern's text to its branches.
//!
//! Not here: the entries of a field's list.

use std::mem;
use std::sync::Arc;

use super::branch::{Branch, Criteria, Path};
use super::lexer::{Lexer, Token};
use super::refusal::InvalidPattern;
use super::{MAX_COMBINATIONS, MAX_STEPS, operator};

/// The name that joins objects of which one must be met (D).
const OR: &str = "$or";

/// Names that an object within `$or` may not give a field, lest an operator be taken for one (D, Ruler's README,
/// which points at this list; the last ones are kept for later).
const RESERVED_WITHIN_OR: [&str; 25] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "html",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// Whether an object stands within `$or`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Pattern,
    Or,
}

/// Reads a pattern.
pub(super) fn compile(text: &str) -> Result<Vec<Branch>, InvalidPattern> {
    let mut compiler = Compiler {
        lexer: Lexer::new(text),
        path: Vec::new(),
        nesting: 0,
    };
    if compiler.lexer.next()? != Token::ObjectStart {
        return Err(compiler.lexer.refuse("Filter is not an object"));
    }
    let mut branches = vec![Branch::default()];
    compiler.object(&mut branches, Within::Pattern)?;
    compiler.lexer.finish()?;
    Ok(branches)
}

#[derive(Debug)]
struct Compiler<'t> {
    lexer: Lexer<'t>,
    /// The steps to the object that is read.
    path: Vec<Box<str>>,
    /// Objects around the one that is read, those of `$or` among them.
    nesting: usize,
}

impl Compiler<'_> {
    /// The rest of an object whose brace is read. All its fields must be met in every branch.
    fn object(&mut self, branches: &mut Vec<Branch>, within: Within) -> Result<(), InvalidPattern> {
        self.nesting += 1;
        if self.nesting > MAX_STEPS {
            return Err(InvalidPattern::too_deep());
        }
        let mut fields = 0;
        while let Token::Name(name) = self.lexer.next()? {
            fields += 1;
            if name == OR {
                self.or(branches)?;
            } else {
                self.field(&name, branches, within)?;
            }
        }
        if fields == 0 {
            return Err(self.lexer.refuse("Empty objects are not allowed"));
        }
        self.nesting -= 1;
        Ok(())
    }

    /// What stands behind a field's name.
    fn field(
        &mut self,
        name: &str,
        branches: &mut Vec<Branch>,
        within: Within,
    ) -> Result<(), InvalidPattern> {
        if within == Within::Or && RESERVED_WITHIN_OR.contains(&name) {
            let reason =
                format!("{name} is Ruler reserved fieldName which cannot be used inside {OR}.");
            return Err(self.lexer.refuse(&reason));
        }
        let outer = self.path.len();
        self.path.extend(name.split('.').map(Box::from));
        if self.path.len() > MAX_STEPS {
            return Err(InvalidPattern::too_deep());
        }
        match self.lexer.next()? {
            Token::ObjectStart => self.object(branches, within)?,
            Token::ArrayStart => {
                let criteria = self.list()?;
                let path: Path = Arc::from(self.path.as_slice());
                for branch in branches {
                    branch.set(&path, &criteria);
                }
            }
            _ => {
                return Err(self
                    .lexer
                    .refuse(&format!("\"{name}\" must be an object or an array")));
            }
        }
        self.path.truncate(outer);
        Ok(())
    }

    /// The list of `$or`: every branch so far goes on once for every object.
    fn or(&mut self, branches: &mut Vec<Branch>) -> Result<(), InvalidPattern> {
        let so_far = mem::take(branches);
        if self.lexer.next()? != Token::ArrayStart {
            return Err(self
                .lexer
                .refuse(&format!("It must be an Array followed with {OR}.")));
        }
        let mut objects = 0;
        loop {
            match self.lexer.next()? {
                Token::ArrayEnd => break,
                Token::ObjectStart => {
                    objects += 1;
                    let mut ways = so_far.clone();
                    self.object(&mut ways, Within::Or)?;
                    if branches.len() + ways.len() > MAX_COMBINATIONS {
                        return Err(InvalidPattern::too_many_combinations());
                    }
                    branches.append(&mut ways);
                }
                _ => {
                    let reason =
                        format!("Only JSON object is allowed in array of {OR} relationship.");
                    return Err(self.lexer.refuse(&reason));
                }
            }
        }
        if objects < 2 {
            return Err(self.lexer.refuse(&format!(
                "There must have at least 2 Objects in {OR} relationship."
            )));
        }
        Ok(())
    }

    /// The rest of a field's list whose bracket is read.
    fn list(&mut self) -> Result<Criteria, InvalidPattern> {
        let mut criteria = Vec::new();
        loop {
            match self.lexer.next()? {
                Token::ArrayEnd => break,
                token => criteria.push(operator::entry(&mut self.lexer, token)?),
            }
        }
        if criteria.is_empty() {
            return Err(self.lexer.refuse("Empty arrays are not allowed"));
        }
        Ok(Criteria::from(criteria))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<Vec<String>> {
        let branches = compile(text).expect(text);
        branches
            .iter()
            .map(|branch| branch.fields().map(|(path, _)| path.join("/")).collect())
            .collect()
    }

    #[test]
    fn every_way_through_or_is_a_branch() {
        let text = r#"{"s": [1], "$or": [{"a": [1]}, {"b": [1], "$or": [{"c": [1]}, {"d": {"e": [1]}}]}, {"f.g": [1]}]}"#;
        assert_eq!(
            fields(text),
            [
                vec!["a", "s"],
                vec!["b", "c", "s"],
                vec!["b", "d/e", "s"],
                vec!["f/g", "s"]
            ]
        );
        let text = r#"{"d": {"$or": [{"a": [1]}, {"b": [1]}]}, "$or": [{"x": [1]}, {"y": [1]}]}"#;
        assert_eq!(
            fields(text),
            [["d/a", "x"], ["d/b", "x"], ["d/a", "y"], ["d/b", "y"]]
        );
    }

    #[test]
    fn equal_names_are_one_field() {
        assert_eq!(
            fields(r#"{"a": [1], "b": {"c": [1]}, "a": [2], "b": {"d": [1]}}"#),
            [["a", "b/c", "b/d"]]
        );
    }

    #[test]
    fn combinations_are_limited() {
        let or = |times: usize| {
            let lists =
                (0..times).map(|at| format!(r#""n{at}": {{"$or": [{{"a":[1]}},{{"b":[1]}}]}}"#));
            format!("{{{}}}", lists.collect::<Vec<_>>().join(","))
        };
        assert_eq!(fields(&or(9)).len(), 512);
        assert_eq!(
            compile(&or(10)).expect_err("1024"),
            InvalidPattern::too_many_combinations()
        );
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| format!("{}[1]{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        assert!(compile(&nested(MAX_STEPS)).is_ok());
        assert_eq!(
            compile(&nested(MAX_STEPS + 1)).expect_err("nested"),
            InvalidPattern::too_deep()
        );
        let dotted = format!("{{\"{}\":[1]}}", ".".repeat(MAX_STEPS));
        assert_eq!(
            compile(&dotted).expect_err("dotted"),
            InvalidPattern::too_deep()
        );
        let or = "{\"$or\":[".repeat(MAX_STEPS + 1);
        assert_eq!(compile(&or).expect_err("or"), InvalidPattern::too_deep());
    }
}
