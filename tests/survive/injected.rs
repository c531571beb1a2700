//! Processes that die, or are told of an error, at one of their system calls that write.
//!
//! `strace` counts calls by thread and by name, so a point is a name and a number: the n-th `fsync` of a
//! thread, for example. It needs ptrace, which some sandboxes forbid: then this fails and says so.

use crate::flights::World;
use crate::foil::{Folder, soak};
use crate::{each, nothing, spread};
use std::collections::BTreeMap;
use std::process::{Command, Output, Stdio};

/// The calls that change a file, a directory or what stands on the medium.
const WRITES: &[&str] = &[
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "fallocate",
    "ftruncate",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
];

/// What a call comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Killed,
    Error(&'static str),
}

/// One call of one kind, and what it comes to.
#[derive(Clone, Debug)]
struct Point {
    call: &'static str,
    number: u64,
    end: End,
}

/// A shard in `foil-data`, and something to be done with it.
struct Scene {
    world: World,
    /// The words that do it, on a data directory.
    words: fn(&World, &str) -> String,
    /// The bundle when it is done, and nothing has happened.
    bundle: Vec<u8>,
    /// A receipt that was handed out before.
    receipt: Vec<u8>,
}

/// The seq of that receipt's call.
const SEQ: u64 = 1;

fn receipt(world: &World) -> Vec<u8> {
    world.folder.foil(&format!("receipt {SEQ} --out before.receipt")).ok();
    world.folder.read("before.receipt")
}

impl Scene {
    /// Accounts, and flights that are to be flown.
    fn running(flights: usize) -> Scene {
        let world = World::of(flights);
        let words = |world: &World, data: &str| world.words(data, "--block-calls 1");
        sparse_copy(&world.folder, "foil-data", "undisturbed");
        world.folder.foil(&words(&world, "undisturbed")).ok();
        Scene { words, bundle: world.bundle("undisturbed"), receipt: receipt(&world), world }
    }

    /// Flights that were flown, and a store that is gone, so that it is made anew.
    fn recovering() -> Scene {
        let world = World::of(10_000);
        let words = |_: &World, data: &str| format!("--data {data} recover");
        world.run("foil-data", "--block-calls 1000");
        let (bundle, receipt) = (world.bundle("foil-data"), receipt(&world));
        let store = |data: &str| world.folder.path(&format!("{data}/shards/{}/store", world.shard));
        std::fs::remove_dir_all(store("foil-data")).expect("a shard has a store");
        sparse_copy(&world.folder, "foil-data", "undisturbed");
        world.folder.foil(&words(&world, "undisturbed")).ok();
        let made = std::fs::read_dir(store("undisturbed")).expect("it is there again");
        let is_table = |path: std::path::PathBuf| path.extension().is_some_and(|end| end == "sst");
        assert!(made.flatten().any(|file| is_table(file.path())), "no entries were written");
        Scene { words, bundle, receipt, world }
    }

    /// Runs the workload under strace.
    fn traced(&self, data: &str, options: &[String]) -> Output {
        let mut command = Command::new("strace");
        let foil = std::env::current_exe().expect("a test knows where it is");
        let beside = foil.ancestors().nth(2).expect("tests are in `deps`").join("foil");
        let foil = std::env::var_os("FOIL").map_or(beside, Into::into);
        command.arg("-f").args(options).arg(foil).args((self.words)(&self.world, data).split_whitespace());
        command.current_dir(self.world.folder.path("")).stdin(Stdio::null()).env_remove("RUST_LOG");
        command.output().expect("strace is installed: apt-get install strace")
    }

