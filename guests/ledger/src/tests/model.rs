//! The rules once more, over plain sums and without care for speed: what each item of a batch is answered.

use super::LIMITS;
use crate::transfer_flags as is;
use crate::{Balance, EXPIRED_BESIDE, Status, Transfer, flags};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A transfer that was made: as it was asked for but for its amount, and what it ended.
#[derive(Clone)]
pub(super) struct Made {
    asked: Transfer,
    pub(super) amount: u128,
    pub(super) status: Status,
    pending: Option<u128>,
    expires_ms: Option<u64>,
    order: usize,
}

impl Made {
    fn is_out_at(&self, now: u64) -> bool {
        self.expires_ms.is_some_and(|at| at <= now)
    }
}

/// An account.
#[derive(Clone, Default)]
pub(super) struct Account {
    ledger: u32,
    flags: u16,
    pub(super) sums: Balance,
}

/// All that there is.
#[derive(Clone, Default)]
pub(super) struct Model {
    pub(super) accounts: BTreeMap<u128, Account>,
    pub(super) made: BTreeMap<u128, Made>,
    now: u64,
}

impl Model {
    pub(super) fn new() -> Model {
        let open = |(id, flags)| (id, Account { ledger: 1, flags, sums: Balance::default() });
        let mut accounts: BTreeMap<u128, Account> = (1..).zip(LIMITS).map(open).collect();
        accounts.insert(5, Account { ledger: 2, ..Account::default() });
        Model { accounts, ..Model::default() }
    }

    /// A batch at a moment, after what has expired by then.
    pub(super) fn batch(&mut self, now: u64, batch: &[Transfer]) -> Vec<u64> {
        self.now = now;
        let is_due = |made: &Made| made.status == Status::Pending && made.is_out_at(now);
        let mut due: Vec<(Option<u64>, usize, u128)> = self
            .made
            .iter()
            .filter(|(_, made)| is_due(made))
            .map(|(id, made)| (made.expires_ms, made.order, *id))
            .collect();
        due.sort_unstable();
        due.truncate(batch.len() + EXPIRED_BESIDE);
        due.into_iter().for_each(|(_, _, id)| self.end(id, Status::Expired, 0));
        let mut codes: Vec<u64> = Vec::new();
        let mut chain: Option<(usize, Model)> = None;
        let mut is_broken = false;
        for (at, transfer) in batch.iter().enumerate() {
            let is_linked = transfer.flags & is::LINKED != 0;
            if is_linked && chain.is_none() {
                chain = Some((at, self.clone()));
            }
            let is_open = is_linked && at + 1 == batch.len();
            let code = match (is_open, is_broken) {
                (true, _) => 2,
                (_, true) => 1,
                _ => self.one(transfer),
            };
            codes.push(code);
            if let (Some((first, before)), false, true) = (&chain, is_broken, code != 0) {
                codes[*first..at].fill(1);
                *self = before.clone();
                is_broken = true;
            }
            if !is_linked {
                (chain, is_broken) = (None, false);
            }
        }
        codes
    }

    /// The code of a transfer by itself.
    fn one(&mut self, asked: &Transfer) -> u64 {
        let has = |flag| asked.flags & flag != 0;
        if asked.flags >= 1 << 8 {
            return 4;
        }
        if let Some(made) = self.made.get(&asked.id) {
            return self.again(made, asked);
        }
        if has(is::RESOLVING) { self.ends(asked) } else { self.begins(asked) }
    }

