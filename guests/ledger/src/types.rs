//! What the program keeps, is given and answers.

use alloc::string::String;
use guest_sdk::{Error, Value};

/// An account's flags, with TigerBeetle's bits.
pub mod flags {
    /// A transfer that would make the account's debits exceed its credits is refused.
    pub const DEBITS_MUST_NOT_EXCEED_CREDITS: u16 = 1 << 1;
    /// A transfer that would make the account's credits exceed its debits is refused.
    pub const CREDITS_MUST_NOT_EXCEED_DEBITS: u16 = 1 << 2;
    /// The account keeps history.
    pub const HISTORY: u16 = 1 << 3;
    /// Every flag there is.
    pub const ALL: u16 = DEBITS_MUST_NOT_EXCEED_CREDITS | CREDITS_MUST_NOT_EXCEED_DEBITS | HISTORY;
}

/// An account.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
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
    pub name: String,
    /// All its debits together.
    pub debits: u128,
    /// All its credits together.
    pub credits: u128,
    /// When it was opened, in milliseconds of logical time.
    pub opened_ms: u64,
}

impl Account {
    pub(crate) fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
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

/// A transfer to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Transfer {
    /// Its id, chosen by the sender so that sending it again is noticed.
    pub id: u128,
    /// The account that is debited.
    pub debit: u128,
    /// The account that is credited.
    pub credit: u128,
    /// How much.
    pub amount: u128,
    /// The ledger of both accounts.
    pub ledger: u32,
    /// The reason, in the sender's books.
    pub code: u16,
}

/// A transfer that was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Record {
    /// The account that was debited.
    pub debit: u128,
    /// The account that was credited.
    pub credit: u128,
    /// How much.
    pub amount: u128,
    /// The ledger.
    pub ledger: u32,
    /// The reason.
    pub code: u16,
    /// Its number among the ledger's transfers, from 1.
    pub ordinal: u64,
    /// When, in milliseconds of logical time.
    pub time_ms: u64,
}

/// What a transfer did to an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Entry {
    /// The transfer's number among the ledger's.
    pub ordinal: u64,
    /// The transfer's id.
    pub transfer: u128,
    /// Whether this account was debited.
    pub is_debit: bool,
    /// The account on the other side.
    pub counterpart: u128,
    /// How much.
    pub amount: u128,
    /// This account's debits after it.
    pub debits: u128,
    /// This account's credits after it.
    pub credits: u128,
    /// When, in milliseconds of logical time.
    pub time_ms: u64,
}

/// The sums of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Balance {
    /// All its debits together.
    pub debits: u128,
    /// All its credits together.
    pub credits: u128,
}

/// The sums of a ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Totals {
    /// Which.
    pub ledger: u32,
    /// How many accounts it has.
    pub accounts: u64,
    /// How many transfers were made.
    pub transfers: u64,
    /// The debits of all its accounts.
    pub debits: u128,
    /// The credits of all its accounts.
    pub credits: u128,
}

/// Why an account or a transfer is refused. Codes below 100 are TigerBeetle's results for transfers; from
/// 100 on, 100 and its results for accounts; from 200 on, our own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Error {
    /// The transfer's id is zero, which names nothing.
    #[error(5)]
    IdZero,
    /// The transfer's id is 2^128 − 1, which names nothing.
    #[error(6)]
    IdMax,
    /// The debit account's id is zero.
    #[error(8)]
    DebitAccountIdZero,
    /// The debit account's id is 2^128 − 1.
    #[error(9)]
    DebitAccountIdMax,
    /// The credit account's id is zero.
    #[error(10)]
    CreditAccountIdZero,
    /// The credit account's id is 2^128 − 1.
    #[error(11)]
    CreditAccountIdMax,
    /// An account cannot deal with itself.
    #[error(12)]
    AccountsMustBeDifferent,
    /// A transfer moves something.
    #[error(18)]
    AmountZero,
    /// The transfer's ledger is zero.
    #[error(19)]
    LedgerZero,
    /// The transfer's code is zero.
    #[error(20)]
    CodeZero,
    /// There is no account to debit.
    #[error(21)]
    DebitAccountNotFound,
    /// There is no account to credit.
    #[error(22)]
    CreditAccountNotFound,
    /// The accounts belong to different ledgers.
    #[error(23)]
    AccountsMustHaveTheSameLedger,
    /// The accounts belong to another ledger than the transfer.
    #[error(24)]
    TransferMustHaveTheSameLedger,
    /// A transfer of this id was made, from another account.
    #[error(37)]
    ExistsWithDifferentDebit,
    /// A transfer of this id was made, to another account.
    #[error(38)]
    ExistsWithDifferentCredit,
    /// A transfer of this id was made, of another amount.
    #[error(39)]
    ExistsWithDifferentAmount,
    /// A transfer of this id was made, for another reason.
    #[error(45)]
    ExistsWithDifferentCode,
    /// This transfer was made before.
    #[error(46)]
    Exists,
    /// The debit account's debits would not fit 128 bits.
    #[error(49)]
    OverflowsDebits,
    /// The credit account's credits would not fit 128 bits.
    #[error(50)]
    OverflowsCredits,
    /// The debit account's debits would exceed its credits.
    #[error(54)]
    ExceedsCredits,
    /// The credit account's credits would exceed its debits.
    #[error(55)]
    ExceedsDebits,
    /// A transfer of this id was made, in another ledger.
    #[error(67)]
    ExistsWithDifferentLedger,
    /// The account has flags that do not exist.
    #[error(105)]
    AccountFlagUnknown,
    /// The account's id is zero, which names nothing.
    #[error(106)]
    AccountIdZero,
    /// The account's id is 2^128 − 1, which names nothing.
    #[error(107)]
    AccountIdMax,
    /// An account cannot forbid both excesses.
    #[error(108)]
    AccountFlagsExclusive,
    /// The account's ledger is zero.
    #[error(113)]
    AccountLedgerZero,
    /// The account's code is zero.
    #[error(114)]
    AccountCodeZero,
    /// The account is open, with other flags.
    #[error(115)]
    AccountExistsWithDifferentFlags,
    /// The account is open, with another name.
    #[error(116)]
    AccountExistsWithDifferentName,
    /// The account is open, in another ledger.
    #[error(119)]
    AccountExistsWithDifferentLedger,
    /// The account is open, with another code.
    #[error(120)]
    AccountExistsWithDifferentCode,
    /// This account is open.
    #[error(121)]
    AccountExists,
    /// The batch has more items than a call may bring.
    #[error(200)]
    BatchTooLong { size: u64, max: u64 },
    /// The account's name is longer than it may be.
    #[error(201)]
    NameTooLong { size: u64, max: u64 },
    /// All transfers of the ledger together would not fit 128 bits.
    #[error(202)]
    OverflowsLedger,
}
