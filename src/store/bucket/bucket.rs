//! Object stores of the clouds through Apache OpenDAL, as the C functions that bucket.h describes. No rule of the
//! hub stands here: only what must be Rust. Retries and timeouts are OpenDAL's own layers.

use std::ffi::{c_char, c_void, CStr, CString};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::OnceLock;
use std::time::Duration;

use futures_util::StreamExt;
use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::{Buffer, BufferStream, Error, ErrorKind, HttpTransporter, Operator};
use opendal_http_transport_reqwest::ReqwestTransport;
use tokio::runtime::Runtime;

mod upload;
use upload::Upload;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
const IO_TIMEOUT: Duration = Duration::from_secs(30);
const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(4);

// The codes of bucket.h.
const OK: i32 = 0;
const FAILED: i32 = 1;
const MISCONFIGURED: i32 = 2;
const NOT_FOUND: i32 = 3;
const UNAVAILABLE: i32 = 4;
const REFUSED: i32 = 5;

pub struct TfhubBucket {
    retrying: Operator,
    once: Operator,
    retries: u32,
}

pub struct TfhubBucketReader {
    stream: BufferStream,
    rest: Buffer,
}

pub struct TfhubBucketWriter(Upload);

#[repr(C)]
pub struct TfhubBucketStatus {
    code: i32,
    message: *mut c_char,
}

#[repr(C)]
pub struct TfhubBucketInfo {
    found: bool,
    size: u64,
    modified_ms: i64,
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        opendal::init_default_registry();
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT);
        HttpTransporter::install_default(ReqwestTransport::new(client.build().expect("an HTTP client")));
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("tfhub-bucket")
            .enable_all()
            .build()
            .expect("threads for the bucket")
    })
}

fn text(words: &str) -> *mut c_char {
    CString::new(words.replace('\0', " ")).map_or(std::ptr::null_mut(), CString::into_raw)
}

fn code_of(error: &Error) -> i32 {
    // What has no kind of its own is only in the error's whole text.
    let whole = format!("{error:?}");
    let says = |words: &str| whole.contains(words);
    match error.kind() {
        ErrorKind::NotFound => NOT_FOUND,
        _ if says("NoSuchBucket") || says("ContainerNotFound") => NOT_FOUND,
        ErrorKind::PermissionDenied => REFUSED,
        _ if says("status: 401") || says("CredentialInvalid") => REFUSED,
        ErrorKind::ConfigInvalid | ErrorKind::Unsupported => MISCONFIGURED,
        ErrorKind::RateLimited => UNAVAILABLE,
        _ if error.is_temporary() || error.is_persistent() || says("timeout") => UNAVAILABLE,
        _ => FAILED,
    }
}

/// What went wrong in one line: the service's own words where it has some, then what lies beneath.
fn words_of(error: &Error) -> String {
    let mut words = error.message().trim().to_string();
    // A service's answer comes as a Rust structure: Error { code: "NoSuchBucket", message: "The bucket …", … }
    if let Some((_, rest)) = words.split_once("message: \"") {
        if let Some((message, _)) = rest.split_once('"') {
            words = message.trim_end_matches('.').to_string();
        }
    }
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !more.is_empty() && !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = inner.source();
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs one call; no panic crosses into C++.
fn guarded(call: impl FnOnce() -> Result<(), Error>) -> TfhubBucketStatus {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => TfhubBucketStatus { code: OK, message: std::ptr::null_mut() },
        Ok(Err(error)) => TfhubBucketStatus { code: code_of(&error), message: text(&words_of(&error)) },
        Err(_) => TfhubBucketStatus { code: FAILED, message: text("a defect in the access to buckets") },
    }
}

unsafe fn string<'a>(pointer: *const c_char) -> Result<&'a str, Error> {
    CStr::from_ptr(pointer)
        .to_str()
        .map_err(|_| Error::new(ErrorKind::ConfigInvalid, "a name is not UTF-8"))
}

/// C++ gives no address for no bytes.
unsafe fn bytes_of<'a>(pointer: *const c_void, size: usize) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    std::slice::from_raw_parts(pointer.cast::<u8>(), size)
}

