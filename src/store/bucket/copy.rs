//! An object's way within its bucket.

use std::future::IntoFuture;
use std::time::Duration;

use backon::Retryable;
use opendal::{Error, ErrorKind, Operator};

use crate::patience::TfhubBucketPatience;

/// One step of a copy, and how many of them are under way. Smaller ones are not quicker everywhere: some services
/// write what came in steps once more to put it together.
const COPIED_AT_ONCE: u64 = 1 << 30;
const COPIES_AT_ONCE: usize = 4;
/// S3 takes no more than 10,000; what is left over is for the sake of whoever looks at them.
const MOST_STEPS: u64 = 1_000;

/// Azure copies a whole blob within its account, and may say yes before it is done; its steps would need a source
/// that is public.
const COPIES_WHOLE: &str = "azblob";
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// `size` bytes, for which the service is given time.
pub async fn copy(
    plain: &Operator,
    asking: &Operator,
    patience: TfhubBucketPatience,
    from: &str,
    to: &str,
    size: u64,
) -> Result<(), Error> {
    let once = patience.moving_within_once(plain, size);
    if plain.info().scheme() == COPIES_WHOLE {
        // OpenDAL does not try this again, and calls every failure one for good.
        let attempt = || once.copy_with(from, to).source_content_length_hint(size).into_future();
        let may_pass = |error: &Error| matches!(error.kind(), ErrorKind::Unexpected | ErrorKind::RateLimited);
        attempt.retry(patience.delays()).when(may_pass).await?;
        return arrived(asking, patience, to, size).await;
    }
    let step = COPIED_AT_ONCE.max(size.div_ceil(MOST_STEPS)) as usize;
    let again = once.layer(patience.retries());
    let copy = again.copy_with(from, to).source_content_length_hint(size);
    copy.chunk(step).concurrent(COPIES_AT_ONCE).into_future().await?;
    Ok(())
}

async fn arrived(asking: &Operator, patience: TfhubBucketPatience, key: &str, size: u64) -> Result<(), Error> {
    let looks = async {
        while patience.answered(asking.stat(key)).await?.content_length() != size {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    };
    let late = |_| Err(Error::new(ErrorKind::Unexpected, "a copy does not come to its end").set_persistent());
    tokio::time::timeout(patience.time_within(size), looks).await.unwrap_or_else(late)
}
