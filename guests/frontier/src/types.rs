//! What the program keeps, is given and answers.

use alloc::string::String;
use alloc::vec::Vec;
use guest_sdk::{Account, Error, Hash, Value};

/// What somebody found, with all that was said of it since.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Finding {
    /// Its id, chosen by its author.
    pub id: String,
    /// What it is about.
    pub subject: String,
    /// What it says of that.
    pub claim: String,
    /// The hash of what was recorded, which no later act changes.
    pub content: Hash,
    /// What the confidence follows from: a CVSS vector.
    pub vector: Option<String>,
    /// The vector's base score, in tenths: 0 to 100.
    pub confidence: Option<u8>,
    /// What reviewers last said.
    pub verdict: Option<Verdict>,
    /// Why it was taken back, if it was.
    pub retracted: Option<String>,
    /// The finding that stands in its place, if one does.
    pub superseded_by: Option<String>,
    /// Who recorded it.
    pub author: Account,
    /// When, in milliseconds of logical time.
    pub recorded_ms: u64,
    /// How often it has changed since.
    pub revision: u32,
}

impl Finding {
    /// What it counts as: the weightiest of what was said of it.
    pub fn status(&self) -> Status {
        match (&self.retracted, &self.superseded_by, self.verdict) {
            (Some(_), _, _) => Status::Retracted,
            (_, Some(_), _) => Status::Superseded,
            (_, _, Some(Verdict::Accepted)) => Status::Accepted,
            (_, _, Some(Verdict::Contested)) => Status::Contested,
            (_, _, Some(Verdict::Rejected)) => Status::Rejected,
            (_, _, None) => Status::Unreviewed,
        }
    }
}

/// What a reviewer says of a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub enum Verdict {
    /// It holds.
    Accepted,
    /// It may not hold.
    Contested,
    /// It does not hold.
    Rejected,
}

/// What a finding counts as.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Value)]
pub enum Status {
    /// No reviewer has said anything.
    Unreviewed,
    /// Reviewers say that it holds.
    Accepted,
    /// Reviewers say that it may not hold.
    Contested,
    /// Reviewers say that it does not hold.
    Rejected,
    /// Another finding stands in its place.
    Superseded,
    /// It was taken back.
    Retracted,
}

impl Status {
    /// Every status, in order.
    pub const ALL: [Status; 6] = [
        Status::Unreviewed,
        Status::Accepted,
        Status::Contested,
        Status::Rejected,
        Status::Superseded,
        Status::Retracted,
    ];

    /// Whether such a finding is one to go by.
    pub fn is_in_force(self) -> bool {
        self < Status::Rejected
    }
}

/// A change of a finding.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Change {
    /// Which.
    pub verb: Verb,
    /// To rescore: the new vector.
    pub vector: Option<String>,
    /// To supersede: the finding that is to stand in its place.
    pub successor: Option<String>,
}

/// What can be done to a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub enum Verb {
    /// Say that it holds.
    Accept,
    /// Say that it may not hold.
    Contest,
    /// Say that it does not hold.
    Reject,
    /// Give its confidence another reason.
    Rescore,
    /// Put another finding in its place.
    Supersede,
    /// Take it back.
    Retract,
}

/// A change that waits for a reviewer, or has been decided.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Proposal {
    /// Its number, from 1.
    pub number: u64,
    /// The finding.
    pub finding: String,
    /// What is proposed.
    pub change: Change,
    /// The peer whose view it is, where two operators differ.
    pub peer: Option<Hash>,
    /// Why.
    pub reason: String,
    /// Who proposes it.
    pub author: Account,
    /// The finding's revision that it was made against.
    pub base: u32,
    /// What was decided, if it is.
    pub ruling: Option<Ruling>,
    /// Who decided.
    pub reviewer: Option<Account>,
}

/// What a reviewer decides on a proposal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub enum Ruling {
    /// The finding stays as we have it.
    Ours,
    /// It becomes what is proposed.
    Theirs,
    /// It becomes what the reviewer writes.
    Merge,
}

/// Something that was done to a finding.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Act {
    /// Its number among the finding's acts, from 0.
    pub ordinal: u32,
    /// What was done.
    pub deed: Deed,
    /// Who did it.
    pub by: Account,
    /// The call's place in history.
    pub seq: u64,
    /// When, in milliseconds of logical time.
    pub time_ms: u64,
    /// The proposal it is about, if any.
    pub proposal: Option<u64>,
    /// What the finding counted as after it.
    pub status: Status,
    /// The finding's confidence after it.
    pub confidence: Option<u8>,
    /// Why.
    pub reason: String,
}

