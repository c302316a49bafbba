//! Object stores of the clouds through Apache OpenDAL, as the C functions that bucket.h describes. No rule of the
//! hub stands here: only what must be Rust.

use std::ffi::{c_char, c_void, CStr, CString};
use std::future::IntoFuture;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::Duration;

use backon::Retryable;
use futures_util::StreamExt;
use opendal::{Error, ErrorKind, HttpTransporter, Operator};
use tokio::runtime::Runtime;

mod copy;
mod download;
mod patience;
mod process;
mod request;
mod transport;
mod upload;
use download::Download;
use patience::TfhubBucketPatience;
use transport::Transport;
use upload::Upload;

// The codes of bucket.h.
const OK: i32 = 0;
const FAILED: i32 = 1;
const MISCONFIGURED: i32 = 2;
const NOT_FOUND: i32 = 3;
const UNAVAILABLE: i32 = 4;
const REFUSED: i32 = 5;

pub struct TfhubBucket {
    plain: Operator,
    transport: Transport,
    asking: Operator,
    moving: Operator,
    moving_once: Operator,
    patience: TfhubBucketPatience,
    process: u32,
}

pub struct TfhubBucketReader(Download);

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

/// Half of the cores: the other half sends on, packs, or is the program's. A thread of these that has nothing to do waits
/// for the sockets of all, and so wakes at each packet that another one is just taking.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() / 2).clamp(1, 4)
}

fn runtime() -> &'static Runtime {
    process::runtime(|| {
        opendal::init_default_registry();
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads())
            .thread_name("tfhub-bucket")
            .on_thread_start(leave_signals_to_the_program)
            .enable_all()
            .build()
            .expect("threads for the bucket")
    })
}

