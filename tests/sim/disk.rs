//! A disk that can lose what was not synced.
//!
//! Each file has the sectors that are on the platter and, in order, the sectors that were written and not
//! synced. Readers see both; a power cut keeps of the latter what it likes, sector by sector. A sync that
//! fails has done the same: what it did not bring to the platter is lost, and no later sync will bring it,
//! so the next process, which reads the medium and not a cache, finds it gone. What else a disk does is the
//! [weather](crate::weather)'s.

use crate::fuse::{Burn, Fuse, crashed};
use crate::rng::Rng;
use crate::weather::Weather;
use abi::fault::Fault;
use journal::Disk;
use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;

pub(crate) const SECTOR_BYTES: usize = 512;
const PAGE_BYTES: u64 = 4096;
const PAGE_SECTORS: u64 = PAGE_BYTES / SECTOR_BYTES as u64;
type Sector = Rc<[u8; SECTOR_BYTES]>;

/// How a machine ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Crash {
    /// The process: what it had written is still in the page cache.
    Process,
    /// The power.
    Power,
}

/// The disk. Clones are the same disk: it outlives the process that opened it.
#[derive(Clone, Default)]
pub(crate) struct SimDisk {
    files: Rc<RefCell<BTreeMap<String, File>>>,
    interrupted: Rc<RefCell<Option<Interrupted>>>,
    weather: Rc<RefCell<Weather>>,
    fuse: Fuse,
}

#[derive(Clone, Default, PartialEq)]
struct File {
    len: u64,
    /// By index; sectors of zeros that were never written are not kept.
    platter: BTreeMap<u64, Sector>,
    /// The sectors that the last sync replaced, as they were.
    before: BTreeMap<u64, Sector>,
    unsynced: Vec<(u64, Sector)>,
}

/// The operation in which the machine died.
enum Interrupted {
    Create(String, u64),
    Remove(String),
    Replace(String, File),
    Sync(String),
    /// The file, and how many sectors the write had.
    Write(String, usize),
}

impl SimDisk {
    pub(crate) fn new(fuse: Fuse, weather: Weather) -> SimDisk {
        SimDisk { fuse, weather: Rc::new(RefCell::new(weather)), ..SimDisk::default() }
    }