    /// One that is known: what it differs in.
    fn again(&self, made: &Made, asked: &Transfer) -> u64 {
        let was = &made.asked;
        let pending = made.pending.and_then(|id| self.made.get(&id));
        let filled = |asked: u128, was: u128| asked == was || (pending.is_some() && asked == 0);
        let whole = pending.map_or(0, |pending| pending.amount);
        let is_same_amount = match was.flags & (is::POST_PENDING_TRANSFER | is::BALANCING) {
            0 => filled(asked.amount, made.amount),
            is::POST_PENDING_TRANSFER if made.amount < whole => asked.amount == made.amount,
            is::POST_PENDING_TRANSFER => asked.amount >= whole,
            _ => asked.amount >= made.amount,
        };
        let rules = [
            (asked.flags == was.flags, 36),
            (asked.pending_id == was.pending_id, 40),
            (asked.timeout == was.timeout, 44),
            (filled(asked.debit, was.debit), 37),
            (filled(asked.credit, was.credit), 38),
            (is_same_amount, 39),
            (asked.user_data.or(pending.and_then(|it| it.asked.user_data)) == was.user_data, 41),
            (filled(asked.ledger.into(), was.ledger.into()), 67),
            (filled(asked.code.into(), was.code.into()), 45),
        ];
        rules.iter().find(|(is_met, _)| !is_met).map_or(46, |(_, code)| *code)
    }

    /// One that posts or voids.
    fn ends(&mut self, asked: &Transfer) -> u64 {
        let pending_id = asked.pending_id.unwrap_or(0);
        let early = [
            (
                asked.flags & !is::LINKED == is::POST_PENDING_TRANSFER
                    || asked.flags & !is::LINKED == is::VOID_PENDING_TRANSFER,
                7,
            ),
            (pending_id != 0, 14),
            (pending_id != asked.id, 16),
            (asked.timeout == 0, 17),
            (self.made.contains_key(&pending_id), 25),
        ];
        if let Some((_, code)) = early.iter().find(|(is_met, _)| !is_met) {
            return *code;
        }
        let pending = self.made[&pending_id].clone();
        let is_void = asked.flags & is::VOID_PENDING_TRANSFER != 0;
        let whole = if is_void { 0 } else { u128::MAX };
        let amount = if asked.amount == whole { pending.amount } else { asked.amount };
        let zero_or = |asked: u128, was: u128| asked == 0 || asked == was;
        let is_closed = |id: u128| !is_void && self.accounts[&id].flags & flags::CLOSED != 0;
        let rules = [
            (pending.asked.flags & is::PENDING != 0, 26),
            (zero_or(asked.debit, pending.asked.debit), 27),
            (zero_or(asked.credit, pending.asked.credit), 28),
            (zero_or(asked.ledger.into(), pending.asked.ledger.into()), 29),
            (zero_or(asked.code.into(), pending.asked.code.into()), 30),
            (amount <= pending.amount, 31),
            (!is_void || amount == pending.amount, 32),
            (pending.status != Status::Posted, 33),
            (pending.status != Status::Voided, 34),
            (pending.status != Status::Expired && !pending.is_out_at(self.now), 35),
            (!is_closed(pending.asked.debit), 65),
            (!is_closed(pending.asked.credit), 66),
        ];
        if let Some((_, code)) = rules.iter().find(|(is_met, _)| !is_met) {
            return *code;
        }
        let (status, posted) = if is_void { (Status::Voided, 0) } else { (Status::Posted, amount) };
        self.end(pending_id, status, posted);
        let Transfer { debit, credit, ledger, code, .. } = pending.asked;
        let user_data = asked.user_data.or(pending.asked.user_data);
        self.make(Transfer { debit, credit, ledger, code, user_data, ..*asked }, amount, Some(pending_id));
        0
    }

