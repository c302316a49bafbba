//! HTTP as every request to a bucket goes through it: OpenDAL's own, and two things that it does not look at.

use std::time::Duration;

use http::header::{RANGE, RETRY_AFTER};
use http::{Request, Response, StatusCode};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport};
use opendal_http_transport_reqwest::ReqwestTransport;

const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Who asks for more is asked again before.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(4);

#[derive(Clone)]
pub struct Transport(ReqwestTransport);

impl Transport {
    /// `authorities`: a file of those to trust; empty: the system's.
    pub fn new(connect_timeout: Duration, authorities: &str) -> Result<Transport, Error> {
        let mut client = reqwest::Client::builder().connect_timeout(connect_timeout).pool_idle_timeout(IDLE_TIMEOUT);
        if !authorities.is_empty() {
            let wrong = |why: String| {
                Error::new(ErrorKind::ConfigInvalid, format!("the authorities in {authorities} cannot be trusted: {why}"))
            };
            let bundle = std::fs::read(authorities).map_err(|error| wrong(error.to_string()))?;
            let trusted = reqwest::Certificate::from_pem_bundle(&bundle).map_err(|error| wrong(error.to_string()))?;
            if trusted.is_empty() {
                return Err(wrong("there is no certificate in it".to_string()));
            }
            client = client.tls_certs_only(trusted);
        }
        let client = client.build().map_err(|error| Error::new(ErrorKind::Unexpected, "no HTTP client").set_source(error))?;
        Ok(Transport(ReqwestTransport::new(client)))
    }
}

/// The transport of whatever process asks (process.rs).
#[derive(Clone)]
pub struct OfThisProcess;

impl HttpTransport for OfThisProcess {
    async fn fetch(&self, request: Request<Buffer>) -> Result<Response<HttpBody>, Error> {
        match super::process::transport() {
            Some(transport) => transport.fetch(request).await,
            None => Err(Error::new(ErrorKind::Unexpected, "no bucket is open in this process")),
        }
    }
}

impl HttpTransport for Transport {
    async fn fetch(&self, request: Request<Buffer>) -> Result<Response<HttpBody>, Error> {
        let asks_for_part = request.headers().contains_key(RANGE);
        let answer = self.0.fetch(request).await?;
        // Else a read that goes on after a cut would begin anew in the midst of the object.
        if asks_for_part && answer.status() == StatusCode::OK {
            return Err(Error::new(ErrorKind::Unexpected, "the whole object was sent where a part of it was asked for")
                .set_temporary());
        }
        if let Some(wait) = retry_after(&answer) {
            tokio::time::sleep(wait.min(LONGEST_RETRY_AFTER)).await;
        }
        Ok(answer)
    }
}

/// The seconds that an overloaded service asks for. (No cloud writes a date there.)
fn retry_after(answer: &Response<HttpBody>) -> Option<Duration> {
    match answer.status() {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
            Some(Duration::from_secs(seconds))
        }
        _ => None,
    }
}
