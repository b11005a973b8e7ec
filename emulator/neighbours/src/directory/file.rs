//! The file of a directory: one JSON line for each change, in order. When there are many more lines than things, it is
//! written anew, beside the old one and then in its place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::state::{Change, State};

/// So many lines more than twice the things there are before the file is written anew.
const SLACK: usize = 1000;

#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: File,
    lines: usize,
}

impl Log {
    /// Reads the file into the state, and goes on from there. A last line that was cut off is dropped: its call was never
    /// answered.
    pub(super) fn open(path: &Path, state: &mut State) -> io::Result<Self> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut whole = 0;
        let mut lines = 0;
        let all = text.split_inclusive(|byte| *byte == b'\n');
        for line in all.filter(|line| line.ends_with(b"\n")) {
            let change: Change = serde_json::from_slice(line).map_err(|error| {
                let place = lines + 1;
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("{} line {place}: {error}", path.display()),
                )
            })?;
            state.apply(change);
            whole += line.len();
            lines += 1;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        if whole < text.len() {
            file.set_len(whole as u64)?;
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            lines,
        })
    }

    /// Writes changes down, all in one write.
    pub(super) fn append(&mut self, changes: &[Change]) -> io::Result<()> {
        let mut text = Vec::new();
        for change in changes {
            serde_json::to_writer(&mut text, change)?;
            text.push(b'\n');
        }
        let length = self.file.metadata()?.len();
        if let Err(error) = self.file.write_all(&text) {
            // Half a line would make the file unreadable for the lines after it.
            self.file.set_len(length)?;
            return Err(error);
        }
        self.lines += changes.len();
        Ok(())
    }

    /// Whether most lines are of the past.
    pub(super) fn is_long(&self, state: &State) -> bool {
        self.lines > 2 * state.len() + SLACK
    }

    /// Writes the file anew, with what there is now.
    pub(super) fn compact(&mut self, state: &State) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut text = Vec::new();
        let mut lines = 0;
        for change in state.changes() {
            serde_json::to_writer(&mut text, &change)?;
            text.push(b'\n');
            lines += 1;
        }
        let mut file = File::create(&beside)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        self.file = OpenOptions::new().append(true).open(&self.path)?;
        self.lines = lines;
        Ok(())
    }
}
