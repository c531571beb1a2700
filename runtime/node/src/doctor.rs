//! The health of every file of a data directory, of which none is changed.

use crate::data;
use crate::disk::FileDisk;
use crate::error::NodeError;
use crate::home::Home;
use crate::keys;
use crate::own;
use crate::quarantine::Quarantine;
use crate::recovery::gone;
use crate::second::SecondPlace;
use crate::snapshots::Snapshots;
use abi::Coded;
use abi::hash::PROGRAM;
use abi::id::Hash;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use journal::{Ending, Journal, SegmentSurvey};
use kernel::ladder::{Kept, Plan, StoreFound, Survey};
use rustix::fs::{FlockOperation, flock};
use serde_json::{Value, json};
use std::path::Path;

/// What was found out.
pub(crate) struct Checkup {
    /// One row for each file or directory: its name, `ok` or what is wrong with it, and details.
    pub(crate) files: Vec<Value>,
    /// The plan for each shard whose files can be surveyed.
    pub(crate) plans: Vec<Value>,
    /// Whether nothing is wrong, and no plan has anything to do.
    pub(crate) healthy: bool,
}

/// Looks into every file.
pub(crate) fn examine(path: &Path) -> Result<Checkup, NodeError> {
    let dir = Dir::open_ambient_dir(path, ambient_authority())
        .map_err(|e| NodeError::io(format!("open {}", path.display()), e))?;
    let mut checkup = Checkup { files: Vec::new(), plans: Vec::new(), healthy: true };
    checkup.file("FORMAT", data::format(&dir, path).map(|found| found.trim_end().into()));
    checkup.file("LOCK", lock(&dir));
    checkup.file("node.key", keys::read(&path.join("node.key")).map(|key| key.public().to_string()));
    for name in names(&dir, "writers").into_iter().filter(|name| name.ends_with(".key")) {
        checkup.file(&format!("writers/{name}"), writer(path, &name));
    }
    for name in names(&dir, "programs").into_iter().filter(|name| name.ends_with(".wasm")) {
        checkup.file(&format!("programs/{name}"), program(&dir, &name));
    }
    checkup.file(
        "quarantine",
        Quarantine::read(&dir).and_then(|quarantine| quarantine.list()).map(|held| {
            let standing = held.iter().filter(|held| !held.released).count();
            format!("{} items, {standing} not released", held.len())
        }),
    );
    let second = data::second_place(&dir, path);
    let second = checkup.or_noted("remember", second).flatten();
    let shards = names(&dir, "shards").into_iter().filter(|name| name.parse::<Hash>().is_ok());
    let own = dir.exists(own::NAME).then(|| own::NAME.to_owned());
    for name in own.into_iter().chain(shards.map(|name| format!("shards/{name}"))) {
        checkup.shard(&dir, path, &name, second.as_deref());
    }
    Ok(checkup)
}

impl Checkup {
    fn row(&mut self, file: &str, state: &str, details: String) {
        self.healthy &= state == "ok";
        self.files.push(json!({ "file": file, "state": state, "details": details }));
    }

    fn file(&mut self, file: &str, found: Result<String, NodeError>) {
        match found {
            Ok(details) => self.row(file, "ok", details),
            Err(error) => self.row(file, &format!("E{}", error.code()), error.to_string()),
        }
    }

    /// What was found; an error becomes a row.
    fn or_noted<T>(&mut self, file: &str, found: Result<T, NodeError>) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(error) => {
                self.file(file, Err(error));
                None
            }
        }
    }

    fn shard(&mut self, dir: &Dir, path: &Path, name: &str, second: Option<&Path>) {
        let id = name.strip_prefix("shards/").and_then(|id| id.parse().ok());
        let genesis = format!("{name}/genesis");
        let Some(home) = self.or_noted(&genesis, Home::open(dir, path, name, id)) else { return };
        self.file(&genesis, Ok(format!("writer {}", home.genesis.writer)));
        let remembered = second.filter(|_| !own::is_own(&home)).map(|second| match second.is_dir() {
            true => SecondPlace::open(second, home.id).map(|second| second.remembered()),
            false => Ok(None),
        });
        let remembered = remembered.and_then(|found| self.or_noted("remember", found)).flatten();
        let Some(mut survey) = self.or_noted(&format!("{name}/journal"), home.survey(remembered)) else {
            return;
        };
        if let (Some(past), Some(first)) = (&survey.journal.past, survey.journal.segments.first()) {
            let (height, records) = (past.header.height, past.leaves.len());
            let details = format!(
                "blocks up to {height} are pruned, by decision of record {}; {records} leaf hashes are kept",
                past.decision
            );
            self.row(&format!("{name}/journal/{}", journal::past_name(first.number)), "ok", details);
        }
        for segment in &survey.journal.segments {
            self.segment(name, segment, &survey.journal.ending);
        }
        let (state, details) = store(&survey);
        self.row(&format!("{name}/store"), state, details);
        survey.snapshots = self.snapshots(path, &home);
        let plan = Plan::of(&survey);
        self.healthy &= plan.is_empty();
        self.plans.push(json!({
            "shard": home.id.to_string(),
            "rung": plan.rung.to_string(),
            "height": plan.height,
            "steps": plan.steps.len(),
            "gone": plan.halt.as_ref().map(gone),
        }));
    }

    /// The shard's snapshots that are whole, as far as there are any, and a key to judge them by.
    fn snapshots(&mut self, path: &Path, home: &Home) -> Vec<Kept> {
        let Ok(key) = keys::read(&path.join("node.key")) else { return Vec::new() };
        let file = format!("snapshots/{}", home.id);
        let found = Snapshots::there(path, home.id, key).and_then(|snapshots| {
            let Some(snapshots) = snapshots else { return Ok(None) };
            Ok(Some((snapshots.whole()?, snapshots.restorable()?.len())))
        });
        let Some((whole, of)) = self.or_noted(&file, found).flatten() else { return Vec::new() };
        let state = if whole.len() == of { "ok" } else { "damaged" };
        self.row(&file, state, format!("{} of {of} whole", whole.len()));
        whole
    }

    fn segment(&mut self, name: &str, segment: &SegmentSurvey, ending: &Ending) {
        let SegmentSurvey { number, sound, torn, damaged, unwritten, frames, heights, .. } = segment;
        let heights =
            heights.map_or("no blocks".into(), |(first, last)| format!("heights {first} to {last}"));
        let state = match ending {
            Ending::Damaged(damage) if damage.segment == *number => "damaged",
            Ending::Torn(cut) if cut.segment == *number => "torn",
            Ending::Blank { segment } if segment == number => "unlabelled",
            _ => "ok",
        };
        let details = format!(
            "pages: {sound} sound, {torn} torn, {damaged} damaged, {unwritten} unwritten; {frames} frames; {heights}"
        );
        self.row(&format!("{name}/journal/{}", journal::segment_name(*number)), state, details);
    }
}

