//! The file of a directory: one JSON line for the changes of each call, in order, so that a call is there as a whole or
//! not at all. When there are many more lines than things, the file is written anew, beside the old one and then in its
//! place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
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
            let changes: Vec<Change> = serde_json::from_slice(line).map_err(|error| {
                let text = format!("line {} is no change to users and keys: {error}", lines + 1);
                io::Error::new(io::ErrorKind::InvalidData, text)
            })?;
            for change in changes {
                state.apply(change);
            }
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

    /// Writes the changes of one call down, all in one write.
    pub(super) fn append(&mut self, changes: &[Change]) -> io::Result<()> {
        let mut text = serde_json::to_vec(changes)?;
        text.push(b'\n');
        let length = self.file.metadata()?.len();
        if let Err(error) = self.file.write_all(&text) {
            // Half a line would make the file unreadable for the lines after it.
            self.file.set_len(length)?;
            return Err(error);
        }
        self.lines += 1;
        Ok(())
    }

    /// Whether most lines are of the past.
    pub(super) fn is_long(&self, state: &State) -> bool {
        self.lines > 2 * state.len() + SLACK
    }

    /// Writes the file anew, with what there is now. Where that fails, the old one is as it was, and still written to.
    pub(super) fn compact(&mut self, state: &State) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        if let Err(error) = fs::remove_file(&beside)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(&beside)?;
        let mut writer = BufWriter::new(file);
        let mut lines = 0;
        for change in state.changes() {
            serde_json::to_writer(&mut writer, &[change])?;
            writer.write_all(b"\n")?;
            lines += 1;
        }
        let file = writer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        self.file = file;
        self.lines = lines;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use localtrail_core::AccountId;

    use super::*;

    fn alias(name: &str) -> Change {
        let account = AccountId::from_number(1);
        Change::Alias(account, Some(name.to_owned()))
    }

    #[test]
    fn a_call_is_read_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identities.jsonl");
        let open = || {
            let mut state = State::default();
            let log = Log::open(&path, &mut state);
            (
                log,
                state.alias(AccountId::from_number(1)).map(str::to_owned),
            )
        };
        let mut log = open().0.unwrap();
        log.append(&[alias("one"), alias("two")]).unwrap();
        log.append(&[alias("three"), alias("four")]).unwrap();
        let whole = fs::read(&path).unwrap();
        let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in second..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (log, alias) = open();
            assert_eq!(log.unwrap().lines, 1);
            assert_eq!(alias.as_deref(), Some("two"), "{cut}");
            assert_eq!(fs::read(&path).unwrap(), whole[..second]);
        }
        fs::write(&path, [&whole[..second], b"{}\n"].concat()).unwrap();
        let error = open().0.unwrap_err().to_string();
        assert!(error.starts_with("line 2 "), "{error}");
    }

    #[test]
    fn after_it_was_written_anew_it_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identities.jsonl");
        fs::write(path.with_extension("new"), "left behind").unwrap();
        let mut state = State::default();
        let mut log = Log::open(&path, &mut state).unwrap();
        for name in ["one", "two", "three"] {
            log.append(&[alias(name)]).unwrap();
            state.apply(alias(name));
        }
        log.compact(&state).unwrap();
        assert_eq!(log.lines, 1);
        log.append(&[alias("four")]).unwrap();
        let mut again = State::default();
        assert_eq!(Log::open(&path, &mut again).unwrap().lines, 2);
        assert_eq!(again.alias(AccountId::from_number(1)), Some("four"));
    }
}
