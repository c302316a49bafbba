//! One object on its way into a bucket, whatever its size: parts of it go side by side while more is written, so
//! memory is bounded, and nothing of it is seen under its key before commit().

use std::collections::hash_map::RandomState;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};

use backon::Retryable;
use futures_util::{stream, StreamExt};
use opendal::{Buffer, Error, ErrorKind, Operator, Writer};
use tokio::task::JoinHandle;

use crate::patience::TfhubBucketPatience;

/// What one request sends of a large object. S3 takes no smaller parts than 5 MiB, and no more than 10,000: 50 GiB.
const PART: usize = 82 * PIECE;
/// How many of them are under way: enough to fill a line whose answers take a while. A process that uploads several
/// objects side by side (a publisher: the archive and the files) stays below 64 MiB, so only the first has so many; and
/// up to two more parts of each are in memory, gathered or waiting for their turn.
const PARTS_AT_ONCE: usize = 2;
/// What a part is gathered in: of one size, and small, so that what the allocator gets back it can give again.
const PIECE: usize = 64 << 10;
const REMOVED_AT_ONCE: usize = 16;

/// The most objects that Google's storage puts together at once.
const COMPOSED_AT_ONCE: usize = 32;

static UPLOADS: AtomicUsize = AtomicUsize::new(0);

/// One of the uploads of this process, while it lasts.
struct Turn {
    parts_at_once: usize,
}

impl Turn {
    fn take() -> Turn {
        let first = UPLOADS.fetch_add(1, Ordering::Relaxed) == 0;
        Turn { parts_at_once: if first { PARTS_AT_ONCE } else { 1 } }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        UPLOADS.fetch_sub(1, Ordering::Relaxed);
    }
}

pub struct Upload {
    turn: Turn,
    operator: Operator,
    patience: TfhubBucketPatience,
    key: String,
    gathered: Vec<Vec<u8>>, // pieces: all but the last are full
    size: u64,
    way: Way,
    open: bool,
}

enum Way {
    /// The service's own upload in parts.
    Parts(Box<Writer>),
    /// Objects beside the key, put together at the end: what Google's JSON interface has. (Its upload in parts is
    /// of another interface, which what speaks like Google's storage seldom has.)
    Composed { name: String, parts: Vec<String>, under_way: VecDeque<JoinHandle<Result<(), Error>>> },
}

impl Upload {
    pub async fn begin(operator: &Operator, patience: TfhubBucketPatience, key: &str) -> Result<Upload, Error> {
        let turn = Turn::take();
        let way = if operator.info().capability().compose {
            // Nobody else writes under this name, however often this key is put.
            let name = format!("{key}.part-{:016x}", RandomState::new().build_hasher().finish());
            Way::Composed { name, parts: Vec::new(), under_way: VecDeque::new() }
        } else {
            // It gets whole parts; told their size, it would keep one more of them.
            Way::Parts(Box::new(operator.writer_with(key).concurrent(turn.parts_at_once).await?))
        };
        let (operator, key) = (operator.clone(), key.to_string());
        Ok(Upload { turn, operator, patience, key, gathered: Vec::new(), size: 0, way, open: true })
    }

