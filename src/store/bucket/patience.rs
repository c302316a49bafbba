//! How long a bucket is waited for, and how often it is asked again.

use std::future::Future;
use std::time::Duration;

use backon::ExponentialBuilder;
use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::{Error, ErrorKind, Operator};

const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(4);
/// A connection may be dead while the service is well: a question is asked so often before its time is over.
const QUESTIONS_IN_TIME: u32 = 2;

/// As bucket.h has it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TfhubBucketPatience {
    retries: u32,
    connect_ms: u64,
    answer_ms: u64,
    stall_ms: u64,
}

impl TfhubBucketPatience {
    pub fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_ms)
    }

    /// For questions, each within answered().
    pub fn asking(&self, plain: &Operator) -> Operator {
        let once = self.answer_timeout() / QUESTIONS_IN_TIME;
        plain.clone().layer(TimeoutLayer::new().with_timeout(once).with_io_timeout(once)).layer(self.retries())
    }

    /// For bytes on their way to the bucket, or within it.
    pub fn moving(&self, plain: &Operator) -> Operator {
        self.moving_once(plain).layer(self.retries())
    }

    /// The same, tried once.
    pub fn moving_once(&self, plain: &Operator) -> Operator {
        let stall = Duration::from_millis(self.stall_ms);
        plain.clone().layer(TimeoutLayer::new().with_timeout(stall).with_io_timeout(stall))
    }

    /// An answer, all tries of it together.
    pub async fn answered<T>(&self, question: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        tokio::time::timeout(self.answer_timeout(), question).await.unwrap_or_else(|_| {
            let words = format!("no answer within {} s", self.answer_timeout().as_secs_f32());
            Err(Error::new(ErrorKind::Unexpected, words).set_persistent())
        })
    }

    /// For what no layer tries again.
    pub fn delays(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_min_delay(FIRST_DELAY)
            .with_max_delay(LONGEST_DELAY)
            .with_max_times(self.retries as usize)
            .with_jitter()
    }

    fn retries(&self) -> RetryLayer {
        RetryLayer::new()
            .with_min_delay(FIRST_DELAY)
            .with_max_delay(LONGEST_DELAY)
            .with_max_times(self.retries as usize)
            .with_jitter()
    }

    fn answer_timeout(&self) -> Duration {
        Duration::from_millis(self.answer_ms)
    }
}
