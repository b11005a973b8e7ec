//! What every client test needs: the real binary, started and stopped, and clients pointed at it.
//!
//! Nothing here links the emulator: the binary is built with cargo and met over HTTP, as a user meets it.

pub mod binary;
pub mod control;
pub mod emulator;
pub mod javascript;
pub mod logs;
pub mod python;
pub mod sdk;
pub mod terraform;
pub mod tools;

pub use emulator::{Emulator, Options};
