//! The recorder: from an HTTP exchange with any AWS service to the CloudTrail event of it.
//!
//! It says which operation of which service a request calls ([`recognize`]), reads its parameters and the answer by the
//! model ([`input`], [`output`]), and writes them as CloudTrail writes them for that service ([`draft`]). Whoever answers
//! the call, a neighbour or an upstream, its event is made here, once.
//!
//! Not here: S3's events (the neighbour's own rules), CloudTrail's own (core's), connections, clocks, the order of events.
//! Nothing fails: what cannot be understood is told with what is known.

mod decode;
mod exchange;
mod recognize;
mod render;

pub use decode::{Failure, Members, Outcome, generic_xml, input, output, unpacked};
pub use exchange::{Answer, Body, Circumstances, Request};
pub use recognize::{Recognized, recognize};
pub use render::draft;