/// What an act was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub enum Deed {
    /// The finding was recorded.
    Recorded,
    /// A change was proposed.
    Proposed,
    /// A proposal was declined.
    Declined,
    /// A reviewer accepted it.
    Accepted,
    /// A reviewer contested it.
    Contested,
    /// A reviewer rejected it.
    Rejected,
    /// Its confidence follows from another vector.
    Rescored,
    /// Another finding took its place.
    Superseded,
    /// It was taken back.
    Retracted,
}

/// A finding in a list.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub subject: String,
    /// What it says of that.
    pub claim: String,
    /// Its confidence, in tenths.
    pub confidence: Option<u8>,
    /// What it counts as.
    pub status: Status,
}

/// What a finding stands in the place of, and what in its.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Lineage {
    /// The findings that it superseded itself.
    pub supersedes: Vec<String>,
    /// Its successor, the successor of that, and so on to the one that has none.
    pub successors: Vec<String>,
}

/// How many findings have a status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Count {
    /// The status.
    pub status: Status,
    /// How many.
    pub findings: u64,
}

/// A field whose difference between two operators is a conflict.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Substance {
    /// The field of a finding.
    pub field: String,
    /// By how much numbers may differ and still agree.
    pub tolerance: u32,
}

/// Why a call is refused.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Error {
    /// Nobody in particular answers for nothing.
    #[error(1)]
    NoCaller,
    /// The frontier has its owner.
    #[error(2)]
    AlreadyFounded,
    /// Only the owner says who reviews.
    #[error(3)]
    NotTheOwner,
    /// The account is a reviewer, or cannot be one.
    #[error(4)]
    CannotAppoint,
    /// Only a reviewer does this, and the account is none.
    #[error(5)]
    NotAReviewer,
    /// Nobody decides about a finding or a proposal of their own.
    #[error(6)]
    OwnMatter,
    /// Only its author takes a finding back without a proposal.
    #[error(7)]
    NotTheAuthor,
    /// A finding has an id.
    #[error(10)]
    IdEmpty,
    /// A text is longer than it may be, in bytes.
    #[error(11)]
    TooLong { size: u64, max: u64 },
    /// This finding is recorded.
    #[error(12)]
    Exists,
    /// A finding of this id is recorded, with another content.
    #[error(13)]
    ExistsWithDifferentContent,
    /// There is no such finding.
    #[error(14)]
    NotFound { id: String },
    /// The finding was taken back, which is final.
    #[error(20)]
    Retracted,
    /// Another finding stands in its place: all that can be done is to take it back.
    #[error(21)]
    Superseded { by: String },
    /// The finding is so already.
    #[error(22)]
    Unchanged,
    /// A finding cannot stand in its own place.
    #[error(23)]
    SupersedesItself,
    /// What is not in force itself cannot stand in another's place.
    #[error(24)]
    SuccessorNotInForce,
    /// The change lacks what its verb needs, or has what it does not: a vector to rescore, a successor to supersede.
    #[error(25)]
    BadChange,
    /// There is no such proposal.
    #[error(30)]
    NoSuchProposal,
    /// The proposal is decided.
    #[error(31)]
    AlreadyDecided,
    /// The finding has changed since the proposal was made.
    #[error(32)]
    Stale { base: u32, revision: u32 },
    /// A merge says what it comes to, and no other ruling does.
    #[error(33)]
    BadRuling,
    /// The vector does not begin with CVSS:3.0, CVSS:3.1 or CVSS:4.0.
    #[error(40)]
    VectorVersionUnknown { found: String },
    /// A part of the vector is not a metric, a colon and a value.
    #[error(41)]
    VectorMalformed { part: String },
    /// The version has no such metric.
    #[error(42)]
    MetricUnknown { metric: String },
    /// The vector has a metric twice.
    #[error(43)]
    MetricRepeated { metric: String },
    /// The metric stands behind one that it must stand before.
    #[error(44)]
    MetricMisplaced { metric: String },
    /// The metric has no such value.
    #[error(45)]
    ValueUnknown { metric: String, value: String },
    /// The vector lacks a mandatory metric.
    #[error(46)]
    MetricMissing { metric: String },
}
