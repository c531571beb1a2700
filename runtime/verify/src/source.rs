//! Where a history comes from: a bundle, or a journal's directory. The verification is the same.

use crate::exit::Exit;
use crate::report::Verdict;
use abi::Coded;
use abi::codec::Bytes;
use abi::genesis::Genesis;
use abi::hash::PROGRAM;
use abi::id::Hash;
use journal::{Block, BundleError, BundleReader, Commitment, Invalid, Item, Reason, Start};
use std::collections::BTreeMap;
use std::io::Read;

/// Raw wasm by its digest.
pub type Programs = BTreeMap<Hash, Vec<u8>>;

/// Boxed: verdicts are large and rare.
pub(crate) type Step<T> = Result<T, Box<Verdict>>;

/// Most bytes of programs that a verifier holds.
pub(crate) const PROGRAMS_BYTES_MAX: usize = 64 << 20;

/// What stands before the first block.
pub struct Preface {
    /// The shard's genesis.
    pub genesis: Genesis,
    /// What the first block builds on, if that is not the genesis.
    pub start: Option<Start>,
    /// The programs that came along.
    pub programs: Programs,
}

/// One block as it comes.
pub struct Part {
    /// The block.
    pub block: Block,
    /// The commitment to it, if one came along.
    pub commitment: Option<Commitment>,
    /// The part of the state that its execution touches, if it came along.
    pub witness: Option<Bytes>,
}

/// A history, to be read once from its start to its end.
pub trait Source {
    /// What kind of thing it is.
    fn kind(&self) -> &'static str;

    /// What stands before the first block; to be asked for first, and once.
    fn preface(&mut self) -> Result<Preface, Box<Verdict>>;

    /// The next block; `None` once the end has come and was as it must be.
    fn next(&mut self) -> Result<Option<Part>, Box<Verdict>>;

    /// Where the part that was read last starts, in bytes, if that can be said.
    fn offset(&self) -> Option<u64>;
}

/// A bundle as a source.
pub struct BundleSource<R: Read> {
    reader: BundleReader<R>,
    /// Whether programs are to be kept.
    programs: bool,
    pending: Option<Item>,
}

impl<R: Read> BundleSource<R> {
    /// The bundle that `input` holds; its programs are kept if calls are to be run.
    pub fn new(input: R, programs: bool) -> BundleSource<R> {
        BundleSource { reader: BundleReader::new(input), programs, pending: None }
    }

    fn item(&mut self) -> Step<Option<Item>> {
        self.reader.next().transpose().map_err(|error| match error {
            BundleError::Invalid(invalid) => invalid_at(invalid, Some(self.reader.offset())),
            BundleError::Io { offset, .. } => {
                let verdict = Verdict::new(Exit::Io, error.code(), error.to_string());
                Box::new(Verdict { offset: Some(offset), ..verdict })
            }
        })
    }

    fn ends_early(&self) -> Box<Verdict> {
        self.at(Verdict::new(Exit::Invalid, 6006, "the bundle ends early"))
    }

    fn at(&self, verdict: Verdict) -> Box<Verdict> {
        Box::new(Verdict { offset: self.offset(), ..verdict })
    }

    /// Keeps a program within the limit of all of them.
    fn keep(&self, programs: &mut Programs, bytes: &mut usize, wasm: Vec<u8>) -> Step<()> {
        *bytes += wasm.len();
        if *bytes > PROGRAMS_BYTES_MAX {
            let reason = format!("the bundle's programs are too large: max={PROGRAMS_BYTES_MAX}");
            return Err(self.at(Verdict::new(Exit::CannotJudge, 6008, reason)));
        }
        programs.insert(PROGRAM.hash(&wasm), wasm);
        Ok(())
    }
}

impl<R: Read> Source for BundleSource<R> {
    fn kind(&self) -> &'static str {
        "bundle"
    }

    fn preface(&mut self) -> Step<Preface> {
        let Some(Item::Manifest(_)) = self.item()? else {
            return Err(self.ends_early());
        };
        let Some(Item::Genesis(genesis)) = self.item()? else {
            return Err(self.ends_early());
        };
        let (mut start, mut programs, mut bytes) = (None, Programs::new(), 0);
        loop {
            match self.item()? {
                Some(Item::Start(item)) => start = Some(item),
                Some(Item::Program(wasm)) if self.programs => self.keep(&mut programs, &mut bytes, wasm)?,
                Some(Item::Program(_)) => {}
                other => {
                    self.pending = other;
                    return Ok(Preface { genesis, start, programs });
                }
            }
        }
    }

    fn next(&mut self) -> Step<Option<Part>> {
        let item = match self.pending.take() {
            Some(item) => Some(item),
            None => self.item()?,
        };
        match item {
            Some(Item::Block { block, commitment, witness }) => Ok(Some(Part { block, commitment, witness })),
            // The reader has nothing after the trailer, or says so.
            Some(Item::Trailer(_)) => self.item().map(|_| None),
            _ => Err(self.ends_early()),
        }
    }

    fn offset(&self) -> Option<u64> {
        Some(self.reader.offset())
    }
}

/// The verdict on a history that breaks a rule.
pub(crate) fn invalid_at(error: Invalid, offset: Option<u64>) -> Box<Verdict> {
    let exit = if error.reason == Reason::Profile { Exit::CannotJudge } else { Exit::Invalid };
    let mut verdict = Verdict::new(exit, error.code(), error.to_string());
    (verdict.height, verdict.seq, verdict.offset) = (error.height, error.seq, error.offset.or(offset));
    Box::new(verdict)
}
