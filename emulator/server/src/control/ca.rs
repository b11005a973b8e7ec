//! `GET /_localtrail/ca.pem`: the certificate of the generated authority, for clients that cannot read its file.

use hyper::StatusCode;

use crate::reply::{self, Reply};
use crate::site::Site;

pub(super) fn answer(site: &Site) -> Reply {
    match std::fs::read(&site.certificate_file) {
        Ok(pem) => reply::whole(StatusCode::OK, "application/x-pem-file", pem),
        Err(error) => {
            let file = site.certificate_file.display();
            let text = format!("The certificate {file} cannot be read: {error}.");
            reply::sentence(StatusCode::INSUFFICIENT_STORAGE, &text)
        }
    }
}