/// Who has the lock, of which nothing is waited for or taken away.
fn lock(dir: &Dir) -> Result<String, NodeError> {
    let Ok(file) = dir.open("LOCK") else { return Ok("never taken".into()) };
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok("free".into()),
        Err(rustix::io::Errno::WOULDBLOCK) => {
            Ok("held by another process: what it writes meanwhile may look torn here".into())
        }
        Err(error) => Err(NodeError::io("look at the LOCK", error)),
    }
}

fn names(dir: &Dir, folder: &str) -> Vec<String> {
    let entries = dir.read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A writer's key, which has to be that of the file's name.
fn writer(path: &Path, name: &str) -> Result<String, NodeError> {
    let file = path.join("writers").join(name);
    let key = keys::read(&file)?.public().to_string();
    match name.strip_suffix(".key") == Some(key.as_str()) {
        true => Ok(key),
        false => Err(NodeError::KeyMalformed { path: file }),
    }
}

/// A program, which has to be that of the file's name.
fn program(dir: &Dir, name: &str) -> Result<String, NodeError> {
    let file = format!("programs/{name}");
    let wasm = dir.read(&file).map_err(|e| NodeError::io(format!("read {file}"), e))?;
    let id = PROGRAM.hash(&wasm).to_string();
    match name.strip_suffix(".wasm") == Some(id.as_str()) {
        true => Ok(format!("{} bytes", wasm.len())),
        false => Err(abi::fault::Fault::corrupt(format!("{file}: it is program {id}")).into()),
    }
}

fn store(survey: &Survey) -> (&'static str, String) {
    match &survey.store {
        StoreFound::Missing if survey.journal.height() == 0 => ("ok", "none yet".into()),
        StoreFound::Missing => ("missing", String::new()),
        StoreFound::Unreadable { because } => ("unreadable", because.clone()),
        StoreFound::At { height, root, entries } => {
            let details = format!("at height {height}, {entries} entries, root {root}");
            match survey.root_at(*height) {
                Some(expected) if expected == *root => ("ok", details),
                Some(expected) => ("wrong root", format!("{details}; the journal says {expected}")),
                None => ("ahead", format!("{details}; the journal ends at {}", survey.journal.height())),
            }
        }
    }
}

/// One page of a shard's journal.
pub(crate) fn dump(path: &Path, shard: Option<&str>, segment: u32, page: u32) -> Result<Value, NodeError> {
    let dir = Dir::open_ambient_dir(path, ambient_authority())
        .map_err(|e| NodeError::io(format!("open {}", path.display()), e))?;
    let wanted = shard.unwrap_or_default();
    let found = names(&dir, "shards").into_iter().filter(|name| name.parse::<Hash>().is_ok());
    let mut found: Vec<String> = found.filter(|name| name.starts_with(wanted)).collect();
    let name = match (wanted, found.pop(), found.len()) {
        (own::NAME, ..) => own::NAME.into(),
        (_, Some(name), 0) => format!("shards/{name}"),
        _ => return Err(NodeError::WhichShard("none or several shards match; name one with --on".into())),
    };
    let journal = dir.open_dir(format!("{name}/journal"));
    let journal = journal.map_err(|e| NodeError::io(format!("open {name}/journal"), e))?;
    let dump = Journal::dump(&FileDisk::open_to_read(journal)?, segment, page)?;
    let frame = dump.frame.map(|frame| {
        json!({
            "pages": frame.pages,
            "height": frame.header.map(|header| header.height),
            "records": frame.header.map(|header| header.count),
            "header": frame.header.map(|header| header.hash().to_string()),
            "root": frame.header.map(|header| header.root_after.to_string()),
            "commitment": frame.commitment,
        })
    });
    Ok(json!({
        "file": format!("{name}/journal/{}", journal::segment_name(segment)),
        "page": page,
        "state": dump.state,
        "first": dump.first,
        "length": dump.length,
        "frame": frame,
        "payload": crate::value::hex(&dump.payload),
    }))
}
