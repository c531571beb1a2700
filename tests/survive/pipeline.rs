//! A process that dies while many blocks are on their way.
//!
//! It is no `foil`, which answers at the end of a run, but a program over the same host, which the test starts again and
//! again: it answers call by call, and executes a block while it commits the one before it.

use crate::birth;
use crate::foil::{Folder, MIDNIGHT, soak};
use crate::history::History;
use crate::rng::Rng;
use abi::call::{Call, Caller, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::id::Hash;
use kernel::{Answer, Batch, Request};
use node::data::Data;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// Where the process that is to be killed finds its data directory.
const DATA: &str = "FOIL_PIPELINE_DATA";
/// Calls that are handed over at once, and those of a block.
const CALLS: u64 = 1_500;
const BLOCK_CALLS: usize = 20;
/// What the process says when it has opened its shard.
const OPEN: &str = "open";
/// What it says before the number of a call that it has answered.
const ANSWERED: &str = "answered ";

fn now_ms() -> u64 {
    MIDNIGHT.parse::<u64>().expect("a time") * 1_000
}

/// The call that is to have this place in history. One in eight is large, so that some blocks take long to be
/// written.
fn call(shard: Hash, seq: u64) -> SignedCall {
    let caller = birth::caller(1);
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seq.to_be_bytes());
    let size = if seq.is_multiple_of(8) { 20_000 } else { 100 };
    let args = (Bytes(seq.to_be_bytes().into()), Bytes(vec![key[7]; size])).to_bytes();
    let call = Call {
        version: abi::VERSION,
        shard,
        program: None,
        method: "put".into(),
        args: Bytes(args),
        salt: [7; 32],
        caller: Caller::Key(caller.public()),
        key,
        expires_ms: now_ms() + 1_000,
        fuel_max: 10_000_000,
    };
    SignedCall::sign(call, &caller)
}

#[test]
#[ignore = "the process that the test below starts, and kills"]
#[allow(clippy::print_stdout, reason = "this is how it answers")]
fn many_blocks_at_once() {
    let data = std::env::var_os(DATA).expect("a data directory");
    let data = Data::open(Path::new(&data)).expect("it is left alone");
    let id = data.choose(None).expect("it has one shard");
    let (mut shard, _) = data.open_shard(id, "many blocks at once".into()).expect("it recovers");
    println!("{OPEN}");
    loop {
        let next = shard.position().seq;
        let request = |seq| Request { signed: call(id, seq), now_ms: now_ms() };
        let requests = (next..next + CALLS).map(request).collect();
        let batch = Batch { requests, block_calls: BLOCK_CALLS, stop_at_rejection: false };
        for answer in shard.submit(batch).expect("nothing fails here") {
            match answer {
                Answer::New { seq, outcome } if outcome.is_returned() => println!("{ANSWERED}{seq}"),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// The process that is to be killed, and what it says.
struct Process {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// One that has opened the shard by now.
    fn open(folder: &Folder) -> Process {
        let test = std::env::current_exe().expect("a test knows where it is");
        let mut command = Command::new(test);
        command.args(["--ignored", "--exact", "pipeline::many_blocks_at_once", "--nocapture"]);
        command.env(DATA, folder.path("foil-data")).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a test starts");
        let said = BufReader::new(child.stdout.take().expect("it is heard")).lines();
        let mut process = Process { child, said };
        process.hear(OPEN);
        process
    }

    /// Waits for a line that begins so.
    fn hear(&mut self, begins: &str) {
        let is_heard = self.said.any(|line| line.is_ok_and(|line| line.starts_with(begins)));
        assert!(is_heard, "it ended by itself, without a word that it is {begins}");
    }

    /// Kills it after so long; the last call that it has answered since.
    fn killed(mut self, long: Duration) -> Option<u64> {
        let seq = |line: String| line.strip_prefix(ANSWERED)?.parse::<u64>().ok();
        let heard = spawn(move || self.said.map_while(Result::ok).filter_map(seq).last());
        sleep(long);
        let ended = self.child.try_wait().expect("a child can be waited for");
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("a killed child ends");
        assert!(ended.is_none(), "it ended by itself: {ended:?}");
        heard.join().expect("a pipe is read to its end")
    }
}

/// RocksDB's own logs of what is written to the store have nothing in them.
fn logs_are_empty(store: &Path) {
    let entries = store.read_dir().expect("a shard has a store").map(|entry| entry.expect("a file").path());
    let logs = entries.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    let sizes: Vec<u64> = logs.map(|path| path.metadata().expect("a file has a size").len()).collect();
    assert!(!sizes.is_empty() && sizes.iter().all(|size| *size == 0), "{sizes:?}");
}

/// At any moment: the real binary finds all that was answered, and nothing but what was asked, in order.
#[test]
#[allow(clippy::print_stdout, reason = "the figures are for whoever runs this with --nocapture")]
fn what_a_process_answers_among_many_blocks_outlives_it() {
    let folder = Folder::new();
    folder.write("put.wasm", &birth::programs()[0]);
    let shard = folder.create("");
    folder.foil(&format!("deploy put.wasm --sign authority.key --at {MIDNIGHT}")).ok();
    let id: Hash = shard.parse().expect("an id");
    let store = folder.path(&format!("foil-data/shards/{shard}/store"));
    let mut process = Process::open(&folder);
    let begun = Instant::now();
    process.hear(ANSWERED);
    let batch = begun.elapsed();
    process.killed(Duration::ZERO);
    let (mut rng, mut records, mut inside) = (Rng::new(1, "kills"), CALLS, 0);
    let rounds = if soak() { 60 } else { 6 };
    for round in 0..rounds {
        let long = batch * u32::from(rng.byte()) / 100;
        let answered = Process::open(&folder).killed(long).map_or(0, |seq| seq + 1);
        logs_are_empty(&store);
        folder.foil("bundle --out killed.foil").ok();
        let history = History::read(&folder.read("killed.foil"));
        let entries: Vec<_> = history.blocks.iter().flat_map(|block| &block.entries).collect();
        let found = entries.len() as u64;
        println!("killed after {long:?}: {answered} calls answered, {records} before, {found} now");
        assert!(found >= answered.max(records), "round {round}: what was answered is gone");
        // Between two answers, blocks of the calls that were not answered yet.
        inside += u64::from(found > answered.max(records));
        for (seq, entry) in (0u64..).zip(entries).skip(1) {
            assert!(entry.call == call(id, seq), "round {round}: another call at {seq}");
        }
        records = found;
        folder.verify(&format!("--shard {shard} killed.foil")).ok();
    }
    assert!(inside > rounds / 4, "most died between two batches: {inside}");
    folder.foil("scrub").ok();
    let shown = folder.foil("shard show").ok();
    assert_eq!(shown["root"], History::read(&folder.read("killed.foil")).root().to_string());
}
