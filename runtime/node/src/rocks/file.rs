//! A file of writes that the database takes in as a whole.

use super::{HEIGHT, cannot_write, options};
use rocksdb::{DB, IngestExternalFileOptions, SstFileWriter};
use state::{Diff, Fault};

/// What it is called, before the database has it. One that was left lying is written over.
const FILE: &str = "next.sst";

/// Has the database take in writes that make the state that of a height: all of it is there, durably, when this
/// returns, and nothing of it before.
pub(super) fn take_in(db: &DB, height: u64, writes: &Diff) -> Result<(), Fault> {
    let (options, file) = (options(), db.path().join(FILE));
    let write = || {
        let mut writer = SstFileWriter::create(&options);
        writer.open(&file)?;
        writer.put(HEIGHT, height.to_be_bytes())?;
        for (key, value) in writes.iter() {
            match value {
                Some(value) => writer.put(key, value)?,
                None => writer.delete(key)?,
            }
        }
        writer.finish()?;
        let mut moved = IngestExternalFileOptions::default();
        moved.set_move_files(true);
        db.ingest_external_file_opts(&moved, vec![&file])
    };
    write().map_err(|e| cannot_write(&e))
}
