//! `foil scrub`: shards' journals and stores, verified against each other.

use super::time::now_ms;
use crate::cli::Global;
use crate::data::{Data, pages};
use crate::error::NodeError;
use crate::home::Home;
use crate::output;
use crate::quarantine::{Item, Place};
use crate::rocks::RocksStore;
use abi::Coded;
use abi::fault::Fault;
use clap::Args;
use journal::{Ending, Journal, JournalSurvey, PAGE_BYTES, segment_name};
use kernel::scrub::{Finding, Scrub};
use serde_json::{Value, json};
use state::{Chunks, MemoryStore, Store};
use std::thread::sleep;
use std::time::{Duration, Instant};
use verify::Exit;

/// Verify what lies on the disk.
#[derive(Args, Debug)]
pub struct ScrubArgs {
    /// The most that is read, in megabytes a second.
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..))]
    rate: Option<u64>,
}

/// Runs the command.
pub fn run(global: &Global, args: &ScrubArgs) -> Result<Exit, NodeError> {
    let data = Data::open(global.data()?)?;
    let (mut shards, mut findings) = (Vec::new(), Vec::new());
    for id in data.meant(global.on.as_deref())? {
        let mut scrubbing = Scrubbing::of(&data, data.home(id)?, args.rate);
        scrubbing.run()?;
        shards.push(scrubbing.metrics());
        findings.extend(scrubbing.findings);
    }
    let exit = if findings.is_empty() { Exit::Verified } else { Exit::Failure };
    output::print(global.output, &json!({ "shards": shards, "findings": findings }))?;
    Ok(exit)
}

/// The scrub of one shard's files.
struct Scrubbing<'a> {
    data: &'a Data,
    home: Home,
    pace: Pace,
    segments: usize,
    blocks: u64,
    records: u64,
    entries: u64,
    findings: Vec<Value>,
}

