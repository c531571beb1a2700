//! The authority chain: how whoever knows a shard's id alone learns who writes for it now.
//!
//! A shard's writer changes only by a `set_writer` of its authority, and its program by a `deploy`. Each
//! link is such an act with its record and the record's inclusion path:
//!
//! ```text
//! link = [<< signed call >>, << record >>, [path…]]
//! ```
//!
//! All links of a chain are proven in one tree: that which the object that carries them is about.
//!
//! Limits: a chain shows acts that did happen, not that no later one did. Whoever stole the key of a former
//! writer can sign for a history in which it was never replaced; what shows *that* is a newer head, or a
//! witness's.

use crate::commitment::Issuer;
use crate::history::History;
use crate::receipt::ReceiptError;
use abi::call::SignedCall;
use abi::canonical_array;
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Reason};
use abi::genesis::Genesis;
use abi::merkle::root_of_path;
use abi::profile::{self, Profile};
use abi::record::Record;
use abi::sign::PublicKey;
use abi::system::Act;
use abi::{Hash, VERSION};

/// Most links of one chain.
pub const LINKS_MAX: usize = 256;

/// One act of the authority, proven to be history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// The call's canonical bytes, with the authority's signatures.
    pub call: Bytes,
    /// The record's canonical bytes.
    pub record: Bytes,
    /// The record's inclusion path.
    pub path: Vec<Hash>,
}

canonical_array!(Link { call, record, path });

impl Link {
    /// The link of an act.
    pub fn new(call: &SignedCall, record: &Record, path: Vec<Hash>) -> Link {
        Link { call: Bytes(call.to_bytes()), record: Bytes(record.to_bytes()), path }
    }
}

/// What a shard's authority has said, up to some size of history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appointed {
    /// Whose commitments count.
    pub writer: PublicKey,
    /// The program that serves, where a link deploys it.
    pub program: Option<Hash>,
    /// The profile.
    pub profile: Profile,
}

impl Appointed {
    /// The same after an act that was done.
    pub(crate) fn after(self, act: &Act) -> Appointed {
        Appointed {
            writer: act.writer().unwrap_or(self.writer),
            program: act.program().or(self.program),
            profile: act.profile().unwrap_or(self.profile),
        }
    }
}

/// Reads the links of an object that carries some: a list of at most [`LINKS_MAX`].
pub(crate) fn decode_links(r: &mut Reader<'_>) -> Result<Vec<Link>, Error> {
    let start = r.offset();
    if r.clone().array()? > LINKS_MAX {
        return Err(r.error(start, Reason::Length));
    }
    Vec::decode(r)
}

/// Who writes, what serves, and under which profile, in the history of `size` records with this root, by the acts in `links`.
///
/// # Errors
///
/// A link that is no act of the shard's authority, is not in that history, or is out of order.
pub fn appointed(
    genesis: &Genesis,
    links: &[Link],
    size: u64,
    root: &Hash,
) -> Result<Appointed, ReceiptError> {
    let profile = known(genesis);
    let mut appointed = Appointed { writer: genesis.writer, program: None, profile };
    let mut next = 0;
    for (index, link) in links.iter().enumerate() {
        let found = act(genesis, &appointed, link, size, root);
        let (seq, act) = found.filter(|(seq, _)| *seq >= next).ok_or(ReceiptError::Link { index })?;
        appointed = appointed.after(&act);
        next = seq + 1;
    }
    Ok(appointed)
}

/// The act of a link and its place, if it is one after those that `appointed`.
fn act(genesis: &Genesis, appointed: &Appointed, link: &Link, size: u64, root: &Hash) -> Option<(u64, Act)> {
    let signed = SignedCall::from_bytes(&link.call).ok()?;
    let record = Record::from_bytes(&link.record).ok()?;
    let (call, effect) = (&signed.call, &record.effect);
    let digest = call.digest();
    let shard = genesis.id();
    let is_meant = [effect.version == VERSION, call.version == VERSION, effect.call == digest];
    let is_here = call.shard == shard && effect.shard == shard;
    if !is_meant.iter().all(|&holds| holds) || !is_here || effect.outcome != 0 {
        return None;
    }
    let profile = match effect.program == profile::system(&genesis.profile) {
        true => known(genesis),
        false => Profile::of_system(&effect.program)?,
    };
    let act = Act::from_call(profile, &call.method, &call.args)?;
    let is_newer = profile > appointed.profile && matches!(act, Act::SetProfile(_));
    let is_in_force = profile == appointed.profile && !matches!(act, Act::SetProfile(_));
    if !(is_newer || is_in_force) || !has_authority(genesis, &signed) {
        return None;
    }
    let leaf = History::leaf_hash(&link.record);
    let found = root_of_path(History::node, leaf, effect.seq, size, &link.path)?;
    (found == *root && signed.proves_caller(&digest)).then_some((effect.seq, act))
}

/// The profile that a shard begins under. A receipt is good under any: of one that is not known, the acts are
/// those of the first.
fn known(genesis: &Genesis) -> Profile {
    Profile::of(&genesis.profile).unwrap_or(Profile::One)
}

/// Whether enough of the authority's keys are named; that they signed is `proves_caller`'s to say.
pub(crate) fn has_authority(genesis: &Genesis, signed: &SignedCall) -> bool {
    let authority = &genesis.authority;
    let named = signed.authorities().filter(|key| authority.keys.binary_search(key).is_ok());
    named.count() >= authority.threshold as usize
}

impl Issuer {
    /// Who signs for the history of `size` records with this root.
    ///
    /// # Errors
    ///
    /// As [`appointed`].
    pub fn at(genesis: &Genesis, links: &[Link], size: u64, root: &Hash) -> Result<Issuer, ReceiptError> {
        let key = appointed(genesis, links, size, root)?.writer;
        Ok(Issuer { key, ..Issuer::of(genesis) })
    }
}
