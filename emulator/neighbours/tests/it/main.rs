//! The neighbours from outside: hand-made requests in, answers, records and files out. No sockets.

// Helpers of tests are no tests to clippy, and may panic like them.
#![allow(clippy::unwrap_used)]

mod access;
mod bodies;
mod buckets;
mod coverage;
mod delivery;
mod federation;
mod iam;
mod keys;
mod listing;
mod multipart;
mod objects;
mod organizations;
mod records;
mod street;
mod sts;
mod tampering;
mod town;
