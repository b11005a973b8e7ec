//! `localtrail health`: asks a running emulator whether it answers, with nothing but a socket. Made for Docker.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::client::address;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Succeeds when the emulator at this URL says that it is well. HTTPS is asked in the clear, which the same port answers.
///
/// # Errors
///
/// A sentence that says what went wrong.
pub(crate) fn check(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let address = address(url);
    match ask(&address) {
        Ok(head) if head.starts_with("HTTP/1.1 200 ") => Ok(()),
        Ok(head) => {
            let line = head.lines().next().unwrap_or_default();
            Err(format!("{address} answers, but not as localtrail does: {line}").into())
        }
        Err(error) => {
            Err(format!("no answer from {address}: {error}. Is localtrail running there?").into())
        }
    }
}

fn ask(address: &str) -> io::Result<String> {
    let mut last = io::Error::other("the name has no address");
    for one in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&one, PATIENCE) {
            Ok(stream) => return talk(stream, address),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn talk(mut stream: TcpStream, host: &str) -> io::Result<String> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request =
        format!("GET /_localtrail/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn only_a_healthy_answer_is_health() {
        for (answer, healthy) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 404 No\r\n\r\n", false),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 1024];
                let _length = stream.read(&mut request).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(check(&url).is_ok(), healthy);
            server.join().unwrap();
        }
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let text = check(&format!("http://{free}")).unwrap_err().to_string();
        assert!(text.contains("running"), "{text}");
    }
}
