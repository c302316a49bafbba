//! What belongs to one process. fork() copies memory and descriptors, but not threads: the child of a program that has
//! used a bucket (Python's multiprocessing, gunicorn) has a runtime that nobody drives, and its sockets are watched in
//! an epoll set that it shares with its parent. Who touches that takes the parent's events away and gives it strange
//! ones. So everything that owns threads or sockets is keyed by the process, and the child begins anew; what it
//! inherited it leaves alone, for ever.

use std::sync::atomic::{AtomicPtr, Ordering};

use tokio::runtime::Runtime;

use super::transport::Transport;

/// One value a process. Never dropped.
pub struct PerProcess<T>(AtomicPtr<(u32, T)>);

impl<T> PerProcess<T> {
    pub const fn new() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }

    pub fn get(&self) -> Option<&'static T> {
        let there = self.0.load(Ordering::Acquire);
        // SAFETY: what was put here is never freed.
        unsafe { there.as_ref() }.filter(|(process, _)| *process == std::process::id()).map(|(_, value)| value)
    }

    /// The value of this process. Several threads may call this at once; the first value that is there serves all. (A lock
    /// would be inherited in whatever state another thread had left it.)
    pub fn get_or_make(&self, make: impl FnOnce() -> T) -> &'static T {
        let before = self.0.load(Ordering::Acquire);
        if let Some(value) = self.get() {
            return value;
        }
        let new = Box::into_raw(Box::new((std::process::id(), make())));
        match self.0.compare_exchange(before, new, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: what is put here is never freed.
            Ok(_) => unsafe { &(*new).1 },
            Err(others) => {
                // SAFETY: nobody else has seen ours.
                drop(unsafe { Box::from_raw(new) });
                unsafe { &(*others).1 }
            }
        }
    }
}

static RUNTIME: PerProcess<Runtime> = PerProcess::new();
static TRANSPORT: PerProcess<Transport> = PerProcess::new();

pub fn runtime(make: fn() -> Runtime) -> &'static Runtime {
    RUNTIME.get_or_make(make)
}

/// What OpenDAL asks for beside an operator (tokens of some credentials) goes by the transport opened first.
pub fn keep_transport(transport: &Transport) {
    TRANSPORT.get_or_make(|| transport.clone());
}

pub fn transport() -> Option<&'static Transport> {
    TRANSPORT.get()
}
