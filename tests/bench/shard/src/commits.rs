//! Commits of many writes: each ours has a root and is durable in a journal. RocksDB's is a batch with its log synced,
//! and has no root; those of the other peers have one, and are durable in the way that each of them says.

use crate::draw::{Draw, key, order};
use crate::peers::Peers;
use crate::{Asked, Goal, Result, Row, median};
use abi::Hash;
use abi::call::{Call, Caller, Proof, SignedCall};
use abi::codec::Bytes;
use abi::outcome::Outcome;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use journal::{Block, Entry, Header, Journal};
use node::{FileDisk, RocksStore};
use rocksdb::{DB, Options, WriteBatch, WriteOptions};
use state::{Diff, Store, Tree};
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

/// Writes of a commit while the keys are put in.
const LOADED: usize = 25_000;

/// Writes of a commit that is timed.
pub(crate) const SIZES: [usize; 2] = [1_000, 25_000];

/// The one that is not a process of its own.
const PLAIN: &str = "RocksDB, no root";

/// Those that a row is for, and what the ratio should be at each size.
const PEERS: [(&str, [Goal; SIZES.len()]); 5] = [
    ("qmdb-current", [Goal::AtLeast(2.5), Goal::AtLeast(1.7)]),
    ("qmdb-any", [Goal::None, Goal::None]),
    (PLAIN, [Goal::AtLeast(2.5), Goal::AtLeast(1.8)]),
    ("nomt", [Goal::AtLeast(20.0), Goal::AtLeast(14.0)]),
    ("jmt", [Goal::None, Goal::None]),
];

/// Whoever commits.
pub(crate) trait Commits {
    fn commit(&mut self, writes: Vec<(Vec<u8>, Vec<u8>)>) -> Result<()>;
}

/// The numbers of this many keys, as they are put in: those of one commit after those of another.
pub(crate) fn loads(keys: u64) -> impl Iterator<Item = Range<u64>> {
    let size = LOADED as u64;
    (0..keys.div_ceil(size)).map(move |load| load * size..keys.min((load + 1) * size))
}

fn drawn(numbers: Range<u64>, draw: &mut Draw) -> Vec<(Vec<u8>, Vec<u8>)> {
    numbers.map(|n| (key(n), draw.value())).collect()
}

/// A journal, a tree and a store, in the kernel's order.
pub(crate) struct Ours {
    journal: Journal<FileDisk>,
    pub(crate) tree: Tree,
    pub(crate) store: RocksStore,
    last: Option<Header>,
}

impl Ours {
    fn new(dir: &Path) -> Result<Ours> {
        let disk = dir.join("journal");
        std::fs::create_dir(&disk)?;
        let disk = FileDisk::open(Dir::open_ambient_dir(disk, ambient_authority())?)?;
        let store = RocksStore::open(&dir.join("store"))?;
        Ok(Ours { journal: Journal::create(disk, Hash::ZERO)?, tree: Tree::new(), store, last: None })
    }

    /// One that has this many keys, which come in their order: so they are in soonest.
    pub(crate) fn filled(dir: &Path, keys: u64, draw: &mut Draw) -> Result<Ours> {
        let mut ours = Ours::new(dir)?;
        let mut numbers: Vec<u64> = (0..keys).collect();
        numbers.sort_unstable_by_key(|number| order(*number));
        for numbers in numbers.chunks(LOADED) {
            ours.commit(numbers.iter().map(|number| (key(*number), draw.value())).collect())?;
        }
        Ok(ours)
    }

    /// The header of the next block, of one call.
    fn header(&self, diff: &Diff, root_after: Hash) -> Header {
        let last = self.last.as_ref();
        let height = last.map_or(1, |last| last.height + 1);
        Header {
            version: abi::VERSION,
            shard: Hash::ZERO,
            height,
            previous: last.map_or(Hash::ZERO, Header::hash),
            epoch: 1,
            first_seq: height - 1,
            count: 1,
            root_before: last.map_or(state::empty_root(), |last| last.root_after),
            root_after,
            execution_root: Hash::ZERO,
            history_size: height,
            history_root: Hash::ZERO,
            diff: diff.hash(),
            time_ms: 0,
        }
    }

    /// Replaces keys of these numbers by others, whose numbers are `by` more.
    pub(crate) fn replace(&mut self, numbers: Range<u64>, by: u64, draw: &mut Draw) -> Result<()> {
        let gone = numbers.clone().map(|n| (key(n), None));
        let come = numbers.map(|n| (key(n + by), Some(draw.value())));
        let writes: Vec<_> = gone.chain(come).collect();
        self.commit_diff(writes.iter().map(|(key, value)| (&**key, value.as_deref())).collect())
    }

    fn commit_diff(&mut self, diff: Diff) -> Result<()> {
        let root = self.tree.apply(&self.store.view(), &diff)?;
        let header = self.header(&diff, root);
        let block = Block { header, build: String::new(), entries: vec![entry()], diff };
        self.journal.append(&block, None)?;
        self.journal.sync()?;
        self.store.apply(header.height, &block.diff)?;
        self.last = Some(header);
        Ok(())
    }
}

impl Commits for Ours {
    fn commit(&mut self, writes: Vec<(Vec<u8>, Vec<u8>)>) -> Result<()> {
        self.commit_diff(writes.iter().map(|(key, value)| (&**key, Some(&**value))).collect())
    }
}

