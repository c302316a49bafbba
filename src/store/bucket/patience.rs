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
/// Bytes a second that a service moves within itself at least, on a bad day.
const SLOWEST_WITHIN: f64 = (8 << 20) as f64;

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
        self.in_time(plain, self.answer_timeout() / QUESTIONS_IN_TIME).layer(self.retries())
    }

    /// For bytes on their way to the bucket.
    pub fn moving(&self, plain: &Operator) -> Operator {
        self.moving_once(plain).layer(self.retries())
    }

    /// The same, tried once.
    pub fn moving_once(&self, plain: &Operator) -> Operator {
        self.in_time(plain, self.stall_timeout())
    }

    /// For so many bytes on their way within the bucket, tried once: nothing is heard of them before they are there.
    pub fn moving_within_once(&self, plain: &Operator, size: u64) -> Operator {
        self.in_time(plain, self.time_within(size))
    }

    pub fn time_within(&self, size: u64) -> Duration {
        self.stall_timeout() + Duration::from_secs_f64(size as f64 / SLOWEST_WITHIN)
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

    fn in_time(&self, plain: &Operator, once: Duration) -> Operator {
        plain.clone().layer(TimeoutLayer::new().with_timeout(once).with_io_timeout(once))
    }

    pub fn retries(&self) -> RetryLayer {
        RetryLayer::new()
            .with_min_delay(FIRST_DELAY)
            .with_max_delay(LONGEST_DELAY)
            .with_max_times(self.retries as usize)
            .with_jitter()
    }

    fn answer_timeout(&self) -> Duration {
        Duration::from_millis(self.answer_ms)
    }

    fn stall_timeout(&self) -> Duration {
        Duration::from_millis(self.stall_ms)
    }
}
