//! What tests ask of an emulator in their own process beside its events: putting some in, and a policy for those it has.

use std::ops::ControlFlow;

use localtrail_core::{DeniedCalls, Permissions, RecordError, SketchDefaults, StoreError};
use serde_json::Value;

use super::Emulator;
use crate::control::Filter;

impl Emulator {
    /// Puts in an event: a whole record, kept byte for byte, or a sketch, completed as AWS would have written it:
    /// `{"eventName":"ConsoleLogin","userIdentity":{"type":"Root"}}`. Returns its id.
    ///
    /// # Errors
    ///
    /// A sentence that says what cannot be understood or completed; nothing is kept then.
    pub fn put_in(&self, json: &str) -> Result<String, RecordError> {
        let defaults = SketchDefaults {
            caller: self.site.identities.unsigned(),
            region: self.site.default_region.clone(),
        };
        let mut put = self.site.engine.put_in(&[json], &defaults);
        match (put.refused, put.ids.pop()) {
            (Some(error), _) => Err(error),
            (None, id) => Ok(id.unwrap_or_default()),
        }
    }

    /// The least IAM policy for the events whose fields have these values, written as [`Emulator::events`] has them;
    /// `None` when none of them needs a permission. Calls that were denied are allowed, too.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn policy(&self, fields: &[(&str, &str)]) -> Result<Option<Value>, StoreError> {
        let filter = Filter::of(fields);
        let mut permissions = Permissions::new(DeniedCalls::Include);
        let snapshot = self.site.engine.snapshot()?;
        snapshot.visit_newest_first(&mut |record| {
            if filter.admits(record) {
                permissions.add(record);
            }
            ControlFlow::Continue(())
        })?;
        Ok(permissions.policy())
    }
}
