//! The yardstick for forwarding: hyper passes each request to one upstream and its answer back, bodies as streams, with
//! connections kept open. It records nothing. Not a part of localtrail.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{HOST, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

struct Upstream {
    client: Client<HttpConnector, Incoming>,
    authority: String,
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, address, upstream] = arguments.as_slice() else {
        panic!("usage: forward ADDRESS:PORT UPSTREAM:PORT");
    };
    let address: SocketAddr = address.parse().expect("an address and a port");
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let upstream = Arc::new(Upstream {
        client: Client::builder(TokioExecutor::new()).build(connector),
        authority: upstream.clone(),
    });
    let listener = TcpListener::bind(address)
        .await
        .expect("the address is free");
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let upstream = Arc::clone(&upstream);
        tokio::spawn(async move {
            // The client closes connections as it likes.
            let _ = stream.set_nodelay(true);
            let service = service_fn(|request| forward(Arc::clone(&upstream), request));
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn forward(
    upstream: Arc<Upstream>,
    mut request: Request<Incoming>,
) -> Result<Response<Incoming>, hyper_util::client::legacy::Error> {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    *request.uri_mut() = format!("http://{}{path}", upstream.authority)
        .parse::<Uri>()
        .expect("an authority and a path are a URL");
    let host = HeaderValue::from_str(&upstream.authority).expect("an authority is a header value");
    request.headers_mut().insert(HOST, host);
    upstream.client.request(request).await
}
