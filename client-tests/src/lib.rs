//! What every client test needs: the real binary, started and stopped, and clients pointed at it.
//!
//! Nothing here links the emulator: the binary is built with cargo and met over HTTP, as a user meets it.
//!
//! Not tested yet: Terraform, whose provider needs services that the emulator does not have, and the SDK for JavaScript.

pub mod binary;
pub mod control;
pub mod emulator;
pub mod logs;
pub mod python;
pub mod sdk;

pub use emulator::{Emulator, Options};
