//! Two pieces of work side by side: the one place of the pure crates that has threads.
//!
//! # Guarantees
//!
//! - What comes out is what would come out of one after the other: the pieces share nothing that changes.
//! - Where no thread is to be had, as in a browser, they are run one after the other.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::cell::Cell;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::mpsc::{SendError, sync_channel};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread::{self, Builder};

/// The stack of a thread: with less than a guest may need, every call that runs here would be lent some by the system.
const STACK_BYTES: usize = 8 << 20;

/// The threads that stand by, one for each core; `None` where there are none.
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let threads = ThreadPoolBuilder::new().stack_size(STACK_BYTES);
    threads.thread_name(|number| format!("beside {number}")).build().ok()
});

thread_local! {
    static IS_ALONE: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, this thread shares nothing; then as it was.
struct Alone(bool);

impl Drop for Alone {
    fn drop(&mut self) {
        IS_ALONE.set(self.0);
    }
}

/// Does `here` by itself, where there are only two cores: for whoever knows that both have enough to do. What is shared
/// then waits for threads that are busy.
pub fn alone<A>(here: impl FnOnce() -> A) -> A {
    let _alone = Alone(IS_ALONE.replace(true));
    here()
}

/// Does `there` on another thread while `here` is done on this one, and returns when both are.
pub fn beside<A: Send, B>(there: impl FnOnce() -> A + Send, here: impl FnOnce() -> B) -> (A, B) {
    let Some(pool) = &*POOL else {
        let here = here();
        return (there(), here);
    };
    let mut done = None;
    let here = pool.in_place_scope(|scope| {
        scope.spawn(|_| done = Some(there()));
        here()
    });
    (done.expect("a scope ends when all in it is done"), here)
}

/// The same, if it `is_worth` a thread; here, one after the other, if not.
pub fn beside_if<A: Send, B>(
    is_worth: bool,
    there: impl FnOnce() -> A + Send,
    here: impl FnOnce() -> B,
) -> (A, B) {
    if is_worth {
        return beside(there, here);
    }
    let here = here();
    (there(), here)
}

/// Does both of two pieces that are at home on any thread, if that `is_worth` it: a second thread takes the other one if
/// it has nothing else to do, and nobody waits for it to come.
pub fn both<A: Send, B: Send>(
    is_worth: bool,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    let is_free = |pool: &&ThreadPool| !IS_ALONE.get() || pool.current_num_threads() > 2;
    match POOL.as_ref().filter(|_| is_worth).filter(is_free) {
        Some(pool) => pool.join(one, other),
        None => (one(), other()),
    }
}

/// What `each` makes of this many items, part by part: of both halves side by side, if they are so many that it is
/// worth a thread.
///
/// # Errors
///
/// Those of `each`: of the first half, if both have one.
pub fn halves<T: Send, E: Send>(
    items: usize,
    worth: usize,
    each: impl Fn(Range<usize>) -> Result<Vec<T>, E> + Sync,
) -> Result<Vec<T>, E> {
    if items < worth {
        return each(0..items);
    }
    let half = items / 2;
    let (first, second) = both(true, || each(0..half), || each(half..items));
    let mut both = first?;
    both.append(&mut second?);
    Ok(both)
}

/// How many pieces wait for the other thread, at most.
const WAITING_MAX: usize = 2;

/// Does `there` on another thread with each piece that `here` gives away on this one, in that order, and returns
/// when all is done.
#[expect(
    clippy::disallowed_methods,
    reason = "a fork that is joined here: nobody sees that there was a thread"
)]
pub fn each_beside<P: Send, B>(there: impl FnMut(P) + Send, here: impl FnOnce(&mut dyn FnMut(P)) -> B) -> B {
    let there = Mutex::new(there);
    let lock = || there.lock().unwrap_or_else(PoisonError::into_inner);
    let (give, taken) = sync_channel(WAITING_MAX);
    thread::scope(|scope| {
        let each = || {
            let mut there = lock();
            taken.into_iter().for_each(&mut *there);
        };
        let thread = Builder::new().spawn_scoped(scope, each);
        let done = here(&mut |piece| {
            if let Err(SendError(piece)) = give.send(piece) {
                // There is no thread, or it has panicked, which is passed on below.
                (lock())(piece);
            }
        });
        drop(give);
        thread.ok().map_or(Ok(()), |thread| thread.join()).unwrap_or_else(|panic| resume_unwind(panic));
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_is_taken_in_order_and_a_panic_is_passed_on() {
        let mut taken = Vec::new();
        let done = each_beside(
            |piece| taken.push(piece),
            |give| {
                (0..100).for_each(give);
                7
            },
        );
        assert_eq!((done, taken), (7, (0..100).collect()));
        let panics = || each_beside(|piece| assert_ne!(piece, 5), |give| (0..100).for_each(give));
        assert!(std::panic::catch_unwind(panics).is_err());
    }

    #[test]
    fn halves_make_what_the_whole_makes() {
        let each = |part: &[u8]| match part.iter().find(|item| **item > 7) {
            Some(item) => Err(*item),
            None => Ok(part.iter().map(|item| item + 1).collect::<Vec<_>>()),
        };
        let of = |list: &[u8], worth| halves(list.len(), worth, |part| each(&list[part]));
        for worth in [0, 3, 9] {
            assert_eq!(of(&[1, 5, 7], worth), Ok(vec![2, 6, 8]));
            assert_eq!(of(&[1, 8, 2, 9], worth), Err(8));
            assert_eq!(of(&[], worth), Ok(Vec::new()));
        }
    }

    #[test]
    fn both_are_done_and_a_panic_is_passed_on() {
        let mut sides = [0, 0];
        let (zero, one) = sides.split_at_mut(1);
        assert_eq!(beside(|| zero[0] = 1, || one[0] = 2), ((), ()));
        assert_eq!(sides, [1, 2]);
        for is_worth in [true, false] {
            assert_eq!(beside_if(is_worth, || 3, || 4), (3, 4));
            assert_eq!(both(is_worth, || 5, || both(is_worth, || 6, || 7)), (5, (6, 7)));
            assert!(std::panic::catch_unwind(|| both(is_worth, || (), || assert_eq!(1, 2))).is_err());
        }
        assert!(std::panic::catch_unwind(|| beside(|| assert_eq!(1, 2), || ())).is_err());
    }

    #[test]
    fn who_is_alone_on_two_cores_shares_nothing() {
        let here = || thread::current().id();
        let of_both = || both(true, here, here);
        let is_two = POOL.as_ref().is_some_and(|pool| pool.current_num_threads() <= 2);
        assert_eq!(alone(of_both) == (here(), here()), is_two);
        // What comes after is shared as ever: who is no thread of the pool has it work.
        assert_ne!(of_both().0, here());
    }
}
