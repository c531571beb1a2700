//! What the program keeps, is given and answers.

use crate::name::Name;
use alloc::string::String;
use guest_sdk::Value;

/// An account's flags, with TigerBeetle's bits.
pub mod flags {
    /// Opened together with the next account of the batch, or not at all.
    pub const LINKED: u16 = 1;
    /// A transfer that would make the account's debits exceed its credits is refused.
    pub const DEBITS_MUST_NOT_EXCEED_CREDITS: u16 = 1 << 1;
    /// A transfer that would make the account's credits exceed its debits is refused.
    pub const CREDITS_MUST_NOT_EXCEED_DEBITS: u16 = 1 << 2;
    /// The account keeps history.
    pub const HISTORY: u16 = 1 << 3;
    /// The account takes part in no transfer, but that a pending one may be voided.
    pub const CLOSED: u16 = 1 << 5;
    /// Every flag there is.
    pub const ALL: u16 =
        LINKED | DEBITS_MUST_NOT_EXCEED_CREDITS | CREDITS_MUST_NOT_EXCEED_DEBITS | HISTORY | CLOSED;
}

/// A transfer's flags, with TigerBeetle's bits.
pub mod transfer_flags {
    /// Made together with the next transfer of the batch, or not at all.
    pub const LINKED: u16 = 1;
    /// The amount is reserved, until it is posted or voided or its time is out.
    pub const PENDING: u16 = 1 << 1;
    /// Posts a pending transfer, all of it or a part.
    pub const POST_PENDING_TRANSFER: u16 = 1 << 2;
    /// Voids a pending transfer.
    pub const VOID_PENDING_TRANSFER: u16 = 1 << 3;
    /// At most the amount, and no more than keeps the debit account's debits within its credits.
    pub const BALANCING_DEBIT: u16 = 1 << 4;
    /// At most the amount, and no more than keeps the credit account's credits within its debits.
    pub const BALANCING_CREDIT: u16 = 1 << 5;
    /// Closes the debit account, until this transfer is voided or its time is out.
    pub const CLOSING_DEBIT: u16 = 1 << 6;
    /// Closes the credit account, until this transfer is voided or its time is out.
    pub const CLOSING_CREDIT: u16 = 1 << 7;
    /// Those that end a pending transfer.
    pub const RESOLVING: u16 = POST_PENDING_TRANSFER | VOID_PENDING_TRANSFER;
    /// Those that balance.
    pub const BALANCING: u16 = BALANCING_DEBIT | BALANCING_CREDIT;
    /// Those that close.
    pub const CLOSING: u16 = CLOSING_DEBIT | CLOSING_CREDIT;
    /// Every flag there is.
    pub const ALL: u16 = LINKED | PENDING | RESOLVING | BALANCING | CLOSING;
}

/// An account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Account {
    /// Its id.
    pub id: u128,
    /// The ledger it belongs to: accounts of different ledgers cannot deal with each other.
    pub ledger: u32,
    /// What kind of account it is, in its owner's books.
    pub code: u16,
    /// See [`flags`].
    pub flags: u16,
    /// What people call it; may be empty.
    pub name: Name,
    /// What pending transfers have reserved of it.
    pub debits_pending: u128,
    /// All its debits together.
    pub debits_posted: u128,
    /// What pending transfers have reserved for it.
    pub credits_pending: u128,
    /// All its credits together.
    pub credits_posted: u128,
    /// When it was opened, in milliseconds of logical time.
    pub opened_ms: u64,
}

impl Account {
    pub(crate) fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// The sums of the account.
    pub fn balance(&self) -> Balance {
        Balance {
            debits_pending: self.debits_pending,
            debits_posted: self.debits_posted,
            credits_pending: self.credits_pending,
            credits_posted: self.credits_posted,
        }
    }

    pub(crate) fn set(&mut self, balance: Balance) {
        self.debits_pending = balance.debits_pending;
        self.debits_posted = balance.debits_posted;
        self.credits_pending = balance.credits_pending;
        self.credits_posted = balance.credits_posted;
    }
}

/// The sums of an account.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Value)]
pub struct Balance {
    /// What pending transfers have reserved of it.
    pub debits_pending: u128,
    /// All its debits together.
    pub debits_posted: u128,
    /// What pending transfers have reserved for it.
    pub credits_pending: u128,
    /// All its credits together.
    pub credits_posted: u128,
}

impl Balance {
    /// Debits posted and pending: no transfer is made that makes them more than 128 bits hold.
    pub(crate) fn debits(&self) -> u128 {
        self.debits_pending + self.debits_posted
    }

    /// Credits posted and pending, of which the same is true.
    pub(crate) fn credits(&self) -> u128 {
        self.credits_pending + self.credits_posted
    }
}

/// An account to open.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct NewAccount {
    /// Its id.
    pub id: u128,
    /// The ledger it belongs to.
    pub ledger: u32,
    /// What kind of account it is.
    pub code: u16,
    /// See [`flags`].
    pub flags: u16,
    /// What people call it.
    pub name: Option<String>,
}

