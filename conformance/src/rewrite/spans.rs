//! Where the parts of a pattern stand in its text, before variables are put
//! in. It sees objects, arrays and what lies in them; what a leaf means is the
//! pattern's business.

use std::ops::Range;

/// A part of a pattern and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) range: Range<usize>,
    pub(super) shape: Shape,
}

/// What a part is made of.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// Members, and where its `...` stands.
    Object {
        members: Vec<Member>,
        gap: Option<Range<usize>>,
    },
    /// Elements, none of them a gap or a repetition.
    Array(Vec<Node>),
    /// Anything else.
    Leaf,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// From the name's quote to the end of the value.
    pub(super) range: Range<usize>,
    pub(super) value: Node,
}

/// Reads a text that is a readable pattern; nothing for one that is not.
pub(super) fn read(text: &str) -> Option<Node> {
    let mut reader = Reader { text, at: 0 };
    let node = reader.node()?;
    reader.blanks();
    (reader.at == text.len()).then_some(node)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn node(&mut self) -> Option<Node> {
        self.blanks();
        let start = self.at;
        let shape = match self.peek()? {
            '{' => self.object()?,
            '[' => self.array()?,
            _ => {
                self.leaf()?;
                Shape::Leaf
            }
        };
        Some(Node {
            range: start..self.at,
            shape,
        })
    }

    fn object(&mut self) -> Option<Shape> {
        let mut members = Vec::new();
        let mut gap = None;
        self.take("{");
        loop {
            self.blanks();
            let start = self.at;
            if self.take("}") {
                return Some(Shape::Object { members, gap });
            }
            if self.take("...") {
                gap = Some(start..self.at);
            } else {
                self.string()?;
                let name = serde_json::from_str(&self.text[start..self.at]).ok()?;
                self.blanks();
                self.take(":").then_some(())?;
                let value = self.node()?;
                members.push(Member {
                    name,
                    range: start..self.at,
                    value,
                });
            }
            self.blanks();
            self.take(",");
        }
    }

    fn array(&mut self) -> Option<Shape> {
        let mut elements = Vec::new();
        let mut irregular = false;
        self.take("[");
        loop {
            self.blanks();
            if self.take("]") {
                return Some(match irregular {
                    true => Shape::Leaf,
                    false => Shape::Array(elements),
                });
            }
            if self.take("...") {
                irregular = true;
            } else {
                irregular |= self.rest().starts_with("$(");
                elements.push(self.node()?);
            }
            self.blanks();
            self.take(",");
        }
    }

    /// A string, a wildcard, a scalar or a repetition.
    fn leaf(&mut self) -> Option<()> {
        match self.peek()? {
            '"' => self.string(),
            '<' => self.wildcard(),
            _ => {
                let start = self.at;
                while let Some(c) = self.peek() {
                    if self.rest().starts_with("$(") {
                        self.repetition()?;
                    } else if c.is_whitespace() || ",]}>".contains(c) {
                        break;
                    } else {
                        self.at += c.len_utf8();
                    }
                }
                (self.at > start).then_some(())
            }
        }
    }

    fn wildcard(&mut self) -> Option<()> {
        self.take("<");
        if self.take("/") {
            self.past('/')?;
        }
        loop {
            match self.peek()? {
                '>' => {
                    self.at += 1;
                    return Some(());
                }
                '<' => self.wildcard()?,
                '"' => self.string()?,
                '$' if self.rest().starts_with("$(") => self.repetition()?,
                c => self.at += c.len_utf8(),
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.take("\"").then_some(())?;
        loop {
            if self.rest().starts_with("$(") {
                self.repetition()?;
                continue;
            }
            let c = self.peek()?;
            self.at += c.len_utf8();
            match c {
                '"' => return Some(()),
                '\\' => self.at += self.peek()?.len_utf8(),
                _ => {}
            }
        }
    }

    /// `$(…)`, whose parentheses may be nested.
    fn repetition(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            let c = self.peek()?;
            self.at += c.len_utf8();
            match c {
                '(' => depth += 1,
                ')' if depth == 1 => return Some(()),
                ')' => depth -= 1,
                _ => {}
            }
        }
    }

    /// Behind the next `end` that has no backslash before it.
    fn past(&mut self, end: char) -> Option<()> {
        loop {
            let c = self.peek()?;
            self.at += c.len_utf8();
            match c {
                '\\' => self.at += self.peek()?.len_utf8(),
                c if c == end => return Some(()),
                _ => {}
            }
        }
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str) -> Vec<&str> {
        fn gather<'a>(text: &'a str, node: &Node, found: &mut Vec<&'a str>) {
            match &node.shape {
                Shape::Object { members, gap } => {
                    for member in members {
                        assert!(text[member.range.clone()].starts_with('"'));
                        gather(text, &member.value, found);
                    }
                    found.extend(gap.clone().map(|gap| &text[gap]));
                }
                Shape::Array(nodes) => nodes.iter().for_each(|node| gather(text, node, found)),
                Shape::Leaf => found.push(&text[node.range.clone()]),
            }
        }
        let mut found = Vec::new();
        gather(text, &read(text).unwrap(), &mut found);
        found
    }

    #[test]
    fn parts_are_found_where_they_stand() {
        let text = r#"{"a": <uuid as id> , "b":[ 1,"x\"]", <json {"c":"}>"}>],
            "d":$number, "e":"$(3 of "")", "f":</a\/>"b/ as x>,"g":{},...}"#;
        assert_eq!(
            leaves(text),
            [
                "<uuid as id>",
                "1",
                r#""x\"]""#,
                r#"<json {"c":"}>"}>"#,
                "$number",
                r#""$(3 of "")""#,
                r#"</a\/>"b/ as x>"#,
                "..."
            ]
        );
    }

    #[test]
    fn an_array_with_gaps_or_repetitions_is_one_part() {
        for text in [r#"[...,1]"#, r#"[$(3 items "a#")]"#, "<set 1,{}>", "null"] {
            assert_eq!(leaves(text), [text]);
        }
        for text in ["", "{", "[1", "\"a", "<a", "1 2"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
