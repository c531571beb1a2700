//! Where a program's bytes are found, and the programs already compiled.

use crate::machine::RunError;
use abi::fault::Fault;
use abi::hash::PROGRAM;
use abi::id::Hash;
use std::collections::BTreeMap;
use vm::{Cache, Program, Vm};

/// Programs by the digest of their raw wasm: a directory beside the journal, or the programs of a bundle.
pub trait Programs: Send {
    /// The raw wasm of a program; `None` where it is not to be had.
    fn read(&self, id: &Hash) -> Result<Option<Vec<u8>>, Fault>;

    /// Where compiled programs are kept for the next time, if anywhere.
    fn cache(&self) -> Option<&dyn Cache> {
        None
    }
}

impl Programs for BTreeMap<Hash, Vec<u8>> {
    fn read(&self, id: &Hash) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.get(id).cloned())
    }
}

/// Programs that were admitted and compiled.
pub(crate) struct Catalogue {
    source: Box<dyn Programs>,
    compiled: BTreeMap<Hash, Program>,
}

impl Catalogue {
    pub(crate) fn new(source: Box<dyn Programs>) -> Catalogue {
        Catalogue { source, compiled: BTreeMap::new() }
    }

    /// The program `id`, compiled at its first use.
    pub(crate) fn program(&mut self, vm: &Vm, id: &Hash) -> Result<&Program, RunError> {
        if !self.compiled.contains_key(id) {
            let wasm = self.read(id)?;
            let admitted = match self.source.cache() {
                Some(cache) => vm.admit_cached(&wasm, cache),
                None => vm.admit(&wasm),
            };
            let program = admitted.map_err(|error| RunError::Refused(*id, error))?;
            self.compiled.insert(*id, program);
        }
        Ok(&self.compiled[id])
    }

    /// The raw wasm of the program `id`.
    pub(crate) fn read(&self, id: &Hash) -> Result<Vec<u8>, RunError> {
        let wasm = self.source.read(id)?.ok_or(RunError::Missing(*id))?;
        match PROGRAM.hash(&wasm) == *id {
            true => Ok(wasm),
            false => Err(Fault::corrupt(format!("program {id}: other bytes")).into()),
        }
    }
}
