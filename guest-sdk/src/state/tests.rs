use crate::prelude::*;
use crate::test::{Host, Reply, identity};
use crate::{Decode, Encode, Program};
use abi::interface::{Described, Type, encode, encoded_len};
use abi::outcome::Trap;
use alloc::collections::BTreeMap;
use proptest::prelude::*;

#[program]
#[allow(unreachable_pub, reason = "written as a program's author writes it")]
mod shelf {
    use crate::prelude::*;

    #[state]
    pub struct Shelf {
        /// In a field whose name begins with another's.
        books: IndexedMap<u32, Book>,
        #[index(books, |_, book| [book.author.clone()])]
        book: Index<String, u32>,
        #[index(books, |id, book| (book.number > 0).then_some((*id % 2, book.number)))]
        numbers: UniqueIndex<(u32, u32), u32>,
        readers: Set<(String, u8)>,
        reading: Log<String>,
    }

    #[derive(Clone, PartialEq, Debug, Value)]
    pub struct Book {
        pub author: String,
        pub number: u32,
    }

    impl Shelf {
        #[call]
        pub fn put(&mut self, id: u32, book: Book) {
            self.books.insert(&id, &book);
        }

        #[call]
        pub fn take(&mut self, id: u32) {
            self.books.remove(&id);
        }

        #[call]
        pub fn reindex(&mut self, limit: u32) -> bool {
            self.books.reindex(limit as usize)
        }

        #[query]
        pub fn books(&self) -> Vec<(u32, Book)> {
            self.books.iter().collect()
        }

        #[query]
        pub fn of(&self, author: String) -> Vec<u32> {
            self.book.of(&author).map(|(_, id)| id).collect()
        }

        #[query]
        pub fn between(&self, from: String, to: String) -> Vec<(String, u32)> {
            self.book.within(from..to).collect()
        }

        #[query]
        pub fn after(&self, author: String) -> Vec<(String, u32)> {
            use core::ops::Bound::{Excluded, Unbounded};
            self.book.within((Excluded(author), Unbounded)).reversed().collect()
        }

        #[query]
        pub fn until(&self, author: String) -> Vec<(String, u32)> {
            self.book.within(..=author).collect()
        }

        #[query]
        pub fn numbers(&self) -> Vec<((u32, u32), u32)> {
            self.numbers.iter().collect()
        }

        #[query]
        pub fn numbered(&self, id: u32, number: u32) -> Option<u32> {
            self.numbers.get(&(id, number))
        }

        #[call]
        pub fn enter(&mut self, name: String, floor: u8) {
            self.readers.insert(&(name, floor));
        }

        #[call]
        pub fn leave(&mut self, name: String, floor: u8) {
            self.readers.remove(&(name, floor));
        }

        #[query]
        pub fn floors(&self, name: String) -> Vec<u8> {
            self.readers.of(&name).reversed().map(|(_, floor)| floor).collect()
        }

        #[query]
        pub fn ends(&self) -> (Vec<Option<(String, u8)>>, bool, u32) {
            let all = self.readers.range(("a".into(), 1)..);
            let count = u32::try_from(all.count()).unwrap();
            (vec![self.readers.first(), self.readers.last()], self.readers.contains(&("a".into(), 1)), count)
        }

        #[call]
        pub fn read(&mut self, line: String) -> u64 {
            self.reading.append(&line)
        }

        #[query]
        pub fn lines(&self, from: u64, to: u64) -> Vec<(u64, String)> {
            self.reading.range(from..to).collect()
        }

        #[query]
        pub fn line(&self, at: u64) -> (u64, bool, Option<String>, Option<(u64, String)>) {
            (self.reading.len(), self.reading.is_empty(), self.reading.get(at), self.reading.last())
        }
    }
}

use shelf::Book;

fn host() -> Host {
    Host::new::<shelf::Program>()
}

fn put(host: &mut Host, id: u32, author: &str, number: u32) -> Reply {
    host.call(&identity(1), "put", &(id, Book { author: author.into(), number }))
}

fn call(host: &mut Host, method: &str, args: &impl Encode) {
    host.call(&identity(1), method, args).returned::<()>();
}

