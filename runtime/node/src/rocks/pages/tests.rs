//! Pages over a map that stands for the database.

use super::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// What is done to both.
#[derive(Clone, Debug)]
enum Step {
    /// The database changes, and what is known of it with it.
    Change(BTreeMap<u8, Option<u8>>),
    Get(u8),
    Scan(u8, Option<u8>, bool, usize),
    /// A gap is read in the database now, and filled in only later.
    Read(u8),
    Fill,
    Forget,
    /// The database changes, and nothing is known of it any more.
    Anew(u8, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0u8..40;
    prop_oneof![
        4 => proptest::collection::btree_map(key.clone(), option::weighted(0.7, any::<u8>()), 0..20)
            .prop_map(Step::Change),
        2 => key.clone().prop_map(Step::Get),
        2 => (key.clone(), option::of(key.clone()), any::<bool>(), 0usize..20)
            .prop_map(|(from, to, reverse, limit)| Step::Scan(from, to, reverse, limit)),
        1 => key.prop_map(Step::Read),
        1 => Just(Step::Fill),
        2 => Just(Step::Forget),
        1 => (0u8..40, any::<u8>()).prop_map(|(key, value)| Step::Anew(key, value)),
    ]
}

/// A key of one byte or, every third time, longer by another.
fn key(n: u8) -> Vec<u8> {
    if n.is_multiple_of(3) { vec![1, n / 3, 0] } else { vec![1, n / 3 + n % 3] }
}

fn value(n: u8) -> Vec<u8> {
    vec![n; usize::from(n % 7)]
}

struct World {
    pages: Pages,
    database: Map,
    read: Vec<Stretch>,
    /// Beyond which something is forgotten whenever something is read.
    bytes_max: usize,
}

impl World {
    fn new(entries: Vec<(u8, u8)>, bytes_max: usize) -> World {
        let database = entries.iter().map(|(n, v)| (key(*n), value(*v))).collect();
        World { pages: Pages::new(), database, read: Vec::new(), bytes_max }
    }

    /// Asks until there is no gap, which must not take long.
    fn ask<T>(&mut self, mut ask: impl FnMut(&Pages) -> Result<T, Gap>) -> T {
        for _ in 0..100 {
            match ask(&self.pages) {
                Ok(answer) => return answer,
                Err(gap) => {
                    self.pages.fill(gap.read(&self.database).unwrap());
                    self.pages.forget(self.bytes_max);
                }
            }
        }
        panic!("a gap that is filled stays");
    }

    fn change(&mut self, writes: BTreeMap<u8, Option<u8>>) {
        let writes: BTreeMap<_, _> = writes.into_iter().map(|(n, v)| (key(n), v.map(value))).collect();
        for (key, value) in writes.clone() {
            match value {
                Some(value) => self.database.insert(key, value),
                None => self.database.remove(&key),
            };
        }
        self.pages.renew();
        let mut writes = writes.iter().map(|(key, value)| (&**key, value.as_deref())).peekable();
        while writes.peek().is_some() {
            self.pages.update(&mut writes);
        }
    }

    fn scan(&mut self, scan: &Scan<'_>) -> Vec<Entry> {
        let mut found = Vec::new();
        self.ask(|pages| pages.scan(scan, &mut found));
        found
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Change(writes) => self.change(writes),
            Step::Get(n) => {
                let found = self.ask(|pages| pages.get(&key(n)).map(|value| value.map(<[u8]>::to_vec)));
                assert_eq!(found, self.database.get(&key(n)).cloned());
            }
            Step::Scan(from, to, reverse, limit) => {
                let (from, to) = (key(from), to.map(key));
                let scan = Scan { from: &from, to: to.as_deref(), reverse, limit };
                assert_eq!(self.scan(&scan), View::scan(&self.database, &scan).unwrap());
            }
            Step::Read(n) => {
                if let Err(gap) = self.pages.get(&key(n)) {
                    self.read.push(gap.read(&self.database).unwrap());
                }
            }
            Step::Fill => self.read.drain(..).for_each(|stretch| self.pages.fill(stretch)),
            Step::Forget => self.pages.forget(0),
            Step::Anew(n, v) => {
                self.database.insert(key(n), value(v));
                self.pages = self.pages.anew();
            }
        }
    }
}

const ALL: Scan<'static> = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn they_read_like_the_database(
        entries in vec((0u8..40, any::<u8>()), 0..30),
        steps in vec(step(), 0..60),
        bytes_max in prop_oneof![Just(0), Just(1_000), Just(usize::MAX)],
    ) {
        let mut world = World::new(entries, bytes_max);
        for step in steps {
            world.step(step);
            let bytes: usize =
                world.pages.pages.iter().map(|(first, page)| first.len() + page.size() + NODE_BYTES).sum();
            prop_assert_eq!(world.pages.bytes, bytes);
            prop_assert!(world.pages.pages.values().all(|page| !page.is_large()));
        }
        let mut found = world.scan(&Scan { reverse: true, ..ALL });
        found.reverse();
        prop_assert_eq!(&found, &world.scan(&ALL));
        prop_assert_eq!(found, View::scan(&world.database, &ALL).unwrap());
    }
}

#[test]
fn what_nobody_reads_is_forgotten() {
    let mut world = World::new((0..40).map(|n| (n, n)).collect(), usize::MAX);
    world.scan(&ALL);
    let whole = |world: &World| world.pages.pages.values().filter(|page| page.is_whole).count();
    let (pages, writes) = (whole(&world), |n| (n..n + 20).map(|n| (n, Some(n))).collect::<BTreeMap<_, _>>());
    assert!(pages > 10);
    // The first time takes the marks.
    world.change(writes(0));
    assert_eq!(whole(&world), pages);
    world.change(writes(0));
    let left = whole(&world);
    assert!(left < pages && left > pages / 4, "of {pages} pages those that were written to go, not {left}");
    world.pages.forget(0);
    world.pages.forget(0);
    assert_eq!(world.pages.pages.len(), 1, "and so are the ranges that nothing is known of");
}