/// A connection that is cut while bytes are written to it raises SIGPIPE, which Rust's own programs ignore, but C++ does not.
fn leave_signals_to_the_program() {
    // SAFETY: plain C calls on a set of our own.
    unsafe {
        let mut all = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, std::ptr::null_mut());
    }
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
        // A name that no bucket can have: Amazon's words, then Azure's.
        _ if says("InvalidBucketName") || says("InvalidResourceName") || says("OutOfRangeInput") => NOT_FOUND,
        ErrorKind::PermissionDenied => REFUSED,
        _ if status_of(error) == Some(401) || says("CredentialInvalid") => REFUSED,
        _ if says("failed to load signing credential") => REFUSED,
        ErrorKind::ConfigInvalid | ErrorKind::Unsupported => MISCONFIGURED,
        // To a HEAD, whose answer has no words: what else is asked will say why.
        _ if error.message().trim().is_empty() && status_of(error) == Some(400) => MISCONFIGURED,
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
    // The answer to a HEAD has no body.
    if words.is_empty() {
        words = match status_of(error) {
            Some(status) => format!("the service answered {status}"),
            None => "the service gave no reason".to_string(),
        };
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

/// OpenDAL keeps the answer's status in the error's whole text only.
fn status_of(error: &Error) -> Option<u16> {
    let whole = format!("{error:?}");
    let (_, rest) = whole.split_once("status: ")?;
    rest.get(..3)?.parse().ok()
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
    authorities: *const c_char,
    patience: *const TfhubBucketPatience,
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
        let patience = *patience;
        let transport = Transport::new(patience.connect_timeout(), string(authorities)?)?;
        // The first one also serves what OpenDAL does beside an operator: tokens of some credentials.
        process::keep_transport(&transport);
        HttpTransporter::install_default(transport::OfThisProcess);
        let plain = Operator::via_iter(string(service)?, pairs)?;
        let context = plain.base_context().with_http_transport(HttpTransporter::new(transport.clone()));
        let plain = plain.with_context(context);
        *bucket = Box::into_raw(Box::new(TfhubBucket {
            asking: patience.asking(&plain),
            moving: patience.moving(&plain),
            moving_once: patience.moving_once(&plain),
            plain,
            transport,
            patience,
            process: std::process::id(),
        }));
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_free(bucket: *mut TfhubBucket) {
    // One that was opened before a fork() is the parent's: its sockets are watched in a set that both share.
    if !bucket.is_null() && (*bucket).process == std::process::id() {
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
        let bucket = &*bucket;
        *info = match runtime().block_on(bucket.patience.answered(bucket.asking.stat(string(key)?))) {
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
        let TfhubBucket { asking, patience, .. } = &*bucket;
        let size = (size != u64::MAX).then_some(size);
        let download = runtime().block_on(Download::begin(asking, *patience, string(key)?, from, size))?;
        *reader = Box::into_raw(Box::new(TfhubBucketReader(download)));
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_request(
    bucket: *const TfhubBucket,
    key: *const c_char,
    from: u64,
    size: u64,
    request: *mut *mut c_char,
) -> TfhubBucketStatus {
    guarded(|| {
        let TfhubBucket { plain, transport, patience, .. } = &*bucket;
        let asked = request::of_read(plain, transport, string(key)?, from..from + size);
        *request = text(&runtime().block_on(patience.answered(asked))?);
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
        let into = std::slice::from_raw_parts_mut(bytes.cast::<u8>(), size);
        *got = runtime().block_on((*reader).0.read(into))?;
        Ok(())
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_here(reader: *mut TfhubBucketReader, size: *mut usize) -> *const c_void {
    let here = (*reader).0.here();
    *size = here.len();
    here.as_ptr().cast()
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_take(reader: *mut TfhubBucketReader, size: usize) {
    (*reader).0.take(size);
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
        let bucket = &*bucket;
        let upload = runtime().block_on(Upload::begin(&bucket.moving, bucket.patience, string(key)?))?;
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

/// Tried again by hand: when the answer to an attempt was lost, the next one finds the key taken, perhaps by
/// ourselves, and only what stands there tells.
async fn put_if_absent(bucket: &TfhubBucket, key: &str, content: Vec<u8>) -> Result<bool, Error> {
    let mut attempts = 0;
    let attempt = || {
        attempts += 1;
        bucket.moving_once.write_with(key, content.clone()).if_not_exists(true).into_future()
    };
    // S3 tells of a rival that is writing at this moment; who won is known at the next attempt.
    let may_pass = |error: &Error| error.is_temporary() || error.kind() == ErrorKind::Conflict;
    match attempt.retry(bucket.patience.delays()).when(may_pass).await {
        Ok(_) => Ok(true),
        Err(error) => match error.kind() {
            ErrorKind::ConditionNotMatch | ErrorKind::AlreadyExists if attempts == 1 => Ok(false),
            ErrorKind::ConditionNotMatch | ErrorKind::AlreadyExists => {
                Ok(bucket.asking.read(key).await?.to_vec() == content)
            }
            _ => Err(error),
        },
    }
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
        let TfhubBucket { asking, patience, .. } = &*bucket;
        runtime().block_on(async {
            let mut lister = asking.lister_with(prefix).recursive(recursive).await?;
            while let Some(entry) = patience.answered(async { lister.next().await.transpose() }).await? {
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
        runtime().block_on(upload::remove(&(*bucket).asking, &paths))
    })
}

#[no_mangle]
pub unsafe extern "C" fn tfhub_bucket_copy(
    bucket: *const TfhubBucket,
    from: *const c_char,
    to: *const c_char,
    size: u64,
) -> TfhubBucketStatus {
    guarded(|| {
        let TfhubBucket { plain, asking, patience, .. } = &*bucket;
        runtime().block_on(copy::copy(plain, asking, *patience, string(from)?, string(to)?, size))
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
        let signed = runtime().block_on((*bucket).asking.presign_read(string(key)?, time))?;
        *url = text(&signed.uri().to_string());
        Ok(())
    })
}
