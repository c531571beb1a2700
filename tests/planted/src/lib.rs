//! The bugs that are planted in the product's sources, and who is to find each.
//!
//! Every `planted!` of the sources has a row here, which a test holds.

/// A harness, in the order in which they are tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Harness {
    /// Small scopes of the journal, exhaustively.
    Small,
    /// States that a power cut, a changed bit or a lost page may leave of a journal.
    Power,
    /// Histories of which one byte was changed, shown to the verifier.
    Forgeries,
    /// The simulated world.
    World,
}

/// One bug.
pub struct Bug {
    /// As the site names it.
    pub name: &'static str,
    /// What goes wrong.
    pub what: &'static str,
    /// Who must find it.
    pub by: Harness,
}

const fn bug(name: &'static str, by: Harness, what: &'static str) -> Bug {
    Bug { name, what, by }
}

use Harness::{Forgeries, Power, Small, World};

/// All of them.
pub const BUGS: &[Bug] = &[
    // The journal.
    bug("SkipSync", Power, "a sync does nothing"),
    bug("SyncLate", Power, "a sync is done before the next append: answers go out too early"),
    bug("OpenWithoutSync", World, "what is found on opening is not made durable"),
    bug("ForgetCommitment", World, "a frame goes without the commitment of the block before it"),
    bug("WrongFirstHeight", Power, "a segment's label names another height"),
    bug("CutDamaged", Power, "a damaged frame is cut like a torn one"),
    bug("CutWhatFollows", Power, "the journal is cut at the first bad frame, whatever follows"),
    bug("KeepTornTail", Small, "a torn frame is not erased"),
    bug("CutOnePageOnly", World, "only the first page of a torn frame is erased"),
    bug("TornIsDamage", Small, "a torn frame is taken for damage"),
    bug("SkipChecksum", Power, "the checksum of a page is not looked at"),
    bug("KeyNotFound", World, "no live idempotency key is found"),
    bug("KeysDieEarly", World, "idempotency keys are forgotten before they expire"),
    bug("KeysNotSummed", World, "a segment's summary leaves out which keys were used"),
    // The state.
    bug("SentinelForgotten", World, "a new first key does not change the sentinel"),
    bug("DeletedStaysLinked", World, "a deleted key's predecessor still points at it"),
    bug("UpdateNotHashed", World, "a new value of a key does not change its leaf"),
    bug("BranchNotCollapsed", World, "a branch over one leaf stays"),
    bug("DeleteNotApplied", World, "the store keeps what was deleted"),
    // Admission and execution.
    bug("FailedWritesKept", World, "a call that failed changes state"),
    bug("TimeFalls", World, "logical time follows a clock that was set back"),
    bug("AnyJump", World, "logical time jumps as far as a clock says"),
    bug("AcceptExpired", World, "a call that has expired runs"),
    bug("AcceptUsedKey", World, "a key that was used runs again"),
    bug("AcceptUnproven", World, "a caller is not proven"),
    bug("SkipThreshold", World, "one authority is enough"),
    bug("AnyProgram", World, "a call for another program runs"),
    bug("StateBeforeBlock", World, "a call does not see the calls before it in its block"),
    bug("OldProgramServes", World, "a deploy takes effect with the next block"),
    bug("SeqReused", World, "two calls have one place"),
    bug("WritesNotRecorded", World, "a block is recorded without its writes"),
    bug("EpochFalls", World, "a block has an epoch below the last one's"),
    // Commit and recovery.
    bug("GoOnAfterFault", World, "a shard goes on after a fault"),
    bug("ApplyBeforeSync", World, "the store is handed a block before the sync"),
    bug("SignBeforeSync", World, "a block is signed for before its sync has returned"),
    bug("OldWriterSigns", World, "the writer before an appointment signs its block"),
    bug("KeyNamesAnyCall", World, "another call with a used key is answered like the first"),
    bug("ReplayTooLate", World, "recovery leaves out the first block after the store's height"),
    bug("ReplayTooEarly", World, "recovery applies the block of the store's height again"),
    bug("HeightWithoutWrites", World, "recovery gives the store a block's height without its writes"),
    bug("SkipRootCheck", World, "opening does not compare roots"),
    bug("ForgetWindow", World, "opening forgets which keys were used"),
    bug("ForgetActs", World, "opening forgets what the authority has done"),
    bug("LastNotSigned", World, "opening does not sign for the last block"),
    // The verifier.
    bug("SkipSignature", Forgeries, "a commitment's signature is not looked at"),
    bug("SkipCallProof", Forgeries, "a call's signature is not looked at"),
    bug("SkipDiffHash", Forgeries, "the digest of a block's writes is not looked at"),
    bug("SkipHistoryRoot", Forgeries, "the root of the history tree is not looked at"),
];
