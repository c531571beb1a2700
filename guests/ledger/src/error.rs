//! Why something is refused.

use guest_sdk::Error;

/// Why an account or a transfer is refused. Codes below 100 are TigerBeetle's results for transfers; from
/// 100 on, 100 and its results for accounts; from 200 on, our own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Error {
    /// Another transfer of its chain was refused, so this one is too.
    #[error(1)]
    LinkedEventFailed,
    /// The batch ends before the chain does.
    #[error(2)]
    LinkedEventChainOpen,
    /// The transfer has flags that do not exist.
    #[error(4)]
    FlagUnknown,
    /// The transfer's id is zero, which names nothing.
    #[error(5)]
    IdZero,
    /// The transfer's id is 2^128 − 1, which names nothing.
    #[error(6)]
    IdMax,
    /// What posts or voids does nothing else, and not both.
    #[error(7)]
    FlagsExclusive,
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
    /// Only what posts or voids names a pending transfer.
    #[error(13)]
    PendingIdMustBeZero,
    /// What posts or voids names a pending transfer.
    #[error(14)]
    PendingIdZero,
    /// The pending transfer's id is 2^128 − 1, which names nothing.
    #[error(15)]
    PendingIdMax,
    /// A transfer cannot post or void itself.
    #[error(16)]
    PendingIdMustBeDifferent,
    /// Only a pending transfer has a timeout.
    #[error(17)]
    TimeoutReservedForPendingTransfer,
    /// A transfer moves something, or closes an account.
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
    /// There is no transfer to post or void.
    #[error(25)]
    PendingTransferNotFound,
    /// The transfer to post or void was never pending.
    #[error(26)]
    PendingTransferNotPending,
    /// The pending transfer debits another account.
    #[error(27)]
    PendingTransferHasDifferentDebit,
    /// The pending transfer credits another account.
    #[error(28)]
    PendingTransferHasDifferentCredit,
    /// The pending transfer is of another ledger.
    #[error(29)]
    PendingTransferHasDifferentLedger,
    /// The pending transfer is for another reason.
    #[error(30)]
    PendingTransferHasDifferentCode,
    /// Less is pending.
    #[error(31)]
    ExceedsPendingTransferAmount,
    /// A pending transfer is voided whole.
    #[error(32)]
    PendingTransferHasDifferentAmount,
    /// The pending transfer was posted.
    #[error(33)]
    PendingTransferAlreadyPosted,
    /// The pending transfer was voided.
    #[error(34)]
    PendingTransferAlreadyVoided,
    /// The pending transfer's time is out.
    #[error(35)]
    PendingTransferExpired,
    /// A transfer of this id was made, with other flags.
    #[error(36)]
    ExistsWithDifferentFlags,
    /// A transfer of this id was made, from another account.
    #[error(37)]
    ExistsWithDifferentDebit,
    /// A transfer of this id was made, to another account.
    #[error(38)]
    ExistsWithDifferentCredit,
    /// A transfer of this id was made, of another amount.
    #[error(39)]
    ExistsWithDifferentAmount,
    /// A transfer of this id was made, for another pending one.
    #[error(40)]
    ExistsWithDifferentPendingId,
    /// A transfer of this id was made, with other user data.
    #[error(41)]
    ExistsWithDifferentUserData,
    /// A transfer of this id was made, with another timeout.
    #[error(44)]
    ExistsWithDifferentTimeout,
    /// A transfer of this id was made, for another reason.
    #[error(45)]
    ExistsWithDifferentCode,
    /// This transfer was made before.
    #[error(46)]
    Exists,
    /// The debit account's reserved debits would not fit 128 bits.
    #[error(47)]
    OverflowsDebitsPending,
    /// The credit account's reserved credits would not fit 128 bits.
    #[error(48)]
    OverflowsCreditsPending,
    /// The debit account's debits would not fit 128 bits.
    #[error(49)]
    OverflowsDebitsPosted,
    /// The credit account's credits would not fit 128 bits.
    #[error(50)]
    OverflowsCreditsPosted,
    /// The debit account's debits with those reserved would not fit 128 bits.
    #[error(51)]
    OverflowsDebits,
    /// The credit account's credits with those reserved would not fit 128 bits.
    #[error(52)]
    OverflowsCredits,
    /// The transfer would expire beyond all time.
    #[error(53)]
    OverflowsTimeout,
    /// The debit account's debits would exceed its credits.
    #[error(54)]
    ExceedsCredits,
    /// The credit account's credits would exceed its debits.
    #[error(55)]
    ExceedsDebits,
    /// What closes an account is pending, so that it can be undone.
    #[error(64)]
    ClosingTransferMustBePending,
    /// The debit account is closed.
    #[error(65)]
    DebitAccountAlreadyClosed,
    /// The credit account is closed.
    #[error(66)]
    CreditAccountAlreadyClosed,
    /// A transfer of this id was made, in another ledger.
    #[error(67)]
    ExistsWithDifferentLedger,
    /// Another account of its chain was refused, so this one is too.
    #[error(101)]
    AccountLinkedEventFailed,
    /// The batch ends before the chain does.
    #[error(102)]
    AccountLinkedEventChainOpen,
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