    /// One that posts or reserves.
    fn begins(&mut self, asked: &Transfer) -> u64 {
        let has = |flag| asked.flags & flag != 0;
        let (is_pending, is_closing) = (has(is::PENDING), has(is::CLOSING));
        let (from, to) = (self.accounts.get(&asked.debit), self.accounts.get(&asked.credit));
        let early = [
            (asked.debit != 0, 8),
            (asked.credit != 0, 10),
            (asked.debit != asked.credit, 12),
            (asked.pending_id.is_none(), 13),
            (asked.timeout == 0 || is_pending, 17),
            (is_pending || !is_closing, 64),
            (asked.amount != 0 || is_closing, 18),
            (asked.ledger != 0, 19),
            (asked.code != 0, 20),
            (from.is_some(), 21),
            (to.is_some(), 22),
        ];
        if let Some((_, code)) = early.iter().find(|(is_met, _)| !is_met) {
            return *code;
        }
        let (Some(from), Some(to)) = (from, to) else { return u64::MAX };
        let (d, c) = (from.sums, to.sums);
        let (debits, credits) = (d.debits_pending + d.debits_posted, c.credits_pending + c.credits_posted);
        let debit_room = d.credits_posted.saturating_sub(debits);
        let credit_room = c.debits_posted.saturating_sub(credits);
        let by_debit = if has(is::BALANCING_DEBIT) { asked.amount.min(debit_room) } else { asked.amount };
        let amount = if has(is::BALANCING_CREDIT) { by_debit.min(credit_room) } else { by_debit };
        let of_ledger = self.accounts.values().filter(|it| it.ledger == asked.ledger);
        let all: u128 = of_ledger.map(|it| it.sums.debits_pending + it.sums.debits_posted).sum();
        let fits = |sum: u128| sum.checked_add(amount).is_some();
        let within = |account: &Account, flag, sum: u128, room| account.flags & flag == 0 || sum <= room;
        let rules = [
            (from.ledger == to.ledger, 23),
            (from.ledger == asked.ledger, 24),
            (from.flags & flags::CLOSED == 0, 65),
            (to.flags & flags::CLOSED == 0, 66),
            (!has(is::BALANCING_DEBIT) || by_debit != 0 || is_closing, 54),
            (!has(is::BALANCING_CREDIT) || amount != 0 || is_closing, 55),
            (!is_pending || fits(d.debits_pending), 47),
            (!is_pending || fits(c.credits_pending), 48),
            (fits(d.debits_posted), 49),
            (fits(c.credits_posted), 50),
            (fits(debits), 51),
            (fits(credits), 52),
            (within(from, flags::DEBITS_MUST_NOT_EXCEED_CREDITS, amount, debit_room), 54),
            (within(to, flags::CREDITS_MUST_NOT_EXCEED_DEBITS, amount, credit_room), 55),
            (fits(all), 202),
        ];
        if let Some((_, code)) = rules.iter().find(|(is_met, _)| !is_met) {
            return *code;
        }
        self.add(asked, amount, is_pending);
        self.make(*asked, amount, None);
        0
    }

    fn add(&mut self, asked: &Transfer, amount: u128, is_pending: bool) {
        let sides = [(asked.debit, is::CLOSING_DEBIT), (asked.credit, is::CLOSING_CREDIT)];
        for (id, closing) in sides {
            let account = self.accounts.get_mut(&id).expect("it is open");
            let sums = &mut account.sums;
            *match (closing == is::CLOSING_DEBIT, is_pending) {
                (true, true) => &mut sums.debits_pending,
                (true, false) => &mut sums.debits_posted,
                (false, true) => &mut sums.credits_pending,
                (false, false) => &mut sums.credits_posted,
            } += amount;
            if asked.flags & closing != 0 {
                account.flags |= flags::CLOSED;
            }
        }
    }

    fn make(&mut self, asked: Transfer, amount: u128, pending: Option<u128>) {
        let is_pending = asked.flags & is::PENDING != 0;
        let status = if is_pending { Status::Pending } else { Status::Made };
        let expires_ms = (asked.timeout != 0).then(|| self.now + u64::from(asked.timeout) * 1_000);
        let order = self.made.len();
        self.made.insert(asked.id, Made { asked, amount, status, pending, expires_ms, order });
    }

    /// Ends a pending transfer.
    fn end(&mut self, id: u128, status: Status, posted: u128) {
        let made = self.made.get_mut(&id).expect("it was made");
        made.status = status;
        let Made { asked, amount, .. } = made.clone();
        let reopens = |flag: u16| status != Status::Posted && asked.flags & flag != 0;
        let debit = self.accounts.get_mut(&asked.debit).expect("it is open");
        debit.sums.debits_pending -= amount;
        debit.sums.debits_posted += posted;
        if reopens(is::CLOSING_DEBIT) {
            debit.flags &= !flags::CLOSED;
        }
        let credit = self.accounts.get_mut(&asked.credit).expect("it is open");
        credit.sums.credits_pending -= amount;
        credit.sums.credits_posted += posted;
        if reopens(is::CLOSING_CREDIT) {
            credit.flags &= !flags::CLOSED;
        }
    }
}