/// The books as another way of finding them should find them, from the books themselves.
fn holds(host: &Host) {
    let books: BTreeMap<u32, Book> = host.ask::<Vec<(u32, Book)>>("books", &()).into_iter().collect();
    let mut by_author: Vec<_> = books.iter().map(|(id, book)| (book.author.clone(), *id)).collect();
    by_author.sort();
    assert_eq!(host.ask::<Vec<(String, u32)>>("between", &("", "\u{10ffff}")), by_author);
    let mut numbers: Vec<_> = books.iter().map(|(id, book)| ((*id % 2, book.number), *id)).collect();
    numbers.retain(|((_, number), _)| *number > 0);
    numbers.sort();
    assert_eq!(host.ask::<Vec<((u32, u32), u32)>>("numbers", &()), numbers);
}

#[test]
fn an_index_follows_its_map() {
    let mut host = host();
    for (id, author, number) in [(3, "b", 1), (1, "b", 0), (2, "a", 0), (4, "ba", 1), (3, "b", 2)] {
        put(&mut host, id, author, number).returned::<()>();
        holds(&host);
    }
    assert_eq!(host.ask::<Vec<u32>>("of", &("b",)), [1, 3]);
    assert_eq!(host.ask::<Option<u32>>("numbered", &(1u32, 2u32)), Some(3));
    put(&mut host, 3, "c", 0).returned::<()>();
    assert_eq!(host.ask::<Vec<u32>>("of", &("b",)), [1]);
    call(&mut host, "take", &(3u32,));
    call(&mut host, "take", &(3u32,));
    holds(&host);
    for id in [1u32, 2, 4] {
        call(&mut host, "take", &(id,));
    }
    assert_eq!(host.state().count(), 0, "an index keeps nothing of what is gone");
}

#[test]
fn ranges_of_an_index_are_in_the_order_of_what_it_is_by() {
    let mut host = host();
    for (id, author) in [(1, "b"), (2, "a"), (0, "b"), (3, "a\0"), (4, "ÿ")] {
        put(&mut host, id, author, 0).returned::<()>();
    }
    let of = |entries: &[(&str, u32)]| -> Vec<(String, u32)> {
        entries.iter().map(|(author, id)| ((*author).into(), *id)).collect()
    };
    assert_eq!(host.ask::<Vec<(String, u32)>>("between", &("a", "b")), of(&[("a", 2), ("a\0", 3)]));
    assert_eq!(
        host.ask::<Vec<(String, u32)>>("after", &("a",)),
        of(&[("ÿ", 4), ("b", 1), ("b", 0), ("a\0", 3)])
    );
    assert_eq!(host.ask::<Vec<(String, u32)>>("until", &("a\0",)), of(&[("a", 2), ("a\0", 3)]));
}

#[test]
fn a_unique_index_has_one_entry_for_each() {
    let mut host = host();
    put(&mut host, 1, "a", 7).returned::<()>();
    put(&mut host, 2, "b", 7).returned::<()>();
    let reply = put(&mut host, 3, "c", 7);
    assert_eq!((reply.trapped(), reply.diff.len()), (Some(Trap::Unreachable), 0));
    assert_eq!(reply.logs, ["panicked: a unique index has another entry there"]);
    put(&mut host, 1, "a", 8).returned::<()>();
    put(&mut host, 3, "c", 7).returned::<()>();
    holds(&host);
}

/// A program before it, without the indexes.
#[program]
#[allow(unreachable_pub, reason = "written as a program's author writes it")]
mod heap {
    use crate::prelude::*;

    #[state]
    pub struct Heap {
        books: Map<u32, super::Book>,
    }

    impl Heap {
        #[call]
        pub fn put(&mut self, id: u32, book: super::Book) {
            self.books.insert(&id, &book);
        }
    }
}

/// Whether the indexes are mended then, after up to `limit` entries of them.
fn reindex(host: &mut Host, limit: u32) -> bool {
    host.call(&identity(1), "reindex", &(limit,)).returned::<bool>()
}

#[test]
fn an_index_that_is_added_finds_what_was_there() {
    let mut host = Host::new::<heap::Program>();
    put(&mut host, 1, "a", 7).returned::<()>();
    put(&mut host, 2, "b", 0).returned::<()>();
    host.upgrade::<shelf::Program>(Hash::ZERO, 0);
    assert_eq!(host.ask::<Vec<u32>>("of", &("a",)), [0; 0]);
    assert!(reindex(&mut host, 9));
    holds(&host);
    assert_eq!(host.ask::<Vec<u32>>("of", &("a",)), [1]);
}

