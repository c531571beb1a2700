//! The fuel of one call by who used it: a tree of the functions that were running.
//!
//! # Guarantees
//!
//! The parts are the whole: their sum is the fuel that the call used, to the unit.
//!
//! # Limits
//!
//! [`NODES_MAX`] ways to a function are told apart; what runs behind further ones counts for the last function
//! before them.

use crate::prepare::emit::RETURNS;
use std::collections::BTreeMap;

/// Most ways to a function that are told apart.
const NODES_MAX: usize = 1 << 18;

/// Who uses fuel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum User {
    /// A function of the program, by its index.
    Function(u32),
    /// A host call.
    Host(&'static str),
}

/// A function that was reached on one way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Who called it: a node before this one; the method has none.
    pub caller: Option<usize>,
    /// Which.
    pub user: User,
    /// The fuel that it used itself.
    pub own: u64,
}

/// The fuel of one call.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Profile {
    /// Every way to a function, in the order in which they were first taken: the method first.
    pub nodes: Vec<Node>,
}

impl Profile {
    /// All fuel.
    pub fn fuel(&self) -> u64 {
        self.nodes.iter().map(|node| node.own).sum()
    }

    /// The fuel of each node with that of all it called.
    pub fn totals(&self) -> Vec<u64> {
        let mut totals: Vec<u64> = self.nodes.iter().map(|node| node.own).collect();
        for (at, node) in self.nodes.iter().enumerate().rev() {
            if let Some(caller) = node.caller {
                totals[caller] += totals[at];
            }
        }
        totals
    }

    /// The fuel of each user: its own, and with that of all it called. Who calls itself counts once.
    pub fn users(&self) -> BTreeMap<User, (u64, u64)> {
        let mut callees = vec![Vec::new(); self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some(caller) = node.caller {
                callees[caller].push(at);
            }
        }
        let totals = self.totals();
        let mut users = BTreeMap::<User, (u64, u64)>::new();
        // How often each user stands on the way to the node at hand.
        let mut running = BTreeMap::<User, u64>::new();
        let mut ahead: Vec<(usize, bool)> = self.nodes.first().map(|_| (0, true)).into_iter().collect();
        while let Some((at, begins)) = ahead.pop() {
            let Node { user, own, .. } = self.nodes[at];
            let running = running.entry(user).or_default();
            if !begins {
                *running -= 1;
                continue;
            }
            let (self_fuel, total) = users.entry(user).or_default();
            *self_fuel += own;
            if *running == 0 {
                *total += totals[at];
            }
            *running += 1;
            ahead.push((at, false));
            ahead.extend(callees[at].iter().map(|callee| (*callee, true)));
        }
        users
    }
}

/// A profile under way.
pub(crate) struct Profiler {
    profile: Profile,
    callees: BTreeMap<(usize, User), usize>,
    /// The node that runs.
    running: Option<usize>,
    /// How many functions run that have no node.
    beyond: u64,
    /// The fuel that was left when last looked at.
    fuel: u64,
}

impl Profiler {
    /// A profile of a call that may use so much fuel.
    pub(crate) fn new(fuel: u64) -> Profiler {
        Profiler { profile: Profile::default(), callees: BTreeMap::new(), running: None, beyond: 0, fuel }
    }

    /// A probe: a function begins, or the one that runs returns, with so much fuel left.
    pub(crate) fn probe(&mut self, what: u32, fuel: i64) {
        self.spend(fuel);
        match what {
            RETURNS => self.returns(),
            function => self.begins(User::Function(function)),
        }
    }

    /// A host call was made, and left so much of the fuel.
    pub(crate) fn host(&mut self, name: &'static str, before: i64, after: i64) {
        self.spend(before);
        self.begins(User::Host(name));
        self.spend(after);
        self.returns();
    }

    /// The profile of a call that ended with so much fuel left.
    pub(crate) fn finish(mut self, fuel: i64) -> Profile {
        self.spend(fuel);
        self.profile
    }

    /// Whoever runs has used what there is less. Below zero there is none: what a call used is at most what it had.
    fn spend(&mut self, fuel: i64) {
        let fuel = u64::try_from(fuel).unwrap_or(0);
        if let Some(running) = self.running {
            self.profile.nodes[running].own += self.fuel.saturating_sub(fuel);
        }
        self.fuel = fuel;
    }

    fn begins(&mut self, user: User) {
        let caller = self.running;
        let known = caller.and_then(|caller| self.callees.get(&(caller, user)).copied());
        if self.beyond > 0 || (known.is_none() && self.profile.nodes.len() >= NODES_MAX) {
            self.beyond += 1;
            return;
        }
        self.running = known.or_else(|| {
            let at = self.profile.nodes.len();
            self.profile.nodes.push(Node { caller, user, own: 0 });
            if let Some(caller) = caller {
                self.callees.insert((caller, user), at);
            }
            Some(at)
        });
    }

    fn returns(&mut self) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if let Some(caller) = self.running.and_then(|running| self.profile.nodes[running].caller) {
            // The method stays: what is charged behind its end is its own.
            self.running = Some(caller);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A method 5 that calls 6, which calls itself, a host call, and 6 again; of 100, with 3 left.
    fn profile() -> Profile {
        let mut profiler = Profiler::new(100);
        for (what, fuel) in [(5, 100), (6, 90), (6, 85), (RETURNS, 80), (RETURNS, 79)] {
            profiler.probe(what, fuel);
        }
        profiler.host("log", 70, 50);
        for (what, fuel) in [(6, 45), (RETURNS, 44), (RETURNS, 10)] {
            profiler.probe(what, fuel);
        }
        profiler.finish(3)
    }

    #[test]
    fn all_fuel_is_somebodys() {
        let profile = profile();
        let own: Vec<(User, u64)> = profile.nodes.iter().map(|node| (node.user, node.own)).collect();
        let (method, six, log) = (User::Function(5), User::Function(6), User::Host("log"));
        assert_eq!(own, [(method, 10 + 9 + 5 + 34 + 7), (six, 5 + 1 + 1), (six, 5), (log, 20)]);
        assert_eq!((profile.fuel(), profile.totals()), (97, vec![97, 12, 5, 20]));
        let users = profile.users();
        assert_eq!((users[&method], users[&six], users[&log]), ((65, 97), (12, 12), (20, 20)));
    }

    #[test]
    fn who_runs_out_of_fuel_used_what_there_was() {
        let mut profiler = Profiler::new(10);
        profiler.probe(1, 10);
        profiler.probe(2, 4);
        let profile = profiler.finish(-500);
        assert_eq!(profile.nodes.iter().map(|node| node.own).collect::<Vec<_>>(), [6, 4]);
        assert_eq!((Profiler::new(7).finish(7).users().len(), profile.fuel()), (0, 10));
    }

    #[test]
    fn ways_that_are_too_many_count_for_the_last_that_is_not() {
        let mut profiler = Profiler::new(1 << 40);
        let deep = NODES_MAX as u64 + 10;
        let left = |step: u64| (1 << 40) - i64::try_from(step).unwrap();
        for depth in 0..deep {
            profiler.probe(1, left(depth));
        }
        for depth in 0..deep {
            profiler.probe(RETURNS, left(deep + depth));
        }
        let profile = profiler.finish(left(2 * deep));
        assert_eq!((profile.nodes.len(), profile.fuel()), (NODES_MAX, 2 * deep));
        assert_eq!(profile.nodes[NODES_MAX - 1].own, 1 + 2 * 10 + 1 - 1);
        assert_eq!(profile.users()[&User::Function(1)], (2 * deep, 2 * deep));
    }
}