    /// Gathered to whole parts: a part's retry needs its bytes, and small pieces would be kept one by one.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = self.gathered.last().map_or(0, |piece| PIECE - piece.len());
            if room == 0 {
                if self.gathered.len() == PART / PIECE {
                    self.send().await?;
                }
                self.gathered.push(Vec::with_capacity(PIECE));
                continue;
            }
            let (now, later) = bytes.split_at(bytes.len().min(room));
            if let Some(piece) = self.gathered.last_mut() {
                piece.extend_from_slice(now);
            }
            bytes = later;
        }
        Ok(())
    }

    pub async fn commit(&mut self) -> Result<(), Error> {
        if let Way::Composed { parts, .. } = &self.way {
            if parts.is_empty() {
                let whole = self.taken();
                self.operator.write(&self.key, whole).await?;
                self.open = false;
                return Ok(());
            }
        }
        if !self.gathered.is_empty() {
            self.send().await?;
        }
        match &mut self.way {
            Way::Parts(writer) => {
                if let Err(error) = writer.close().await {
                    // When the answer was lost, the service may know the upload no more, because it is done.
                    if error.kind() != ErrorKind::NotFound || !self.arrived().await {
                        return Err(error);
                    }
                }
            }
            Way::Composed { name, parts, under_way } => {
                while let Some(part) = under_way.pop_front() {
                    finished(part).await?;
                }
                compose(&self.operator, self.patience, name, parts, &self.key).await?;
                let _ = remove(&self.operator, parts).await;  // they harm nobody
            }
        }
        self.open = false;
        Ok(())
    }

    /// Leaves nothing of what was not committed. (Closing it would make visible what there is.)
    pub async fn abandon(&mut self) {
        if !self.open {
            return;
        }
        match &mut self.way {
            Way::Parts(writer) => {
                let _ = writer.abort().await;
            }
            Way::Composed { parts, under_way, .. } => {
                while let Some(part) = under_way.pop_front() {
                    let _ = finished(part).await;
                }
                let _ = remove(&self.operator, parts).await;
            }
        }
    }

    async fn arrived(&self) -> bool {
        self.operator.stat(&self.key).await.is_ok_and(|there| there.content_length() == self.size)
    }

    fn taken(&mut self) -> Buffer {
        self.gathered.drain(..).map(|piece| Buffer::from(piece).to_bytes()).collect()
    }

    async fn send(&mut self) -> Result<(), Error> {
        let bytes = self.taken();
        match &mut self.way {
            Way::Parts(writer) => writer.write(bytes).await,
            Way::Composed { name, parts, under_way } => {
                if under_way.len() == self.turn.parts_at_once {
                    if let Some(part) = under_way.pop_front() {
                        finished(part).await?;
                    }
                }
                let part = format!("{name}-{}", parts.len());
                parts.push(part.clone());
                let operator = self.operator.clone();
                under_way.push_back(tokio::spawn(async move { operator.write(&part, bytes).await.map(|_| ()) }));
                Ok(())
            }
        }
    }
}

async fn finished(part: JoinHandle<Result<(), Error>>) -> Result<(), Error> {
    part.await.unwrap_or_else(|_| Err(Error::new(ErrorKind::Unexpected, "an upload broke off")))
}

/// `parts`, in their order, become `key`; what is put together on the way is added to `parts`.
async fn compose(
    operator: &Operator,
    patience: TfhubBucketPatience,
    name: &str,
    parts: &mut Vec<String>,
    key: &str,
) -> Result<(), Error> {
    // OpenDAL does not try this again. What was put together and not told of is put together once more.
    let join = |row: Vec<String>, to: String| async move {
        let attempt = || operator.compose(row.clone(), &to);
        attempt.retry(patience.delays()).when(Error::is_temporary).await
    };
    let mut row = parts.clone();
    while row.len() > COMPOSED_AT_ONCE {
        let mut next = Vec::new();
        for group in row.chunks(COMPOSED_AT_ONCE) {
            let joined = format!("{name}-{}", parts.len());
            join(group.to_vec(), joined.clone()).await?;
            parts.push(joined.clone());
            next.push(joined);
        }
        row = next;
    }
    join(row, key.to_string()).await?;
    Ok(())
}

/// One by one, several at a time: not every service that speaks Google's protocol takes a batch.
pub async fn remove(operator: &Operator, keys: &[String]) -> Result<(), Error> {
    let removals = keys.iter().map(|key| operator.delete(key));
    let mut removals = stream::iter(removals).buffer_unordered(REMOVED_AT_ONCE);
    while let Some(done) = removals.next().await {
        done?;
    }
    Ok(())
}