/// A call that stands for the one that wrote.
fn entry() -> Entry {
    let call = Call {
        version: abi::VERSION,
        shard: Hash::ZERO,
        program: None,
        method: "put".into(),
        args: Bytes(vec![0x80]),
        salt: [0; 32],
        caller: Caller::Nobody,
        key: [0; 32],
        expires_ms: 0,
        fuel_max: 0,
    };
    Entry {
        call: SignedCall { call, proof: Proof::None },
        program: Hash::ZERO,
        time_ms: 0,
        outcome: Outcome::Returned(vec![0x80]),
        events: Vec::new(),
        messages: Vec::new(),
        diff: Hash::ZERO,
        fuel: 0,
        erased: None,
    }
}

/// A plain database.
struct Plain {
    db: DB,
}

impl Plain {
    /// With the options that were the fastest of those tried: large buffers, two threads behind them.
    fn new(dir: &Path) -> Result<Plain> {
        let mut options = Options::default();
        options.create_if_missing(true);
        options.set_compression_type(rocksdb::DBCompressionType::Lz4);
        options.set_write_buffer_size(64 << 20);
        options.set_max_write_buffer_number(4);
        options.increase_parallelism(2);
        Ok(Plain { db: DB::open(&options, dir.join("plain"))? })
    }
}

impl Commits for Plain {
    fn commit(&mut self, writes: Vec<(Vec<u8>, Vec<u8>)>) -> Result<()> {
        let mut batch = WriteBatch::default();
        writes.iter().for_each(|(key, value)| batch.put(key, value));
        let mut options = WriteOptions::default();
        options.set_sync(true);
        Ok(self.db.write_opt(batch, &options)?)
    }
}

/// Updates of keys that are there, at two sizes of a commit; and keys that come and go.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let (mut ours, mut plain) = (Ours::new(dir.path())?, Plain::new(dir.path())?);
    let mut draw = Draw::new(1);
    for numbers in loads(asked.keys) {
        let writes = drawn(numbers, &mut draw);
        plain.commit(writes.clone())?;
        ours.commit(writes)?;
    }
    let names: Vec<_> = PEERS.iter().map(|(name, _)| *name).filter(|name| *name != PLAIN).collect();
    let mut peers = Peers::start(asked, dir.path(), &names, asked.keys);
    let (mut rows, mut rates_of_ours) = (Vec::new(), Vec::new());
    for (n, size) in SIZES.into_iter().enumerate() {
        let (mut of_ours, mut of_plain) = (Vec::new(), Vec::new());
        for _ in 0..asked.rounds {
            of_ours.push(updates(&mut ours, size, (asked.keys, asked.time), &mut draw)?);
            of_plain.push(updates(&mut plain, size, (asked.keys, asked.time), &mut draw)?);
            peers.turn(&format!("updates {size} {}", asked.time.as_secs_f64()));
        }
        let (ours, mut rates) = (median(of_ours), peers.medians());
        rates_of_ours.push(ours);
        rates.push((PLAIN, median(of_plain)));
        for (name, goals) in PEERS {
            let what = format!("updates, {size} to a commit, of {} keys", asked.keys);
            let peer = rates.iter().find(|(of, _)| *of == name).copied();
            rows.extend(peer.map(|_| Row { what, ours, peer, unit: "/s", goal: goals[n] }));
        }
    }
    drop(peers);
    let mut first = 0;
    // Updates ask for no neighbours, which are read from the database at first.
    replacements(&mut ours, SIZES[0], asked, &mut first, &mut draw)?;
    for (size, updates) in SIZES.into_iter().zip(rates_of_ours) {
        let rates = (0..asked.rounds).map(|_| replacements(&mut ours, size, asked, &mut first, &mut draw));
        let ours = median(rates.collect::<Result<_>>()?);
        let what = format!("keys deleted and inserted, {size} to a commit, of {} keys", asked.keys);
        let peer = Some(("updates", updates));
        rows.push(Row { what, ours, peer, unit: "/s", goal: Goal::AtLeast(0.5) });
    }
    Ok(rows)
}

/// Keys deleted and inserted in a second of committing: the oldest ones go, and as many come.
fn replacements(
    ours: &mut Ours,
    size: usize,
    asked: &Asked,
    first: &mut u64,
    draw: &mut Draw,
) -> Result<f64> {
    let (mut took, mut replaced, half) = (Duration::ZERO, 0, size as u64 / 2);
    while took < asked.time {
        let numbers = *first..*first + half;
        *first += half;
        let begun = Instant::now();
        ours.replace(numbers, asked.keys, draw)?;
        took += begun.elapsed();
        replaced += 2 * half;
    }
    Ok(replaced as f64 / took.as_secs_f64())
}

/// Updates of so many keys in a second of committing.
pub(crate) fn updates(
    commits: &mut dyn Commits,
    size: usize,
    (keys, time): (u64, Duration),
    draw: &mut Draw,
) -> Result<f64> {
    let times = timed(commits, size, keys, time, 0, draw)?;
    Ok((times.len() * size) as f64 / times.iter().sum::<Duration>().as_secs_f64())
}

/// The times of commits of `size` updates of so many keys, for some time and at least `least`, without a pause: what is
/// written next is drawn between two of them.
pub(crate) fn timed(
    commits: &mut dyn Commits,
    size: usize,
    keys: u64,
    time: Duration,
    least: usize,
    draw: &mut Draw,
) -> Result<Vec<Duration>> {
    let (mut took, mut times) = (Duration::ZERO, Vec::new());
    while took < time || times.len() < least {
        let writes = (0..size).map(|_| (key(draw.below(keys)), draw.value())).collect();
        let begun = Instant::now();
        commits.commit(writes)?;
        let time = begun.elapsed();
        took += time;
        times.push(time);
    }
    Ok(times)
}