fn modified_ms(metadata: &opendal::Metadata) -> i64 {
    metadata.last_modified().map_or(0, |time| time.into_inner().as_millisecond())
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_text_free(text: *mut c_char) {
    if !text.is_null() {
        drop(CString::from_raw(text));
    }
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_open(
    service: *const c_char,
    options: *const *const c_char,
    retries: u32,
    bucket: *mut *mut TfhubBucket,
) -> TfhubBucketStatus {
    guarded(|| {
        let runtime = runtime();
        let _inside = runtime.enter();
        let mut pairs = Vec::new();
        let mut at = options;
        while !(*at).is_null() {
            pairs.push((string(*at)?.to_string(), string(*at.add(1))?.to_string()));
            at = at.add(2);
        }
        let plain = Operator::via_iter(string(service)?, pairs)?;
        let once = plain.layer(TimeoutLayer::new().with_timeout(REQUEST_TIMEOUT).with_io_timeout(IO_TIMEOUT));
        let retrying = once.clone().layer(
            RetryLayer::new()
                .with_max_times(retries as usize)
                .with_min_delay(FIRST_DELAY)
                .with_max_delay(LONGEST_DELAY)
                .with_jitter(),
        );
        *bucket = Box::into_raw(Box::new(TfhubBucket { retrying, once, retries }));
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_free(bucket: *mut TfhubBucket) {
    if !bucket.is_null() {
        drop(Box::from_raw(bucket));
    }
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_head(
    bucket: *const TfhubBucket,
    key: *const c_char,
    info: *mut TfhubBucketInfo,
) -> TfhubBucketStatus {
    guarded(|| {
        *info = match runtime().block_on((*bucket).retrying.stat(string(key)?)) {
            Ok(found) => TfhubBucketInfo {
                found: true,
                size: found.content_length(),
                modified_ms: modified_ms(&found),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                TfhubBucketInfo { found: false, size: 0, modified_ms: 0 }
            }
            Err(error) => return Err(error),
        };
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_get(
    bucket: *const TfhubBucket,
    key: *const c_char,
    from: u64,
    size: u64,
    reader: *mut *mut TfhubBucketReader,
) -> TfhubBucketStatus {
    guarded(|| {
        let operator = &(*bucket).retrying;
        let key = string(key)?;
        let (stream, rest) = runtime().block_on(async {
            // One request, taken from as it comes: what is not read is not kept, however many read.
            let reader = operator.reader(key).await?;
            let mut stream = if size == u64::MAX {
                reader.into_stream(from..).await?
            } else {
                reader.into_stream(from..from + size).await?
            };
            // The first bytes now: whether there is such an object is told here.
            let first = stream.next().await.transpose()?;
            Ok::<_, Error>((stream, first.unwrap_or_default()))
        })?;
        *reader = Box::into_raw(Box::new(TfhubBucketReader { stream, rest }));
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_read(
    reader: *mut TfhubBucketReader,
    bytes: *mut c_void,
    size: usize,
    got: *mut usize,
) -> TfhubBucketStatus {
    guarded(|| {
        let reader = &mut *reader;
        *got = 0;
        while reader.rest.is_empty() {
            match runtime().block_on(reader.stream.next()) {
                None => return Ok(()),
                Some(more) => reader.rest = more?,
            }
        }
        let into = std::slice::from_raw_parts_mut(bytes.cast::<u8>(), size);
        while *got < size && !reader.rest.is_empty() {
            let piece = reader.rest.current();
            let n = piece.len().min(size - *got);
            into[*got..*got + n].copy_from_slice(&piece[..n]);
            reader.rest = reader.rest.slice(n..);
            *got += n;
        }
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_reader_free(reader: *mut TfhubBucketReader) {
    if !reader.is_null() {
        let _inside = runtime().enter();
        drop(Box::from_raw(reader));
    }
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_put(
    bucket: *const TfhubBucket,
    key: *const c_char,
    writer: *mut *mut TfhubBucketWriter,
) -> TfhubBucketStatus {
    guarded(|| {
        let upload = runtime().block_on(Upload::begin(&(*bucket).retrying, string(key)?))?;
        *writer = Box::into_raw(Box::new(TfhubBucketWriter(upload)));
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_write(
    writer: *mut TfhubBucketWriter,
    bytes: *const c_void,
    size: usize,
) -> TfhubBucketStatus {
    guarded(|| runtime().block_on((*writer).0.write(bytes_of(bytes, size))))
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_commit(writer: *mut TfhubBucketWriter) -> TfhubBucketStatus {
    guarded(|| runtime().block_on((*writer).0.commit()))
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_writer_free(writer: *mut TfhubBucketWriter) {
    if writer.is_null() {
        return;
    }
    let mut writer = Box::from_raw(writer);
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let _inside = runtime().enter();
        runtime().block_on(writer.0.abandon());
        drop(writer);
    }));
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_put_if_absent(
    bucket: *const TfhubBucket,
    key: *const c_char,
    bytes: *const c_void,
    size: usize,
    created: *mut bool,
) -> TfhubBucketStatus {
    guarded(|| {
        let key = string(key)?;
        let content = bytes_of(bytes, size).to_vec();
        *created = runtime().block_on(put_if_absent(&*bucket, key, content))?;
        Ok(())
    })
}

/// Retried by hand: when the answer to an attempt was lost, the next one finds the key taken, perhaps by
/// ourselves, and only what stands there tells.
async fn put_if_absent(bucket: &TfhubBucket, key: &str, content: Vec<u8>) -> Result<bool, Error> {
    let mut delay = FIRST_DELAY;
    for attempt in 0u32.. {
        let error = match bucket.once.write_with(key, content.clone()).if_not_exists(true).await {
            Ok(_) => return Ok(true),
            Err(error) => error,
        };
        match error.kind() {
            ErrorKind::ConditionNotMatch | ErrorKind::AlreadyExists if attempt == 0 => return Ok(false),
            ErrorKind::ConditionNotMatch | ErrorKind::AlreadyExists => {
                return Ok(bucket.retrying.read(key).await?.to_vec() == content);
            }
            // S3 tells of a rival that is writing at this moment; who won is known at the next attempt.
            ErrorKind::Conflict if attempt < bucket.retries => {}
            _ if error.is_temporary() && attempt < bucket.retries => {}
            _ => return Err(error),
        }
        tokio::time::sleep(delay).await;
        delay = (delay * 2).min(LONGEST_DELAY);
    }
    unreachable!()
}

type Visit = extern "C" fn(*mut c_void, *const c_char, usize, u64, i64) -> bool;

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_list(
    bucket: *const TfhubBucket,
    prefix: *const c_char,
    recursive: bool,
    visit: Visit,
    context: *mut c_void,
) -> TfhubBucketStatus {
    guarded(|| {
        let prefix = string(prefix)?;
        runtime().block_on(async {
            let mut lister = (*bucket).retrying.lister_with(prefix).recursive(recursive).await?;
            while let Some(entry) = lister.next().await {
                let entry = entry?;
                let (path, metadata) = (entry.path(), entry.metadata());
                let size = if metadata.is_dir() { 0 } else { metadata.content_length() };
                if !visit(context, path.as_ptr().cast(), path.len(), size, modified_ms(metadata)) {
                    break;
                }
            }
            Ok(())
        })
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_remove(
    bucket: *const TfhubBucket,
    keys: *const *const c_char,
    count: usize,
) -> TfhubBucketStatus {
    guarded(|| {
        let mut paths = Vec::with_capacity(count);
        for i in 0..count {
            paths.push(string(*keys.add(i))?.to_string());
        }
        runtime().block_on(upload::remove(&(*bucket).retrying, &paths))
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_copy(
    bucket: *const TfhubBucket,
    from: *const c_char,
    to: *const c_char,
) -> TfhubBucketStatus {
    guarded(|| {
        runtime().block_on((*bucket).retrying.copy(string(from)?, string(to)?))?;
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_sign(
    bucket: *const TfhubBucket,
    key: *const c_char,
    seconds: u32,
    url: *mut *mut c_char,
) -> TfhubBucketStatus {
    guarded(|| {
        let time = Duration::from_secs(seconds.into());
        let signed = runtime().block_on((*bucket).retrying.presign_read(string(key)?, time))?;
        *url = text(&signed.uri().to_string());
        Ok(())
    })
}
