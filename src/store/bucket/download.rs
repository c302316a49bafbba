//! One object on its way out of a bucket. A task reads one block ahead of whoever takes the bytes: while these are sent
//! on, the next ones arrive.

use bytes::Buf;
use futures_util::StreamExt;
use opendal::{Buffer, BufferStream, Error, ErrorKind, Operator};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::patience::TfhubBucketPatience;

/// What is handed over at once: whoever waits is woken for so much, not for each packet. Three of them are in memory: one
/// that is read, one that waits, one that arrives.
const BLOCK: usize = 512 << 10;

type Block = Result<Buffer, Error>;

pub struct Download {
    blocks: mpsc::Receiver<Block>, // the last is empty, or an error
    rest: Buffer,
    ended: bool,
    failed: Option<Error>,
    task: JoinHandle<()>,
}

impl Download {
    /// `size`: nothing when it is not known. Whether there is such an object is told here.
    pub async fn begin(
        asking: &Operator,
        patience: TfhubBucketPatience,
        key: &str,
        from: u64,
        size: Option<u64>,
    ) -> Result<Download, Error> {
        let begin = async {
            // One request, taken from as it comes: what is not read is not kept, however many read.
            let reader = asking.reader(key).await?;
            let mut stream = match size {
                None => reader.into_stream(from..).await?,
                Some(size) => reader.into_stream(from..from + size).await?,
            };
            let first = stream.next().await.transpose()?;
            Ok::<_, Error>((stream, first.unwrap_or_default()))
        };
        let (stream, rest) = patience.answered(begin).await?;
        let (to, blocks) = mpsc::channel(1);
        let task = tokio::spawn(read_ahead(stream, patience, to));
        Ok(Download { blocks, rest, ended: false, failed: None, task })
    }

    /// 0 at the end.
    pub async fn read(&mut self, into: &mut [u8]) -> Result<usize, Error> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.rest.is_empty() && !self.ended {
            let broken_off = || Err(Error::new(ErrorKind::Unexpected, "the download broke off"));
            self.rest = self.blocks.recv().await.unwrap_or_else(broken_off)?;
            self.ended = self.rest.is_empty();
        }
        let got = into.len().min(self.rest.len());
        self.rest.copy_to_slice(&mut into[..got]);
        Ok(got)
    }

    /// What can be had without waiting.
    pub fn here(&mut self) -> &[u8] {
        if self.rest.is_empty() && !self.ended && self.failed.is_none() {
            match self.blocks.try_recv() {
                Ok(Ok(block)) => {
                    self.ended = block.is_empty();
                    self.rest = block;
                }
                Ok(Err(error)) => self.failed = Some(error), // read() tells
                Err(_) => {}
            }
        }
        self.rest.chunk()
    }

    pub fn take(&mut self, size: usize) {
        self.rest.advance(size);
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read_ahead(mut stream: BufferStream, patience: TfhubBucketPatience, to: mpsc::Sender<Block>) {
    // Nothing is read before there is room for it. No room is made when nobody reads any more.
    while let Ok(room) = to.reserve().await {
        let block = next_block(&mut stream, patience).await;
        let last = block.as_ref().map_or(true, Buffer::is_empty);
        room.send(block);
        if last {
            return;
        }
    }
}

/// Empty at the end.
async fn next_block(stream: &mut BufferStream, patience: TfhubBucketPatience) -> Block {
    let mut block = Vec::new();
    let mut size = 0;
    while size < BLOCK {
        match patience.answered(async { stream.next().await.transpose() }).await? {
            None => break,
            Some(piece) => {
                size += piece.len();
                block.extend(piece);
            }
        }
    }
    Ok(block.into_iter().collect())
}