    /// What it does, and has done.
    pub(crate) fn weather(&self) -> RefMut<'_, Weather> {
        self.weather.borrow_mut()
    }

    /// Another disk, in fair weather, with the same bytes.
    pub(crate) fn copy(&self) -> SimDisk {
        SimDisk { files: Rc::new(RefCell::new(self.files.borrow().clone())), ..SimDisk::default() }
    }

    /// Another disk, in fair weather, with what a power cut now would leave at least: what was synced.
    pub(crate) fn synced(&self) -> SimDisk {
        let synced = self.copy();
        synced.files.borrow_mut().values_mut().for_each(|file| file.unsynced.clear());
        synced
    }

    /// What decides when its machine dies.
    pub(crate) fn fuse(&self) -> &Fuse {
        &self.fuse
    }

    /// Whether both show the same bytes, but for what was left for whoever can do without it.
    pub(crate) fn shows_the_same(&self, other: &SimDisk) -> bool {
        let shown = |disk: &SimDisk| -> BTreeMap<String, File> {
            let files = disk.files.borrow();
            let file = |(name, file): (&String, &File)| {
                let mut file = file.clone();
                file.sync();
                file.before.clear();
                (name.clone(), file)
            };
            files.iter().filter(|(name, _)| !name.ends_with(".summary")).map(file).collect()
        };
        shown(self) == shown(other)
    }

    /// Whether it has no files.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.borrow().is_empty()
    }

    /// Ends the machine, and leaves the disk as the next one finds it.
    pub(crate) fn crash(&self, how: Crash, rng: &mut Rng) {
        if let Some(interrupted) = self.interrupted.take() {
            self.settle(interrupted, how, rng);
        }
        if how == Crash::Power {
            self.files.borrow_mut().values_mut().for_each(|file| file.lose(rng));
        }
    }

    /// An operation that was under way has happened, or in part, or not at all.
    fn settle(&self, interrupted: Interrupted, how: Crash, rng: &mut Rng) {
        let mut files = self.files.borrow_mut();
        match interrupted {
            Interrupted::Create(name, len) => {
                let len = match rng.within(0..=3) {
                    0 => return,
                    1 => 0,
                    2 => rng.within(0..=len),
                    _ => len,
                };
                files.insert(name, File { len, ..File::default() });
            }
            Interrupted::Remove(name) => {
                if rng.percent(50) {
                    files.remove(&name);
                }
            }
            Interrupted::Replace(name, file) => {
                if rng.percent(50) {
                    files.insert(name, file);
                }
            }
            Interrupted::Sync(name) => {
                if let (Crash::Process, Some(file), true) = (how, files.get_mut(&name), rng.percent(50)) {
                    file.lose(rng);
                }
            }
            // A process that is killed has written the front of its bytes; what a power cut leaves of
            // them is decided with all that was not synced.
            Interrupted::Write(name, sectors) => {
                if let (Crash::Process, Some(file)) = (how, files.get_mut(&name)) {
                    let kept = file.unsynced.len() - rng.index(sectors + 1);
                    file.unsynced.truncate(kept);
                }
            }
        }
    }

    /// Changes bytes on the platter behind everybody's back.
    pub(crate) fn spoil(&self, name: &str, offset: u64, bytes: &[u8]) {
        if let Some(file) = self.files.borrow_mut().get_mut(name) {
            let sectors = file.sectors(offset, bytes);
            file.platter.extend(sectors);
        }
    }

    /// Puts the bytes of a write where they do not belong, for good.
    fn misdirect(&self, name: &str, offset: u64, bytes: &[u8]) -> bool {
        let mut weather = self.weather.borrow_mut();
        if !weather.misdirects_write() {
            return false;
        }
        let (mut files, len) = (self.files.borrow_mut(), bytes.len() as u64);
        let names: Vec<String> =
            files.iter().filter(|(_, file)| file.len >= len).map(|(name, _)| name.clone()).collect();
        let elsewhere = weather.rng.pick(&names).clone();
        let Some(file) = files.get_mut(&elsewhere) else { return false };
        let anywhere = weather.rng.within(0..=(file.len - len) / PAGE_BYTES) * PAGE_BYTES;
        let at = if weather.rng.percent(50) && offset + len <= file.len { offset } else { anywhere };
        if (elsewhere.as_str(), at) == (name, offset) {
            return false;
        }
        weather.has_strayed = true;
        weather.damage.push(format!("a write to {name} at {offset} went to {elsewhere} at {at}"));
        let sectors = file.sectors(at, bytes);
        file.platter.extend(sectors);
        true
    }

    fn rot(&self) {
        let mut weather = self.weather.borrow_mut();
        if weather.rots() {
            let changed = self.change_a_bit(&mut weather.rng);
            weather.damage.extend(changed);
        }
    }

    /// Changes a bit of what was synced: which.
    pub(crate) fn change_a_bit(&self, rng: &mut Rng) -> Option<String> {
        let mut files = self.files.borrow_mut();
        let names: Vec<String> = files.keys().cloned().collect();
        let name = names.get(rng.index(names.len().max(1)))?;
        let file = files.get_mut(name).filter(|file| !file.platter.is_empty())?;
        let places: Vec<u64> = file.platter.keys().copied().collect();
        let (place, at, bit) = (*rng.pick(&places), rng.index(SECTOR_BYTES), rng.within(0..=7));
        let sector = file.platter.get_mut(&place)?;
        Rc::make_mut(sector)[at] ^= 1 << bit;
        Some(format!("a bit of {name}, sector {place}, byte {at} changed"))
    }

    /// Makes a page that was synced one of zeros: which.
    pub(crate) fn lose_a_page(&self, rng: &mut Rng) -> Option<String> {
        let mut files = self.files.borrow_mut();
        let names: Vec<String> = files.keys().cloned().collect();
        let name = names.get(rng.index(names.len().max(1)))?;
        let file = files.get_mut(name)?;
        let pages: Vec<u64> = file.platter.keys().map(|sector| sector / PAGE_SECTORS).collect();
        let page = *pages.get(rng.index(pages.len().max(1)))?;
        file.platter.retain(|sector, _| sector / PAGE_SECTORS != page);
        Some(format!("page {page} of {name} is lost"))
    }

    /// What a read shows instead of what is there, if it does.
    fn mistake(&self, name: &str, offset: u64, buf: &mut [u8]) {
        let mut weather = self.weather.borrow_mut();
        let files = self.files.borrow();
        let Some(file) = files.get(name).filter(|_| buf.len() as u64 >= PAGE_BYTES) else { return };
        let pages = buf.len() as u64 / PAGE_BYTES;
        let page = offset / PAGE_BYTES + weather.rng.within(0..=pages - 1);
        let at = usize::try_from(page * PAGE_BYTES - offset).expect("inside of the buffer");
        let shown = &mut buf[at..at + usize::try_from(PAGE_BYTES).expect("a page")];
        let is_misdirected = weather.misdirects_read();
        if !is_misdirected && !weather.is_stale() {
            return;
        }
        let mut other = shown.to_vec();
        if is_misdirected {
            let names: Vec<&File> = files.values().filter(|file| file.len >= PAGE_BYTES).collect();
            let file = weather.rng.pick(&names);
            let anywhere = weather.rng.within(0..=file.len / PAGE_BYTES - 1);
            let same = weather.rng.percent(50) && page < file.len / PAGE_BYTES;
            file.read(if same { page } else { anywhere } * PAGE_BYTES, &mut other);
            // A page of zeros in place of another is a stale one.
            if other.iter().all(|byte| *byte == 0) {
                return;
            }
        } else {
            file.read_before(page, &mut other);
        }
        weather.passing |= shown != other;
        shown.copy_from_slice(&other);
    }

    fn with<T>(&self, name: &str, act: impl FnOnce(&mut File) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut files = self.files.borrow_mut();
        act(files.get_mut(name).ok_or_else(|| Fault::io(format!("open {name}"), "no such file"))?)
    }

    /// Counts an operation: whether it is to be carried out. One that is interrupted is remembered.
    fn burn(&self, interrupted: impl FnOnce() -> Interrupted) -> Result<(), Fault> {
        match self.fuse.burn() {
            Burn::Done => return Ok(()),
            Burn::Interrupted => *self.interrupted.borrow_mut() = Some(interrupted()),
            Burn::Dead => {}
        }
        Err(crashed())
    }
}

