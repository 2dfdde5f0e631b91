use std::hint::black_box;

/// Bytes of the stack that are overwritten: more than any call of this program has been seen to use below the places that ask
/// for it (`lionrock simulate erasure` looks at every stack of a server).
const SCRUBBED: usize = 128 << 10;

/// Does something, and then overwrites what it has left on the stack: a value that was moved is still where it was before.
///
/// For threads that handle personal data or keys and then wait for the next task: without this the last of them stands in a core
/// dump, or in the swap, for as long as they wait. A few microseconds.
pub fn scrubbed<T>(work: impl FnOnce() -> T) -> T {
    let done = apart(work);
    scrub_stack();
    done
}

/// What a thread of somebody else's pool may do so that nothing stays on its stack: what is taken along and what comes back goes by
/// a pointer, since each frame of the pool that hands it on would keep a copy that nobody overwrites.
pub fn scrubbing<T: Send>(work: impl FnOnce() -> T + Send) -> impl FnOnce() -> Box<T> + Send {
    let work = Box::new(work);
    move || scrubbed(move || Box::new((*work)()))
}

/// In a frame of its own, below that of the caller.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    black_box(work)()
}

/// Overwrites the stack below the caller's own frame.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "to fill the stack is what it is for; threads have two megabytes")]
pub fn scrub_stack() {
    let room = [0_u8; SCRUBBED];
    // Somebody might look at it, as far as the compiler knows.
    black_box(&room);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_comes_back() {
        assert_eq!(scrubbed(|| black_box([7_u8; 300]).iter().map(|byte| u32::from(*byte)).sum::<u32>()), 2100);
        let text = String::from("by a pointer");
        assert_eq!(*scrubbing(move || text.len())(), 12);
    }
}
