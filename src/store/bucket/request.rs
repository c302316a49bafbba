//! The request that a read is, signed by OpenDAL, for who sends it himself.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use http::header::RANGE;
use http::{Method, Request, Response};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport, HttpTransporter, Operator};

use crate::transport::Transport;

/// Keeps the read, which alone asks for a range; what comes before it (a token) is sent.
struct Keeper {
    transport: Transport,
    kept: Arc<Mutex<Option<Request<Buffer>>>>,
}

impl HttpTransport for Keeper {
    async fn fetch(&self, request: Request<Buffer>) -> Result<Response<HttpBody>, Error> {
        if request.method() != Method::GET || !request.headers().contains_key(RANGE) {
            return self.transport.fetch(request).await;
        }
        if let Ok(mut kept) = self.kept.lock() {
            *kept = Some(request);
        }
        Err(Error::new(ErrorKind::Unexpected, "this request is not sent here"))
    }
}

/// The URL, then each header, a line each.
pub async fn of_read(plain: &Operator, transport: &Transport, key: &str, range: Range<u64>) -> Result<String, Error> {
    let kept = Arc::new(Mutex::new(None));
    let keeper = HttpTransporter::new(Keeper { transport: transport.clone(), kept: kept.clone() });
    let asking = plain.clone().with_context(plain.base_context().with_http_transport(keeper));
    let failed = asking.read_with(key).range(range).await.err();
    let Some(request) = kept.lock().ok().and_then(|mut kept| kept.take()) else {
        return Err(failed.unwrap_or_else(|| Error::new(ErrorKind::Unexpected, "a read asked for nothing")));
    };
    let mut lines = request.uri().to_string();
    for (name, value) in request.headers() {
        let value = value.to_str().map_err(|_| Error::new(ErrorKind::Unexpected, "a header is not text"))?;
        lines.push_str(&format!("\n{name}: {value}"));
    }
    Ok(lines)
}
