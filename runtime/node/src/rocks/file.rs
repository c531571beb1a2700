//! A file of writes that the database takes in as a whole.

use super::{HEIGHT, cannot_write};
use rocksdb::{DB, IngestExternalFileOptions, Options, SstFileWriter};
use state::{Diff, Fault};
use std::path::PathBuf;

/// What it is called, before the database has it.
const FILE: &str = "next.sst";

/// The file that is being written. One that was left lying is written over.
pub(super) struct NextFile<'a> {
    db: &'a DB,
    path: PathBuf,
    writer: SstFileWriter<'a>,
}

impl<'a> NextFile<'a> {
    /// One that makes the state that of a height.
    pub(super) fn new(db: &'a DB, options: &'a Options, height: u64) -> Result<NextFile<'a>, Fault> {
        let path = db.path().join(FILE);
        let mut writer = SstFileWriter::create(options);
        let begun = writer.open(&path).and_then(|()| writer.put(HEIGHT, height.to_be_bytes()));
        begun.map_err(|e| cannot_write(&e))?;
        Ok(NextFile { db, path, writer })
    }

    /// Adds writes of greater keys than all before.
    pub(super) fn add(&mut self, writes: &Diff) -> Result<(), Fault> {
        let mut add = |(key, value): (&[u8], Option<&[u8]>)| match value {
            Some(value) => self.writer.put(key, value),
            None => self.writer.delete(key),
        };
        writes.iter().try_for_each(&mut add).map_err(|e| cannot_write(&e))
    }

    /// Has the database take it in: all of it is there, durably, when this returns, and nothing of it before.
    pub(super) fn finish(mut self) -> Result<(), Fault> {
        let mut moved = IngestExternalFileOptions::default();
        moved.set_move_files(true);
        let taken = self.writer.finish();
        let taken = taken.and_then(|()| self.db.ingest_external_file_opts(&moved, vec![&self.path]));
        taken.map_err(|e| cannot_write(&e))
    }
}
