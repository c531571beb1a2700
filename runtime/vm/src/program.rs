//! A program that was admitted and compiled.

use crate::AdmitError;
use crate::admit::Admitted;
use crate::run::Host;
use abi::hash::PROGRAM;
use abi::id::Hash;
use abi::session::Mode;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use wasmtime::{InstancePre, Linker, Module, ModuleExport};

/// A program ready to run: a shared handle, cheap to clone.
#[derive(Clone)]
pub struct Program(Arc<Compiled>);

struct Compiled {
    id: Hash,
    methods: BTreeMap<String, Method>,
    interface: Option<Vec<u8>>,
    memory: ModuleExport,
    instance: InstancePre<Host>,
}

#[derive(Clone, Copy)]
struct Method {
    mode: Mode,
    export: ModuleExport,
}

impl Program {
    /// The program's id: the hash of its raw wasm.
    pub fn id(&self) -> Hash {
        self.0.id
    }

    /// The mode of a method; `None` where there is no such method.
    pub fn method(&self, name: &str) -> Option<Mode> {
        self.0.methods.get(name).map(|method| method.mode)
    }

    /// Every method, by name.
    pub fn methods(&self) -> impl Iterator<Item = (&str, Mode)> {
        self.0.methods.iter().map(|(name, method)| (name.as_str(), method.mode))
    }

    /// The bytes of the custom section `counterfoil`, unread.
    pub fn interface(&self) -> Option<&[u8]> {
        self.0.interface.as_deref()
    }

    /// Compiles what `wasm` was prepared to.
    pub(crate) fn compile(
        linker: &Linker<Host>,
        wasm: &[u8],
        prepared: &[u8],
        admitted: Admitted<'_>,
    ) -> Result<Program, AdmitError> {
        let uncompilable =
            |error: wasmtime::Error| AdmitError::Uncompilable { because: format!("{error:#}") };
        let module = Module::from_binary(linker.engine(), prepared).map_err(uncompilable)?;
        let export = |name: &str| {
            let lost = || AdmitError::Uncompilable { because: format!("the export {name:?} was lost") };
            module.get_export_index(name).ok_or_else(lost)
        };
        let memory = export("memory")?;
        let mut methods = BTreeMap::new();
        for (name, (mode, exported_as)) in &admitted.methods {
            methods.insert((*name).to_owned(), Method { mode: *mode, export: export(exported_as)? });
        }
        let instance = linker.instantiate_pre(&module).map_err(uncompilable)?;
        let interface = admitted.interface.map(<[u8]>::to_vec);
        Ok(Program(Arc::new(Compiled { id: PROGRAM.hash(wasm), methods, interface, memory, instance })))
    }

    /// Makes instances.
    pub(crate) fn instance(&self) -> &InstancePre<Host> {
        &self.0.instance
    }

    /// Where an instance exports its memory.
    pub(crate) fn memory(&self) -> &ModuleExport {
        &self.0.memory
    }

    /// Where an instance exports a method of this mode.
    pub(crate) fn entry(&self, name: &str, mode: Mode) -> Option<&ModuleExport> {
        self.0.methods.get(name).filter(|method| method.mode == mode).map(|method| &method.export)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("id", &self.0.id).finish_non_exhaustive()
    }
}
