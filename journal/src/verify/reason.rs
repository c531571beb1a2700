//! Which rule a history breaks, and where.

use crate::receipt::ReceiptError;
use abi::genesis::GenesisError;
use abi::{Coded, codec};
use std::fmt;

/// A history that is not valid: the first rule that it breaks, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// The rule.
    pub reason: Reason,
    /// The block's height, where it is a block's.
    pub height: Option<u64>,
    /// The call's seq, where it is a call's.
    pub seq: Option<u64>,
    /// The offset in the bundle, in bytes, where it was read from one.
    pub offset: Option<u64>,
}

impl Invalid {
    /// A broken rule, at no place in particular.
    pub fn of(reason: Reason) -> Invalid {
        Invalid { reason, height: None, seq: None, offset: None }
    }

    /// The same, at `offset` of a bundle.
    pub fn at(self, offset: u64) -> Invalid {
        Invalid { offset: Some(offset), ..self }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        let places = [("height", self.height), ("seq", self.seq), ("offset", self.offset)];
        let mut separator = ':';
        for (name, place) in places {
            if let Some(place) = place {
                write!(f, "{separator} {name}={place}")?;
                separator = ',';
            }
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}

impl Coded for Invalid {
    fn code(&self) -> u16 {
        self.reason.code()
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident $(($of:ty))? = $code:literal $text:literal,)+) => {
        /// Every rule that a history or a bundle can break: a closed set with stable numbers.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Reason {
            $($(#[doc = $doc])+ $name $(($of))?,)+
            /// A commitment breaks a rule of its own, under that rule's number.
            Commitment(ReceiptError),
        }

        impl Reason {
            /// The number and text of the rule itself, whatever was found.
            fn rule(&self) -> (u16, &'static str) {
                match self {
                    $(reasons!(@pattern $name $($of)?) => ($code, $text),)+
                    Reason::Commitment(error) => (error.code(), "the commitment"),
                }
            }
        }
    };
    (@pattern $name:ident $of:ty) => { Reason::$name(_) };
    (@pattern $name:ident) => { Reason::$name };
}

reasons! {
    /// The genesis breaks a rule.
    Genesis(GenesisError) = 2101 "the genesis is not valid",
    /// The genesis names a profile that this build does not know.
    Profile = 2102 "the profile is unknown",
    /// A header of another version.
    Version = 2103 "the block is of another version",
    /// A header of another shard.
    Shard = 2104 "the block is another shard's",
    /// A height that is not the next one.
    Height = 2105 "the height is not the next one",
    /// A header that does not name the one before it.
    Previous = 2106 "the previous header's hash differs",
    /// An epoch that falls, or is 0.
    Epoch = 2107 "the epoch fell",
    /// A first seq that is not the next one.
    FirstSeq = 2108 "the first seq is not the next one",
    /// A block of no calls.
    Empty = 2109 "the block holds no calls",
    /// A count that is not the number of calls.
    Count = 2110 "the count is not the number of calls",
    /// A state root before that is not the one left by the block before.
    RootBefore = 2111 "the state root before the block is not the last one",
    /// A history size that is not first seq and count together.
    HistorySize = 2112 "the history size is not that of its records",
    /// A history root that is not that of the records.
    HistoryRoot = 2113 "the history root is not that of its records",
    /// An execution root that is not that of the effects.
    ExecutionRoot = 2114 "the execution root is not that of its effects",
    /// A diff digest that is not that of the merged diff.
    Diff = 2115 "the diff's digest is not that of the diff",
    /// A sole call whose diff is not the block's.
    CallDiff = 2116 "the only call's diff is not the block's",
    /// A time that is not the last call's.
    LastTime = 2117 "the block's time is not its last call's",
    /// Logical time fell.
    TimeFell = 2118 "logical time fell",
    /// Logical time made a greater step than the genesis allows.
    TimeJump = 2119 "logical time made too great a step",
    /// A call of another version.
    CallVersion = 2120 "the call is of another version",
    /// A call of another shard.
    CallShard = 2121 "the call is another shard's",
    /// A call that does not prove its caller.
    CallProof = 2122 "the call does not prove its caller",
    /// A key that was dead when it was used.
    Expired = 2123 "the idempotency key had expired",
    /// A key that lives longer than the window.
    ExpiryTooFar = 2124 "the idempotency key outlives the window",
    /// A key used twice while live.
    Duplicate = 2125 "the idempotency key was used twice while live",
    /// Something longer or more than its limit.
    Limit(&'static str) = 2126 "over the limit",
    /// A system call without enough of the authority's signatures.
    Authority = 2127 "too few of the authority's keys signed",
    /// The authority's signatures on a call that is not the system's.
    AuthorityElsewhere = 2128 "authority signs system calls only",
    /// A history that does not begin with a deploy.
    FirstCall = 2129 "history begins with a deploy",
    /// A call that ran on a program that did not serve.
    Program = 2130 "not the program that was deployed last",
    /// A call that ran on another program than it was meant for.
    CallProgram = 2131 "not the program that the call is meant for",
    /// A call that did not return and yet wrote, emitted or sent.
    Unreturned = 2132 "a call that did not return has writes, events or messages",
    /// More fuel than the call allowed, or than any call may have.
    Fuel = 2133 "more fuel than allowed",
    /// A commitment, and no block yet.
    NoBlock = 2134 "there is no block to commit to",
    /// A call of the system program that is none of its acts.
    Act = 2135 "the call is no act of the system program",
    /// A revert beside other calls.
    RevertAlone = 2137 "a revert is not alone in its block",
    /// A revert that does not lead to a state that was.
    Revert = 2138 "the revert does not lead to the state after the block it names",
    /// A change of profile beside other calls.
    ProfileAlone = 2139 "a change of profile is not alone in its block",
    /// A profile that is set again.
    ProfileKept = 2140 "the profile is set to the one in force",
    /// The hook of upgrades, called by somebody.
    Migrate = 2141 "only an upgrade calls `migrate`",
    /// An erasure of what is not history yet.
    Erase = 2142 "the call to erase is not before this one",
    /// A pruning of what is not history yet.
    Prune = 2143 "the block to prune to is not before this one",
    /// An act of the authority of which only digests are left.
    ErasedAct = 2144 "an act of the authority is erased",
    /// A start whose frontier is not that of its header.
    Start = 2136 "the start's frontier is not that of its header",

    /// Bytes that no object of the bundle has.
    Malformed(codec::Reason) = 2201 "malformed",
    /// An item of another kind than can come next.
    Item = 2202 "not an item that can come next",
    /// An item longer than its kind may be.
    ItemLength = 2203 "the item is too long",
    /// The bundle ends before its trailer does.
    Truncated = 2204 "the bundle ends too early",
    /// A genesis that is not the manifest's shard's.
    BundleGenesis = 2205 "the genesis is not of the manifest's shard",
    /// A range of heights that is none.
    BundleRange = 2206 "the manifest's range is empty or starts at 0",
    /// A block that is not the next one of the manifest's range.
    BundleBlock = 2207 "not the next block of the manifest's range",
    /// A commitment that is not about the block beside it.
    BundleCommitment = 2208 "the commitment beside a block is another block's",
    /// A trailer that is not about the last block.
    BundleHead = 2209 "the trailer names another head than the last block",
    /// A trailer whose digest is not that of the bytes before it.
    BundleDigest = 2210 "the trailer's digest is not that of the bundle",
    /// Bytes behind the trailer.
    Trailing = 2211 "bytes follow the trailer",
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule().1)?;
        match self {
            Reason::Genesis(error) => write!(f, " ({error})"),
            Reason::Limit(what) => write!(f, " of {what}"),
            Reason::Malformed(reason) => write!(f, " ({reason:?})"),
            Reason::Commitment(error) => write!(f, ": {error}"),
            _ => Ok(()),
        }
    }
}

impl Coded for Reason {
    fn code(&self) -> u16 {
        self.rule().0
    }
}
