//! The repository's own ledger in the shape of TigerBeetle's benchmark: transfers between 10,000 accounts, 8,190 to a
//! call, the accounts drawn evenly or by Zipf's law. In the end the books are audited, so that what is counted was done.

use crate::draw::{Draw, Zipf};
use crate::subject::{Proven, Subject};
use crate::{Asked, Goal, Result, Row, median};
use ::ledger::{ANSWER_MAX, Account, BATCH_MAX, NewAccount, Totals, Transfer};
use abi::call::Caller;
use abi::codec::{Decode, Encode};
use abi::outcome::Outcome;
use std::path::Path;
use std::time::Duration;

const WASM: &[u8] = include_bytes!("../../../../guests/wasm/ledger.wasm");
const ACCOUNTS: u64 = 10_000;
const LEDGER: u32 = 1;
const CODE: u16 = 1;
/// Calls of a block, and of what is submitted at a time.
const BLOCK: usize = 1;
const SUBMITTED: usize = 8;
const QUERY_FUEL: u64 = 10_000_000_000;

/// How accounts are drawn.
enum Accounts {
    Evenly,
    ByZipf(Zipf),
}

/// A shard with its accounts, and what was sent to it.
struct Books {
    subject: Subject,
    draw: Draw,
    transfers: u64,
    amounts: u128,
}

impl Books {
    fn new(dir: &Path) -> Result<Books> {
        let subject = Subject::new(dir, WASM)?;
        let mut books = Books { subject, draw: Draw::new(3), transfers: 0, amounts: 0 };
        let ids: Vec<u64> = (1..=ACCOUNTS).collect();
        let account =
            |id: &u64| NewAccount { id: (*id).into(), ledger: LEDGER, code: CODE, flags: 0, name: None };
        for ids in ids.chunks(BATCH_MAX) {
            let batch: Vec<NewAccount> = ids.iter().map(account).collect();
            books.submit(vec![("open_all", batch.len(), (batch,).to_bytes())])?;
        }
        Ok(books)
    }

    /// Has batches answered, and checks that none of their items was refused: the time that took.
    fn submit(&mut self, batches: Vec<(&str, usize, Vec<u8>)>) -> Result<Duration> {
        let lens: Vec<usize> = batches.iter().map(|(_, len, _)| *len).collect();
        let calls = batches.into_iter().map(|(method, _, args)| self.subject.call(method, args)).collect();
        let calls = self.subject.proven(calls, Proven::Asserted);
        let (outputs, took) = self.subject.submit(calls, BLOCK)?;
        match outputs.iter().zip(lens).all(|(output, len)| *output == vec![0u64; len].to_bytes()) {
            true => Ok(took),
            false => Err("an item of a batch was refused".into()),
        }
    }

    fn transfer(&mut self, accounts: &Accounts) -> Transfer {
        let mut account = || match accounts {
            Accounts::Evenly => self.draw.below(ACCOUNTS),
            Accounts::ByZipf(zipf) => zipf.strewn(&mut self.draw),
        };
        let (debit, mut credit) = (account(), account());
        while debit == credit {
            credit = account();
        }
        let amount = u128::from(self.draw.below(10_000) + 1);
        (self.transfers, self.amounts) = (self.transfers + 1, self.amounts + amount);
        let (id, debit, credit) = (self.transfers.into(), (debit + 1).into(), (credit + 1).into());
        Transfer { id, debit, credit, amount, ledger: LEDGER, code: CODE, ..Transfer::default() }
    }

    /// Transfers in a second of answering them.
    fn rate(&mut self, accounts: &Accounts, time: Duration) -> Result<f64> {
        let (mut took, before) = (Duration::ZERO, self.transfers);
        while took < time {
            let mut batches = Vec::with_capacity(SUBMITTED);
            for _ in 0..SUBMITTED {
                let batch: Vec<Transfer> = (0..BATCH_MAX).map(|_| self.transfer(accounts)).collect();
                batches.push(("transfers", BATCH_MAX, (batch,).to_bytes()));
            }
            took += self.submit(batches)?;
        }
        Ok((self.transfers - before) as f64 / took.as_secs_f64())
    }

    fn query<T: Decode>(&mut self, method: &str, args: Vec<u8>) -> Result<T> {
        let execution = self.subject.shard.query(Caller::Nobody, method, args, QUERY_FUEL)?;
        match &execution.outcome {
            Outcome::Returned(output) => Ok(T::from_bytes(output)?),
            other => Err(format!("{method} came to {other:?}").into()),
        }
    }

    /// Whether the books hold what was sent, and all debits equal all credits.
    fn audit(&mut self) -> Result<()> {
        let (mut from, mut debits, mut credits) = (0u128, 0, 0);
        loop {
            let accounts: Vec<Account> = self.query("accounts", (from, ANSWER_MAX).to_bytes())?;
            let Some(last) = accounts.last() else { break };
            from = last.id + 1;
            debits += accounts.iter().map(|account| account.debits_posted).sum::<u128>();
            credits += accounts.iter().map(|account| account.credits_posted).sum::<u128>();
        }
        let totals: Vec<Totals> = self.query("trial_balance", ().to_bytes())?;
        let (transfers, amounts) = (self.transfers, self.amounts);
        let sent = Totals {
            ledger: LEDGER,
            accounts: ACCOUNTS,
            transfers,
            debits_posted: amounts,
            credits_posted: amounts,
            ..Totals::default()
        };
        match totals == [sent] && debits == amounts && credits == amounts {
            true => Ok(()),
            false => Err(format!("the books are wrong: sent {sent:?}, found {totals:?}").into()),
        }
    }
}

/// Transfers a second, by how their accounts are drawn.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let mut books = Books::new(dir.path())?;
    let drawn =
        [(Accounts::Evenly, "evenly"), (Accounts::ByZipf(Zipf::new(ACCOUNTS)), "by Zipf's law, θ 0.99")];
    let mut figures = [Vec::new(), Vec::new()];
    for _ in 0..asked.rounds {
        for ((accounts, _), figures) in drawn.iter().zip(&mut figures) {
            figures.push(books.rate(accounts, asked.time)?);
        }
    }
    books.audit()?;
    let row = |((_, how), figures): (&(Accounts, &str), Vec<f64>)| {
        let what =
            format!("transfers, {BATCH_MAX} to a call and block, between {ACCOUNTS} accounts drawn {how}");
        Row { what, ours: median(figures), peer: None, unit: "/s", goal: Goal::AtLeast(300_000.0) }
    };
    Ok(drawn.iter().zip(figures).map(row).collect())
}