impl<'a> Scrubbing<'a> {
    fn of(data: &'a Data, home: Home, rate: Option<u64>) -> Scrubbing<'a> {
        let pace = Pace { begun: Instant::now(), bytes: 0, rate };
        Scrubbing { data, home, pace, segments: 0, blocks: 0, records: 0, entries: 0, findings: Vec::new() }
    }

    /// Every page; then block after block; then the store. What is damaged ends it: nothing behind it is judged.
    fn run(&mut self) -> Result<(), NodeError> {
        let survey = Journal::survey(&self.home.disk_to_read()?, self.home.id)?;
        self.segments = survey.segments.len();
        self.pace.read(survey.segments.iter().map(|segment| segment.bytes).sum());
        if let Ending::Damaged(damage) = &survey.ending {
            let place = Place { segment: damage.segment, page: damage.page, pages: damage.pages };
            let fault = Fault::corrupt(damage.because.clone());
            return self.found(Some(place), Some(damage.height), fault.code(), fault.to_string());
        }
        let scrub = match &survey.past {
            None => Scrub::new(&self.home.genesis),
            Some(past) => {
                let start = past.start().ok_or_else(|| past.gone())?;
                Scrub::after(&self.home.genesis, &start)
            }
        };
        let scrub = match scrub {
            Ok(scrub) => scrub,
            Err(finding) => return self.judged(finding, None),
        };
        match self.blocks(scrub, &survey)? {
            Some(scrub) => self.store(&scrub),
            None => Ok(()),
        }
    }

    /// One slice for each block; the scrub, if all are sound.
    fn blocks(&mut self, mut scrub: Scrub, survey: &JournalSurvey) -> Result<Option<Scrub>, NodeError> {
        let (journal, _) = Journal::open(self.home.disk()?, self.home.id)?;
        for (height, surveyed) in (journal.first()..).zip(&survey.blocks) {
            self.state_before(&mut scrub, height)?;
            let block = journal.read(height)?.ok_or_else(|| Fault::corrupt(format!("block {height}")))?;
            let commitment = journal.commitment(height)?;
            let judged = scrub.block(&block, commitment.as_ref())?;
            self.blocks += 1;
            self.records = scrub.records();
            self.pace.read(surveyed.bytes);
            if let Err(finding) = judged {
                let pages = u32::try_from(surveyed.bytes / PAGE_BYTES as u64).unwrap_or(u32::MAX);
                let place = journal.place(height).map(|(segment, page)| Place { segment, page, pages });
                self.judged(finding, place)?;
                return Ok(None);
            }
        }
        Ok(Some(scrub))
    }

    /// Brings the state of a snapshot to a scrub that has none, because the oldest blocks were pruned.
    fn state_before(&self, scrub: &mut Scrub, height: u64) -> Result<(), NodeError> {
        if scrub.has_state() {
            return Ok(());
        }
        let Some(snapshots) = self.data.kept_snapshots(self.home.id)? else { return Ok(()) };
        for kept in snapshots.restorable()?.iter().filter(|kept| kept.height + 1 == height) {
            let mut store = MemoryStore::default();
            if snapshots.load(&kept.id, &mut store).is_ok() && scrub.state(store).is_ok() {
                break;
            }
        }
        Ok(())
    }

    fn store(&mut self, scrub: &Scrub) -> Result<(), NodeError> {
        let store = match RocksStore::open_to_read(&self.home.store) {
            Ok(Some(store)) => store,
            // What is not there is made again by opening the shard.
            Ok(None) => return Ok(()),
            Err(fault) => return self.found(None, None, fault.code(), fault.to_string()),
        };
        let view = store.view();
        for chunk in Chunks::of(&*view) {
            let chunk = chunk?;
            self.entries += chunk.entries().len() as u64;
            self.pace.read(chunk.entries().iter().map(|(key, value)| (key.len() + value.len()) as u64).sum());
        }
        match scrub.store(store.applied()?, &*view)? {
            Ok(()) => Ok(()),
            Err(finding) => self.judged(finding, None),
        }
    }

    fn judged(&mut self, finding: Finding, place: Option<Place>) -> Result<(), NodeError> {
        let code = match &finding {
            Finding::Block(invalid) => invalid.code(),
            _ => Fault::corrupt("").code(),
        };
        self.found(place, finding.height(), code, finding.to_string())
    }

    /// Notes a finding, and keeps the bytes that it is about.
    fn found(
        &mut self,
        place: Option<Place>,
        height: Option<u64>,
        code: u16,
        reason: String,
    ) -> Result<(), NodeError> {
        let source = place.map_or("store".into(), |place| format!("journal/{}", segment_name(place.segment)));
        let item = Item::of(self.home.id, &source, (code, reason.clone()), now_ms());
        let bytes = match place {
            Some(place) => pages(&self.home.disk_to_read()?, place),
            None => Vec::new(),
        };
        let id = self.data.quarantine_to_write()?.keep(Item { place, ..item }, &bytes)?;
        self.findings.push(json!({
            "shard": self.home.id.to_string(),
            "source": source,
            "height": height,
            "code": format!("E{code}"),
            "reason": reason,
            "item": id.to_string(),
        }));
        Ok(())
    }

    fn metrics(&self) -> Value {
        let took_ms = u64::try_from(self.pace.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        json!({
            "shard": self.home.id.to_string(),
            "segments": self.segments,
            "blocks": self.blocks,
            "records": self.records,
            "entries": self.entries,
            "bytes": self.pace.bytes,
            "took_ms": took_ms,
            "bytes_per_second": self.pace.bytes.saturating_mul(1000) / took_ms.max(1),
            "findings": self.findings.len(),
        })
    }
}

/// How fast is read.
struct Pace {
    begun: Instant,
    bytes: u64,
    /// In megabytes a second.
    rate: Option<u64>,
}

impl Pace {
    /// Notes what was read, and waits where that was too fast.
    fn read(&mut self, bytes: u64) {
        self.bytes += bytes;
        let Some(rate) = self.rate else { return };
        let due = Duration::from_micros(self.bytes / rate);
        sleep(due.saturating_sub(self.begun.elapsed()));
    }
}
