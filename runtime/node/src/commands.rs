//! One module for each command: its arguments, and what it does.

pub mod act;
pub mod build;
pub mod bundle;
pub mod call;
pub mod checkpoint;
pub mod client;
pub mod completion;
pub mod config;
pub mod consistency;
pub mod context;
pub mod deploy;
pub mod dev;
pub mod diverge;
pub mod doctor;
pub mod erase;
pub mod events;
pub mod explain;
pub mod init;
pub mod inspect;
pub mod key;
pub mod logs;
pub mod prune;
pub mod publish;
pub mod quarantine;
pub mod query;
pub mod receipt;
pub mod recover;
pub mod replay;
pub mod restore;
pub mod revert;
pub mod run;
pub mod scrub;
pub mod serve;
pub mod shard;
pub mod snapshot;
pub mod state;
pub mod status;
pub mod test;
pub mod time;
pub mod token;
pub mod upgrade;
pub mod verify;
pub mod witness;

use crate::cli::Global;
use crate::data::{Data, NodeShard, create_path};
use crate::error::NodeError;
use crate::keys;
use crate::told::Told;
use abi::call::{Call, Caller, SignedCall};
use abi::effect::Execution;
use abi::fault::Fault;
use abi::limits::PROGRAM_BYTES_MAX;
use abi::sign::SecretKey;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use journal::Block;
use kernel::{After, Answer, Batch, Effort, Request};
use std::io::Read;
use std::path::Path;
use vm::{Engine, Program, Vm};

/// The host's build, which travels beside blocks.
pub fn build() -> String {
    format!("foil {}", env!("CARGO_PKG_VERSION"))
}

/// Opens the shard that the command line means.
pub fn open(global: &Global) -> Result<(Data, NodeShard), NodeError> {
    let mut data = Data::open(global.data()?)?;
    data.remember_in(global.remember.as_deref());
    let id = data.choose(global.on.as_deref())?;
    let (mut shard, recovered) = data.open_shard(id, build())?;
    shard.bound_tree(global.tree_memory.unwrap_or_else(half_of_memory));
    tracing::info!(
        height = recovered.height,
        store_height = recovered.store_height,
        tail = ?recovered.tail,
        "shard open"
    );
    Ok((data, shard))
}

/// Half of the bytes of memory that this machine has.
pub(crate) fn half_of_memory() -> usize {
    let system = rustix::system::sysinfo();
    usize::try_from(system.totalram / 2)
        .map_or(usize::MAX, |half| half.saturating_mul(system.mem_unit as usize))
}

/// Opens a directory that a command writes to, and makes it if it is not there.
pub(crate) fn open_dir(path: &Path) -> Result<Dir, NodeError> {
    let opened = create_path(path).and_then(|()| Dir::open_ambient_dir(path, ambient_authority()));
    opened.map_err(|e| NodeError::io(format!("open the directory {}", path.display()), e))
}

/// Who calls: the holder of a key file, or nobody.
pub struct Identity {
    key: Option<SecretKey>,
    /// What salts come from.
    secret: [u8; 32],
}

impl Identity {
    /// The identity of a key file; nobody's salts are drawn anew each time.
    pub fn read(path: Option<&Path>) -> Result<Identity, NodeError> {
        let key = path.map(keys::read).transpose()?;
        let mut secret = [0u8; 32];
        match &key {
            // A signature is a secret that only the key's holder can make again.
            Some(key) => secret.copy_from_slice(&key.sign(b"counterfoil salt secret").0[..32]),
            None => secret = random()?,
        }
        Ok(Identity { key, secret })
    }

    /// Who that is.
    pub fn caller(&self) -> Caller {
        self.key.as_ref().map_or(Caller::Nobody, |key| Caller::Key(key.public()))
    }

    /// Whether that is somebody.
    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Salts and signs a call.
    pub fn sign(&self, call: Call) -> SignedCall {
        let call = Call { salt: Call::salt_of(&self.secret, &call.key), caller: self.caller(), ..call };
        match &self.key {
            Some(key) => SignedCall::sign(call, key),
            None => SignedCall { call, proof: abi::call::Proof::None },
        }
    }
}

