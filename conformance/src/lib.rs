//! Judges any CloudTrail endpoint by conversations written as text.
//!
//! The suites in `suites/` say what is sent and what must come back; this
//! crate reads them, sends them to the endpoint it is given and says where the
//! answers differ. It links the model for the shapes of outputs and nothing
//! else of the emulator, so that it cannot repeat the emulator's mistakes.

pub mod cases;
pub mod compare;
pub mod fault;
pub mod gaps;
pub mod http;
pub mod judge;
pub mod law;
pub mod laws;
pub mod model_cases;
pub mod pattern;
pub mod policy;
pub mod progress;
pub mod record;
pub mod report;
pub mod rewrite;
pub mod run;
pub mod s3;
pub mod script;
pub mod session;
pub mod shapes;
pub mod sign;
pub mod suites;
pub mod target;
pub mod vars;