/// A transfer to make. One that posts or voids a pending transfer may leave zero what is as it was with that.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Value)]
pub struct Transfer {
    /// Its id, chosen by the sender so that sending it again is noticed.
    pub id: u128,
    /// The account that is debited.
    pub debit: u128,
    /// The account that is credited.
    pub credit: u128,
    /// How much; 2^128 − 1 posts all that is pending, 0 voids it.
    pub amount: u128,
    /// The ledger of both accounts.
    pub ledger: u32,
    /// The reason, in the sender's books.
    pub code: u16,
    /// See [`transfer_flags`].
    pub flags: u16,
    /// The pending transfer that this one posts or voids.
    pub pending_id: Option<u128>,
    /// After how many seconds a pending transfer expires; 0 is never.
    pub timeout: u32,
    /// What else the sender knows it by.
    pub user_data: Option<u128>,
}

impl Transfer {
    pub(crate) fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}

/// What has become of a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub enum Status {
    /// It was made, and is as it is.
    Made,
    /// It is pending.
    Pending,
    /// It was pending, and was posted.
    Posted,
    /// It was pending, and was voided.
    Voided,
    /// It was pending, and its time was out.
    Expired,
}

/// A transfer that was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Record {
    /// The account that was debited.
    pub debit: u128,
    /// The account that was credited.
    pub credit: u128,
    /// How much: of a balancing transfer or a post, what it came to.
    pub amount: u128,
    /// The ledger.
    pub ledger: u32,
    /// The reason.
    pub code: u16,
    /// Its number among the ledger's transfers and expiries, from 1.
    pub ordinal: u64,
    /// When, in milliseconds of logical time.
    pub time_ms: u64,
    /// See [`transfer_flags`].
    pub flags: u16,
    /// The pending transfer that this one posted or voided.
    pub pending_id: Option<u128>,
    /// After how many seconds it expires; 0 is never.
    pub timeout: u32,
    /// What else the sender knows it by.
    pub user_data: Option<u128>,
    /// What has become of it.
    pub status: Status,
}

impl Record {
    pub(crate) fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// When a pending transfer expires, and its place among those that do.
    pub(crate) fn due(&self) -> Option<Due> {
        let expires_ms = expiry(self.time_ms, self.timeout)?;
        (self.timeout != 0).then_some((expires_ms, self.ledger, self.ordinal))
    }
}

/// The place of a pending transfer among those that expire: when, in milliseconds, its ledger, its ordinal.
pub(crate) type Due = (u64, u32, u64);

/// The moment so many seconds after another, in milliseconds.
pub(crate) fn expiry(time_ms: u64, timeout: u32) -> Option<u64> {
    time_ms.checked_add(u64::from(timeout) * 1_000)
}

/// What an entry of an account's history says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub enum Kind {
    /// An amount was transferred.
    Transferred,
    /// An amount was reserved.
    Reserved,
    /// A reservation was ended, and this much of it posted.
    Posted,
    /// A reservation of this much was ended, and nothing posted.
    Voided,
    /// A reservation of this much was ended, for its time was out.
    Expired,
}

/// What happened to an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Entry {
    /// Its number among the ledger's transfers and expiries.
    pub ordinal: u64,
    /// The transfer that did it; if it expired, itself.
    pub transfer: u128,
    /// What it was.
    pub kind: Kind,
    /// Whether this account was debited.
    pub is_debit: bool,
    /// The account on the other side.
    pub counterpart: u128,
    /// How much.
    pub amount: u128,
    /// This account's reserved debits after it.
    pub debits_pending: u128,
    /// This account's debits after it.
    pub debits_posted: u128,
    /// This account's reserved credits after it.
    pub credits_pending: u128,
    /// This account's credits after it.
    pub credits_posted: u128,
    /// When, in milliseconds of logical time.
    pub time_ms: u64,
}

impl Entry {
    /// The account's sums after it.
    pub fn balance(&self) -> Balance {
        Balance {
            debits_pending: self.debits_pending,
            debits_posted: self.debits_posted,
            credits_pending: self.credits_pending,
            credits_posted: self.credits_posted,
        }
    }
}

/// A pending transfer that will expire.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Expiring {
    /// When, in milliseconds of logical time.
    pub expires_ms: u64,
    /// Its ledger.
    pub ledger: u32,
    /// Its number among the ledger's transfers and expiries.
    pub ordinal: u64,
    /// Its id.
    pub transfer: u128,
}

/// The sums of a ledger.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Value)]
pub struct Totals {
    /// Which.
    pub ledger: u32,
    /// How many accounts it has.
    pub accounts: u64,
    /// How many transfers were made.
    pub transfers: u64,
    /// How many of them were pending and have expired.
    pub expired: u64,
    /// The reserved debits of all its accounts.
    pub debits_pending: u128,
    /// The debits of all its accounts.
    pub debits_posted: u128,
    /// The reserved credits of all its accounts.
    pub credits_pending: u128,
    /// The credits of all its accounts.
    pub credits_posted: u128,
}