/// Sixteen or more random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], NodeError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|e| NodeError::io("draw randomness", e))?;
    Ok(bytes)
}

/// A call that has a place in history.
pub struct Submitted {
    /// Which.
    pub seq: u64,
    /// Whether it had that already.
    pub known: bool,
    /// What it tells a person, if it was run just now and trapped.
    pub told: Option<Told>,
}

/// Makes one call at the host's time `now_ms`.
pub fn submit(shard: &mut NodeShard, signed: SignedCall, now_ms: u64) -> Result<Submitted, NodeError> {
    let requests = vec![Request { signed, now_ms }];
    let mut told = None;
    let mut watch = |_, execution: &Execution| {
        log(execution);
        told = Told::of(execution);
    };
    let batch = Batch { requests, block_calls: 1, stop_at_rejection: true };
    match shard.submit_watched(batch, &mut watch)?.pop() {
        Some(Answer::New { seq, .. }) => Ok(Submitted { seq, known: false, told }),
        Some(Answer::Known(seq)) => Ok(Submitted { seq, known: true, told: None }),
        Some(Answer::Rejected(rejected)) => Err(NodeError::Rejected(rejected)),
        None => Err(Fault::host("a request without an answer").into()),
    }
}

/// The debug log of a call, on standard error for whoever asks for it.
pub fn log(execution: &Execution) {
    execution.logs.iter().for_each(|line| tracing::debug!(line, "log"));
}

/// The block of a height, which the journal must hold.
pub fn block_at(shard: &NodeShard, height: u64) -> Result<Block, NodeError> {
    shard.block(height)?.ok_or_else(|| NodeError::NotThere {
        what: format!("block {height}"),
        holds: format!("{} blocks", shard.position().height),
    })
}

/// The shard as it stood after a block, which the journal must hold; as it stands, where none is named.
pub(crate) fn after(shard: &mut NodeShard, height: Option<u64>, max: Effort) -> Result<After<'_>, NodeError> {
    let Some(height) = height else { return Ok(shard.now()) };
    let holds = format!("{} blocks", shard.position().height);
    let after = shard.after(height, max)?;
    after.ok_or_else(|| NodeError::NotThere { what: format!("block {height}"), holds })
}

/// The block that holds the record at `seq`, and the record's index in it.
pub fn record_at(shard: &NodeShard, seq: u64) -> Result<(Block, usize), NodeError> {
    shard.find(seq)?.ok_or_else(|| NodeError::NotThere {
        what: format!("record {seq}"),
        holds: format!("{} records", shard.position().seq),
    })
}

/// A wasm file's bytes; of one that is too large to be a program, one more than a program may have.
pub fn read_wasm(path: &Path) -> Result<Vec<u8>, NodeError> {
    let failed = |e: std::io::Error| NodeError::io(format!("read {}", path.display()), e);
    let mut wasm = Vec::new();
    let file = ::verify::files::open(path).map_err(failed)?;
    file.take(PROGRAM_BYTES_MAX as u64 + 1).read_to_end(&mut wasm).map_err(failed)?;
    Ok(wasm)
}

/// The bytes of a file.
///
/// # Errors
///
/// It cannot be read, or has more than so many.
pub(crate) fn read_file(path: &Path, bytes_max: u64) -> Result<Vec<u8>, NodeError> {
    let failed = |e: std::io::Error| NodeError::io(format!("read {}", path.display()), e);
    let mut bytes = Vec::new();
    let file = ::verify::files::open(path).map_err(failed)?;
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 <= bytes_max {
        true => Ok(bytes),
        false => Err(failed(std::io::Error::other(format!("it has over {bytes_max} bytes")))),
    }
}

/// The program that wasm is, if it is admitted.
pub fn admit(wasm: &[u8]) -> Result<Program, NodeError> {
    Vm::new(Engine::Cranelift)?.admit(wasm).map_err(NodeError::Program)
}
