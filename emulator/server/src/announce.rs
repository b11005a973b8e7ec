//! What the binary prints once it answers: for people, or one line of JSON for machines.

use std::io::{self, Write};

use localtrail::Server;
use serde_json::json;

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Lines of text that end in `Ready.`.
    Text,
    /// One line of JSON.
    Json,
}

/// Says where the server is and where its files are.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn ready(server: &Server, form: Form) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match form {
        Form::Text => text(server, &mut out)?,
        Form::Json => {
            let line = json!({
                "ready": true,
                "endpoint": server.endpoint_url(),
                "bucketDir": server.bucket_dir(),
                "bucketDirIsTemporary": server.bucket_dir_is_temporary(),
                "proxy": server.proxy_url(),
                "caFile": server.certificate_file(),
                "pid": std::process::id(),
            });
            writeln!(out, "{line}")?;
        }
    }
    out.flush()
}

fn text(server: &Server, out: &mut impl Write) -> io::Result<()> {
    let endpoint = server.endpoint_url();
    writeln!(out, "localtrail {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(
        out,
        "  endpoint  {endpoint}  (export AWS_ENDPOINT_URL={endpoint})"
    )?;
    let temporary = if server.bucket_dir_is_temporary() {
        "  (removed at the end)"
    } else {
        ""
    };
    writeln!(
        out,
        "  buckets   {}{temporary}",
        server.bucket_dir().display()
    )?;
    let (proxy, file) = (server.proxy_url(), server.certificate_file().display());
    writeln!(
        out,
        "  proxy     {proxy}  (export HTTPS_PROXY={proxy} AWS_CA_BUNDLE={file})"
    )?;
    writeln!(out, "Ready.")
}
