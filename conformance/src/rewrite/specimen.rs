//! An answer of a target, for the tests of rewriting.

use serde_json::Value;

use crate::fault::Answered;
use crate::vars::Variables;

/// This answer, given to the account 111122223333.
pub(super) fn answered(status: u16, body: Value) -> Answered {
    let mut variables = Variables::default();
    variables.set("account", "111122223333");
    Answered {
        status,
        body: Ok(body),
        variables,
    }
}
