//! Where the lines of a suite stand in its file: a logical line with those
//! that continue it, and the way back from a place in it to a place in the
//! file. Reading what a line says is the script's business.

use std::ops::Range;

/// A line with those that continue it, joined as the script joins them.
#[derive(Clone, Debug)]
pub(super) struct Logical {
    /// The number of its first line, from 1.
    pub(super) number: usize,
    /// Its text.
    pub(super) text: String,
    /// Where each physical line begins: in the text and in the file.
    segments: Vec<(usize, usize)>,
}

impl Logical {
    /// The bytes of the file that hold these bytes of the text.
    pub(super) fn in_file(&self, range: Range<usize>) -> Range<usize> {
        self.place(range.start)..self.place(range.end)
    }

    /// Where its last physical line ends in the file.
    pub(super) fn end(&self) -> usize {
        self.place(self.text.len())
    }

    fn place(&self, at: usize) -> usize {
        let (text, file) = self
            .segments
            .iter()
            .rev()
            .find(|(text, _)| *text <= at)
            .copied()
            .unwrap_or_default();
        file + (at - text)
    }
}

/// All lines of a file, without comments and blanks.
pub(super) fn logical_lines(text: &str) -> Vec<Logical> {
    let mut lines: Vec<Logical> = Vec::new();
    let mut begin = 0;
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let at = begin;
        begin += whole.len();
        let line = whole.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let continues = line.starts_with([' ', '\t']);
        match lines.last_mut() {
            Some(last) if continues => {
                let indent = line.len() - line.trim_start().len();
                last.text.push('\n');
                last.segments.push((last.text.len(), at + indent));
                last.text.push_str(line.trim_start());
            }
            _ => lines.push(Logical {
                number: index + 1,
                text: line.to_owned(),
                segments: vec![(0, at)],
            }),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_line_is_a_place_in_the_file() {
        let text =
            "# one\ncase a\n\n< 200 {\"a\":1,\n   # no comment\n# a comment\n\t\"b\":2}  \n> X\n";
        let lines = logical_lines(text);
        let told: Vec<(usize, &str)> = lines
            .iter()
            .map(|line| (line.number, line.text.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (2, "case a"),
                (4, "< 200 {\"a\":1,\n# no comment\n\"b\":2}"),
                (8, "> X")
            ]
        );
        let line = &lines[1];
        for piece in ["200", "\"a\":1,", "\"b\":2}", "2"] {
            let at = line.text.rfind(piece).unwrap();
            assert_eq!(&text[line.in_file(at..at + piece.len())], piece);
        }
        assert_eq!(&text[line.end()..], "  \n> X\n");
    }
}
