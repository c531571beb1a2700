//! A program that was admitted and compiled.

use crate::admit::Admitted;
use crate::engine::Code;
use abi::id::Hash;
use abi::session::Mode;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A program ready to run: a shared handle, cheap to clone.
#[derive(Clone)]
pub struct Program(Arc<Compiled>);

struct Compiled {
    id: Hash,
    methods: BTreeMap<String, Method>,
    interface: Option<Vec<u8>>,
    image: Vec<u8>,
    is_resettable: bool,
    code: Code,
}

#[derive(Clone, Copy)]
struct Method {
    mode: Mode,
    /// Its place among the methods it was compiled with.
    index: usize,
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

    /// The program `id`, which was admitted, prepared and compiled to `code`.
    pub(crate) fn new(id: Hash, admitted: Admitted, code: Code) -> Program {
        let method = |(index, (name, (mode, _)))| (name, Method { mode, index });
        Program(Arc::new(Compiled {
            id,
            methods: admitted.methods.into_iter().enumerate().map(method).collect(),
            interface: admitted.interface,
            image: admitted.image,
            is_resettable: !admitted.writes_tables,
            code,
        }))
    }

    /// What its engine runs.
    pub(crate) fn code(&self) -> &Code {
        &self.0.code
    }

    /// What a fresh memory begins with, where an instance can be put back as it was after a call.
    pub(crate) fn image(&self) -> Option<&[u8]> {
        self.0.is_resettable.then_some(&self.0.image)
    }

    /// The place of a method of this mode among those the program was compiled with.
    pub(crate) fn place(&self, name: &str, mode: Mode) -> Option<usize> {
        self.0.methods.get(name).filter(|method| method.mode == mode).map(|method| method.index)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("id", &self.0.id).finish_non_exhaustive()
    }
}