/// Between the steps of a migration the program before goes on writing.
#[test]
fn an_index_is_mended_step_by_step_whatever_is_written_between() {
    let mut host = Host::new::<shelf::Program>();
    for (id, author, number) in [(1, "a", 7), (2, "b", 0), (3, "c", 8), (4, "d", 9)] {
        put(&mut host, id, author, number).returned::<()>();
    }
    host.upgrade::<heap::Program>(Hash::ZERO, 0);
    // One loses its author, two exchange their numbers in the unique index, and one is new.
    for (id, author, number) in [(2, "bb", 0), (1, "a", 8), (3, "c", 7), (5, "e", 1)] {
        put(&mut host, id, author, number).returned::<()>();
    }
    host.upgrade::<shelf::Program>(Hash::ZERO, 0);
    let steps = (1..).find(|_| reindex(&mut host, 2));
    // Three that are stale and five that are missing, and a look that finds nothing.
    assert_eq!(steps, Some(5));
    holds(&host);
    assert!(host.call(&identity(1), "reindex", &(1u32,)).diff.is_empty());
}

#[test]
fn a_set_has_keys_in_order_and_no_values() {
    let mut host = host();
    for (name, floor) in [("b", 1u8), ("a", 2), ("a", 1), ("ab", 9), ("a", 1)] {
        call(&mut host, "enter", &(name, floor));
    }
    assert_eq!(host.ask::<Vec<u8>>("floors", &("a",)), [2, 1]);
    let ends: (Vec<Option<(String, u8)>>, bool, u32) = host.ask("ends", &());
    assert_eq!(ends, (vec![Some(("a".into(), 1)), Some(("b".into(), 1))], true, 4));
    call(&mut host, "leave", &("a", 1u8));
    assert_eq!(host.ask::<Vec<u8>>("floors", &("a",)), [2]);
    assert!(host.state().all(|(_, value)| value == [0x80]));
}

#[test]
fn a_log_counts_from_0_and_keeps_its_order() {
    let mut host = host();
    type Line = (u64, bool, Option<String>, Option<(u64, String)>);
    assert_eq!(host.ask::<Line>("line", &(0u64,)), (0, true, None, None));
    for ordinal in 0..300u64 {
        let line = ordinal.to_string();
        assert_eq!(host.call(&identity(1), "read", &(line,)).returned::<u64>(), ordinal);
    }
    let last = Some((299, "299".to_string()));
    assert_eq!(host.ask::<Line>("line", &(255u64,)), (300, false, Some("255".into()), last));
    let lines: Vec<(u64, String)> = host.ask("lines", &(255u64, 258u64));
    assert_eq!(lines, [(255, "255".into()), (256, "256".into()), (257, "257".into())]);
}

#[test]
fn the_interface_tells_of_every_field_as_a_map() {
    const BYTES: [u8; encoded_len(shelf::Program::INTERFACE)] = encode(shelf::Program::INTERFACE);
    let described = Described::from_bytes(&BYTES).unwrap();
    let forms: Vec<_> = described
        .state
        .iter()
        .map(|slot| (slot.name.as_str(), slot.key.clone(), slot.value.clone()))
        .collect();
    let (text, number) = (Type::Text, Type::Unsigned(32));
    let book =
        Type::Struct("Book".into(), vec![("author".into(), text.clone()), ("number".into(), number.clone())]);
    let tuple = |of: &[&Type]| Some(Type::Tuple(of.iter().map(|&form| form.clone()).collect()));
    let expected = [
        ("books", Some(number.clone()), book),
        ("book", tuple(&[&text, &number]), Type::Unit),
        ("numbers", tuple(&[&number, &number]), number),
        ("readers", tuple(&[&text, &Type::Unsigned(8)]), Type::Unit),
        ("reading", Some(Type::Unsigned(64)), text),
    ];
    assert_eq!(forms, expected);
}

proptest! {
    /// Whatever is put and taken, in whatever order, the indexes are those of what is there.
    #[test]
    fn an_index_is_true(acts in proptest::collection::vec((0u32..6, "[\0a]{0,2}", 0u32..3, any::<bool>()), 0..24)) {
        let mut host = host();
        for (id, author, number, is_put) in acts {
            let before: Vec<(u32, Book)> = host.ask("books", &());
            let is_taken = |(other, book): &(u32, Book)| {
                *other != id && other % 2 == id % 2 && book.number == number && number > 0
            };
            if is_put {
                let reply = put(&mut host, id, &author, number);
                prop_assert_eq!(reply.outcome.is_returned(), !before.iter().any(is_taken));
            } else {
                call(&mut host, "take", &(id,));
            }
            holds(&host);
        }
        for (id, _) in host.ask::<Vec<(u32, Book)>>("books", &()) {
            call(&mut host, "take", &(id,));
        }
        prop_assert_eq!(host.state().count(), 0);
    }
}