impl File {
    /// What a reader sees of a sector.
    fn seen(&self, index: u64) -> Sector {
        let unsynced = self.unsynced.iter().rev().find(|(at, _)| *at == index).map(|(_, sector)| sector);
        let seen = unsynced.or_else(|| self.platter.get(&index));
        seen.cloned().unwrap_or_else(|| Rc::new([0; SECTOR_BYTES]))
    }

    /// The sectors as they are once `bytes` stand at `offset`.
    fn sectors(&self, offset: u64, bytes: &[u8]) -> Vec<(u64, Sector)> {
        let mut sectors = Vec::new();
        let (mut at, mut rest) = (offset, bytes);
        while !rest.is_empty() {
            let (index, within) = (at / SECTOR_BYTES as u64, in_sector(at));
            let (part, after) = rest.split_at(rest.len().min(SECTOR_BYTES - within));
            let mut sector = self.seen(index);
            Rc::make_mut(&mut sector)[within..within + part.len()].copy_from_slice(part);
            sectors.push((index, sector));
            (at, rest) = (at + part.len() as u64, after);
        }
        sectors
    }

    fn within(&self, name: &str, offset: u64, len: usize) -> Result<(), Fault> {
        match offset.checked_add(len as u64) {
            Some(end) if end <= self.len => Ok(()),
            _ => Err(Fault::io(format!("reach {name}"), format!("beyond its end: {offset} + {len}"))),
        }
    }

    fn read(&self, offset: u64, buf: &mut [u8]) {
        buf.fill(0);
        let end = offset + buf.len() as u64;
        let (first, last) = (offset / SECTOR_BYTES as u64, end.div_ceil(SECTOR_BYTES as u64));
        let unsynced = self.unsynced.iter().filter(|(index, _)| (first..last).contains(index));
        let kept = self.platter.range(first..last).chain(unsynced.map(|(index, sector)| (index, sector)));
        for (&index, sector) in kept {
            let start = index * SECTOR_BYTES as u64;
            let (from, to) = (start.max(offset), (start + SECTOR_BYTES as u64).min(end));
            let position = |at: u64, base: u64| usize::try_from(at - base).expect("inside of buffers");
            buf[position(from, offset)..position(to, offset)]
                .copy_from_slice(&sector[position(from, start)..position(to, start)]);
        }
    }

    /// Lays over `page` what stood in its sectors before the last sync replaced them.
    fn read_before(&self, page: u64, page_bytes: &mut [u8]) {
        let first = page * PAGE_SECTORS;
        for (&index, sector) in self.before.range(first..first + PAGE_SECTORS) {
            let at = usize::try_from(index - first).expect("one of a page's sectors") * SECTOR_BYTES;
            page_bytes[at..at + SECTOR_BYTES].copy_from_slice(&sector[..]);
        }
    }