    /// Every point of the workload: for each name, as many as the thread that calls it most.
    fn points(&self) -> Vec<Point> {
        sparse_copy(&self.world.folder, "foil-data", "counted");
        let log = self.world.folder.path("calls.log");
        let ran = self.traced("counted", &["-o".into(), log.display().to_string(), "-e".into(), trace()]);
        assert!(ran.status.success(), "strace does not work here: {}", String::from_utf8_lossy(&ran.stderr));
        let text = String::from_utf8_lossy(&std::fs::read(&log).expect("strace has logged")).into_owned();
        let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let thread = words.next().unwrap_or_default();
            let name = words.next().and_then(|call| call.split('(').next()).unwrap_or_default();
            *counts.entry((name, thread)).or_default() += 1;
        }
        let mut points = Vec::new();
        for call in WRITES {
            let of_call = counts.iter().filter(|((name, _), _)| name == call).map(|(_, count)| *count);
            for number in 1..=of_call.max().unwrap_or(0) {
                let ends = [End::Killed, End::Error("EIO"), End::Error("ENOSPC")];
                points.extend(ends.map(|end| Point { call, number, end }));
            }
        }
        points
    }

    /// The workload with one point in it, or two one after the other: nothing answered is lost, nothing is
    /// answered wrong, and it goes on to what an undisturbed one comes to.
    fn survives(&self, data: &str, points: &[&Point]) -> Result<(), String> {
        sparse_copy(&self.world.folder, "foil-data", data);
        for point in points {
            let how = match point.end {
                End::Killed => "signal=KILL".into(),
                End::Error(name) => format!("error={name}"),
            };
            let inject = format!("inject={}:{how}:when={}", point.call, point.number);
            let ran = self.traced(
                data,
                &["-qq".into(), "-o".into(), "/dev/null".into(), "-e".into(), trace(), "-e".into(), inject],
            );
            let said = String::from_utf8_lossy(&ran.stderr).into_owned();
            if said.contains("panicked") {
                return Err(format!("{points:?}: a panic: {said}"));
            }
        }
        let wrong = |what: String| Err(format!("{points:?}: {what}"));
        let kept = format!("{data}.receipt");
        let receipt = self.world.folder.foil_on(data, &format!("receipt {SEQ} --out {kept}"));
        if receipt.exit != Some(0) || self.world.folder.read(&kept) != self.receipt {
            return wrong(format!("the receipt is gone or another: {receipt:?}"));
        }
        let again = self.world.folder.foil(&(self.words)(&self.world, data));
        if again.exit != Some(0) {
            return wrong(format!("it does not go on: {again:?}"));
        }
        if self.world.bundle(data) != self.bundle {
            return wrong("another history".into());
        }
        std::fs::remove_dir_all(self.world.folder.path(data)).map_err(|error| error.to_string())
    }
}

fn trace() -> String {
    let names: Vec<String> = WRITES.iter().map(|name| format!("?{name}")).collect();
    format!("trace={}", names.join(","))
}

/// A copy whose zeros take no room: segments are mostly zeros.
pub(crate) fn sparse_copy(folder: &Folder, from: &str, to: &str) {
    let (from, to) = (folder.path(from), folder.path(to));
    let copied = Command::new("cp").args(["-a", "--sparse=always"]).args([&from, &to]).status();
    assert!(copied.is_ok_and(|status| status.success()), "cp {} {}", from.display(), to.display());
}

/// Runs the workload to `single` of its points, and `double` pairs of them.
#[allow(clippy::print_stdout, reason = "the figures are for whoever runs this with --nocapture")]
fn survive(scene: &Scene, (single, double): (usize, usize)) {
    let all = scene.points();
    println!("{} points in the workload", all.len());
    // A sync that fails has misled more than one database, so that none of them is left out.
    let (syncs, others): (Vec<&Point>, Vec<&Point>) =
        all.iter().partition(|point| point.call.ends_with("sync") && point.end == End::Error("EIO"));
    // The second is one of recovery's: the first calls of a process that finds a dead one's files.
    let pairs: Vec<Vec<&Point>> = all
        .iter()
        .enumerate()
        .map(|(index, point)| vec![point, &all[index * 7 % all.len().min(120)]])
        .collect();
    let mut chosen: Vec<Vec<&Point>> =
        syncs.into_iter().chain(spread(others, single)).map(|point| vec![point]).collect();
    chosen.extend(spread(pairs, double));
    let wrong = each(&chosen, |index, points| scene.survives(&format!("injected-{index}"), points));
    println!("{} runs, {double} of them with two points", chosen.len());
    nothing(wrong);
}

#[test]
fn a_process_that_dies_or_fails_at_a_write_loses_nothing() {
    let scene = Scene::running(if soak() { 200 } else { 40 });
    survive(&scene, if soak() { (usize::MAX, 1_000) } else { (250, 50) });
}

#[test]
fn a_store_that_is_made_anew_is_whole_whatever_ends_that() {
    survive(&Scene::recovering(), if soak() { (usize::MAX, 100) } else { (30, 6) });
}
