//! Sends records in batches, and finds which ones the emulator refuses: those are named, the others go in.

use crate::client::Client;

/// Records of a batch, and bytes after which it is sent.
const BATCH_RECORDS: usize = 500;
const BATCH_BYTES: usize = 1 << 20;

/// Where a record stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of its source.
    pub(super) source: usize,
    pub(super) line: u64,
}

/// What waits to be sent, and how it went so far.
pub(super) struct Sender {
    client: Client,
    batch: Vec<(Place, String)>,
    bytes: usize,
    /// Records that were taken in.
    pub(super) accepted: u64,
}

/// Records that were refused, each with the reason.
pub(super) type Refused = Vec<(Place, String)>;

impl Sender {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            batch: Vec::new(),
            bytes: 0,
            accepted: 0,
        }
    }

    /// Adds a record, and sends when there are enough.
    pub(super) fn push(&mut self, place: Place, record: String) -> Result<Refused, String> {
        self.bytes += record.len();
        self.batch.push((place, record));
        if self.batch.len() < BATCH_RECORDS && self.bytes < BATCH_BYTES {
            return Ok(Refused::new());
        }
        self.flush()
    }

    /// Sends what waits.
    pub(super) fn flush(&mut self) -> Result<Refused, String> {
        let mut refused = Refused::new();
        self.bytes = 0;
        let mut rest = std::mem::take(&mut self.batch);
        while !rest.is_empty() {
            let length = rest.iter().map(|(_, record)| record.len() + 1).sum();
            let mut body = String::with_capacity(length);
            for (_, record) in &rest {
                body.push_str(record);
                body.push('\n');
            }
            let answer = self.client.post("/_localtrail/events", body.as_bytes())?;
            let told = answer.json()?;
            let Some(accepted) = told["accepted"].as_u64() else {
                return Err(answer.sentence());
            };
            self.accepted += accepted;
            if answer.status == 200 {
                break;
            }
            // The first that was not taken in is the bad one; those behind it were not looked at.
            let bad = usize::try_from(accepted).unwrap_or(usize::MAX);
            let Some((place, _)) = rest.get(bad) else {
                return Err(answer.sentence());
            };
            refused.push((*place, reason(&answer.sentence())));
            rest.drain(..=bad);
        }
        Ok(refused)
    }
}

/// Of `Line 3: the record has no valid awsRegion. Accepted before it: 2.` the part that tells why.
fn reason(sentence: &str) -> String {
    let why = sentence.split_once(": ").map_or(sentence, |(_, why)| why);
    let why = why.split(". Accepted").next().unwrap_or(why);
    why.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_told_without_the_batchs_line() {
        assert_eq!(
            reason("Line 3: the record has no valid awsRegion. Accepted before it: 2."),
            "the record has no valid awsRegion"
        );
        assert_eq!(reason("something else"), "something else");
    }
}