    fn sync(&mut self) {
        if !self.unsynced.is_empty() {
            self.before.clear();
        }
        for (index, sector) in std::mem::take(&mut self.unsynced) {
            let before = self.platter.insert(index, sector);
            self.before.entry(index).or_insert_with(|| before.unwrap_or_else(|| Rc::new([0; SECTOR_BYTES])));
        }
    }

    /// The power is cut, or a sync fails: writes may have reached the platter in any order, so that each sector is as one
    /// of the unsynced writes left it, or as it was.
    fn lose(&mut self, rng: &mut Rng) {
        let kept_percent = *rng.pick(&[0, 10, 50, 90, 100]);
        for (index, sector) in std::mem::take(&mut self.unsynced) {
            if rng.percent(kept_percent) {
                self.platter.insert(index, sector);
            }
        }
    }
}

/// What a full disk says.
const NO_ROOM: &str = "no space left on the device";

fn in_sector(offset: u64) -> usize {
    usize::try_from(offset % SECTOR_BYTES as u64).expect("less than a sector")
}

impl Disk for SimDisk {
    fn list(&self) -> Result<Vec<String>, Fault> {
        self.fuse.check()?;
        Ok(self.files.borrow().keys().cloned().collect())
    }

    fn len(&self, name: &str) -> Result<u64, Fault> {
        self.fuse.check()?;
        self.with(name, |file| Ok(file.len))
    }

    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault> {
        if self.files.borrow().contains_key(name) {
            return Err(Fault::io(format!("create {name}"), "it exists"));
        }
        self.burn(|| Interrupted::Create(name.into(), len))?;
        if self.weather.borrow_mut().is_full() {
            let len = self.weather.borrow_mut().rng.within(0..=len - 1);
            self.files.borrow_mut().insert(name.into(), File { len, ..File::default() });
            return Err(Fault::io(format!("create {name}"), NO_ROOM));
        }
        self.files.borrow_mut().insert(name.into(), File { len, ..File::default() });
        Ok(())
    }

    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        self.fuse.check()?;
        self.with(name, |file| {
            file.within(name, offset, buf.len())?;
            file.read(offset, buf);
            Ok(())
        })?;
        self.mistake(name, offset, buf);
        Ok(())
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        self.fuse.check()?;
        self.with(name, |file| file.within(name, offset, bytes.len()))?;
        if self.weather.borrow_mut().is_full() {
            return Err(Fault::io(format!("write {name}"), NO_ROOM));
        }
        if self.misdirect(name, offset, bytes) {
            return self.burn(|| Interrupted::Write(name.into(), 0));
        }
        let written = self.with(name, |file| {
            let sectors = file.sectors(offset, bytes);
            let written = sectors.len();
            file.unsynced.extend(sectors);
            Ok(written)
        })?;
        self.burn(|| Interrupted::Write(name.into(), written))
    }

    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        self.burn(|| Interrupted::Sync(name.into()))?;
        let mut weather = self.weather.borrow_mut();
        if weather.sync_fails() {
            self.with(name, |file| {
                file.lose(&mut weather.rng);
                Ok(())
            })?;
            return Err(Fault::io(format!("sync {name}"), "input/output error"));
        }
        drop(weather);
        self.with(name, |file| {
            file.sync();
            Ok(())
        })?;
        self.rot();
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<(), Fault> {
        self.with(name, |_| Ok(()))?;
        self.burn(|| Interrupted::Remove(name.into()))?;
        self.files.borrow_mut().remove(name);
        Ok(())
    }

    fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.with(name, |_| Ok(()))?;
        let mut file = File { len: bytes.len() as u64, ..File::default() };
        file.unsynced = file.sectors(0, bytes);
        file.sync();
        self.burn(|| Interrupted::Replace(name.into(), file.clone()))?;
        self.files.borrow_mut().insert(name.into(), file);
        Ok(())
    }

    fn leave(&mut self, name: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) {
        if self.fuse.check().is_err() {
            return;
        }
        let mut bytes = Vec::new();
        if write(&mut bytes).is_err() {
            return;
        }
        let mut file = File { len: bytes.len() as u64, ..File::default() };
        file.unsynced = file.sectors(0, &bytes);
        let written = file.unsynced.len();
        self.files.borrow_mut().insert(name.into(), file);
        // Who leaves it does not look; whoever comes next will.
        let _ = self.burn(|| Interrupted::Write(name.into(), written));
    }
}
