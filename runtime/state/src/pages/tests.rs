//! Pages over a map that stands for the backing, beside a map to which everything is written.

use super::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// What is done to both.
#[derive(Clone, Debug)]
enum Step {
    Write(Vec<(u8, Option<u8>)>),
    Get(u8),
    Greatest(u8, u8),
    Scan(u8, Option<u8>, bool, usize),
    /// A gap is read in the backing now, and filled in only later.
    Read(u8),
    Fill,
    /// A generation ends, unless one is being taken.
    Freeze,
    /// So many portions are taken; the last one ends it, or it fails.
    Take(usize, bool),
    Forget,
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0u8..40;
    prop_oneof![
        4 => vec((key.clone(), option::weighted(0.7, any::<u8>())), 0..12).prop_map(Step::Write),
        2 => key.clone().prop_map(Step::Get),
        2 => (key.clone(), key.clone()).prop_map(|(from, to)| Step::Greatest(from, to)),
        2 => (key.clone(), option::of(key.clone()), any::<bool>(), 0usize..20)
            .prop_map(|(from, to, reverse, limit)| Step::Scan(from, to, reverse, limit)),
        1 => key.prop_map(Step::Read),
        1 => Just(Step::Fill),
        2 => Just(Step::Freeze),
        4 => (1usize..4, any::<bool>()).prop_map(|(portions, works)| Step::Take(portions, works)),
        2 => Just(Step::Forget),
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
    backing: Map,
    /// Everything that was written, and how that was when the generation ended that is being taken.
    model: Map,
    frozen: Map,
    taken: Vec<Diff>,
    read: Vec<Stretch>,
    /// Beyond which something is forgotten whenever something is read.
    bytes_max: usize,
}

impl World {
    fn new(entries: Vec<(u8, u8)>, bytes_max: usize) -> World {
        let backing: Map = entries.iter().map(|(n, v)| (key(*n), value(*v))).collect();
        let (model, frozen) = (backing.clone(), Map::new());
        World { pages: Pages::new(), backing, model, frozen, taken: Vec::new(), read: Vec::new(), bytes_max }
    }

    /// Asks until there is no gap, which must not take long.
    fn ask<T>(&mut self, mut ask: impl FnMut(&Pages) -> Result<T, Gap>) -> T {
        for _ in 0..100 {
            match ask(&self.pages) {
                Ok(answer) => return answer,
                Err(gap) => {
                    self.pages.fill(gap.read(&self.backing).unwrap());
                    self.pages.forget(self.bytes_max);
                }
            }
        }
        panic!("a gap that is filled stays");
    }

    fn write(&mut self, writes: &[(u8, Option<u8>)]) {
        let writes: Vec<_> = writes.iter().map(|(n, v)| (key(*n), v.map(value))).collect();
        self.pages.write(writes.iter().map(|(key, value)| (&**key, value.as_deref())));
        for (key, value) in writes {
            match value {
                Some(value) => self.model.insert(key, value),
                None => self.model.remove(&key),
            };
        }
    }

    fn scan(&mut self, scan: &Scan<'_>) -> Vec<Entry> {
        let mut found = Vec::new();
        self.ask(|pages| pages.scan(scan, &mut found));
        found
    }

    /// Takes portions; at the end, or where it fails, the backing has all of it or a part.
    fn take(&mut self, portions: usize, works: bool) {
        if self.pages.taking.is_none() {
            return;
        }
        for _ in 0..portions {
            let Some(portion) = self.pages.take() else {
                for (key, value) in self.taken.drain(..).collect::<Vec<_>>().iter().flat_map(Diff::iter) {
                    match value {
                        Some(value) => self.backing.insert(key.to_vec(), value.to_vec()),
                        None => self.backing.remove(key),
                    };
                }
                assert_eq!(self.backing, self.frozen, "a generation is taken as it was when it ended");
                self.pages.flushed(true);
                return;
            };
            self.taken.push(portion);
        }
        if !works {
            self.taken.clear();
            self.pages.flushed(false);
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Write(writes) => self.write(&writes),
            Step::Get(n) => {
                let found = self.ask(|pages| pages.get(&key(n)).map(|value| value.map(<[u8]>::to_vec)));
                assert_eq!(found, self.model.get(&key(n)).cloned());
            }
            Step::Greatest(from, to) => {
                let (from, to) = (key(from), key(to));
                let found = self.ask(|pages| pages.greatest(&from, &to));
                let wanted = self.model.greatest(&[(from.clone(), &to)]).unwrap().pop().flatten();
                assert_eq!(found, wanted);
            }
            Step::Scan(from, to, reverse, limit) => {
                let (from, to) = (key(from), to.map(key));
                let scan = Scan { from: &from, to: to.as_deref(), reverse, limit };
                assert_eq!(self.scan(&scan), View::scan(&self.model, &scan).unwrap());
            }
            Step::Read(n) => {
                if let Err(gap) = self.pages.get(&key(n)) {
                    self.read.push(gap.read(&self.backing).unwrap());
                }
            }
            Step::Fill => self.read.drain(..).for_each(|stretch| self.pages.fill(stretch)),
            Step::Freeze => {
                if self.pages.taking.is_none() {
                    self.frozen = self.model.clone();
                    self.pages.freeze();
                }
            }
            Step::Take(portions, works) => self.take(portions, works),
            Step::Forget => self.pages.forget(0),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn they_read_like_the_map_that_was_written(
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
        }
        let all = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };
        let down = Scan { reverse: true, ..all };
        let mut found = world.scan(&down);
        found.reverse();
        prop_assert_eq!(&found, &world.scan(&all));
        prop_assert_eq!(found, View::scan(&world.model, &all).unwrap());
    }
}

/// Twice around: the first time takes the marks.
fn forget(pages: &mut Pages) {
    pages.forget(0);
    pages.forget(0);
}

#[test]
fn what_is_written_back_can_be_forgotten_and_nothing_else() {
    let mut world = World::new((0..40).map(|n| (n, n)).collect(), usize::MAX);
    world.scan(&Scan { from: b"", to: None, reverse: false, limit: usize::MAX });
    world.write(&[(5, Some(1)), (6, None)]);
    assert!(!world.pages.is_clean());
    forget(&mut world.pages);
    let kept: usize = world.pages.pages.values().map(|page| page.written(0, u32::MAX).count()).sum();
    assert_eq!(kept, 2);
    world.step(Step::Freeze);
    world.take(usize::MAX, true);
    assert!(world.pages.is_clean());
    forget(&mut world.pages);
    assert_eq!(world.pages.pages.len(), 1, "and so are the ranges that nothing is known of");
}
