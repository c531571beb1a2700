//! Whatever is called, in whatever order, the graph is what a plain one comes to, and its lists are in step.

use super::{CALLER, HOUR, KEEPER, cell, compensate, founded, hubs, state, totals, weight};
use crate::{Degrees, Kind, Mandate, Phase, SYNAPSE, decayed};
use abi::outcome::Outcome;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use guest_sdk::test::{Host, Reply, identity};
use proptest::prelude::*;

const CELLS: [&str; 5] = ["a", "ab", "b", "c", "d"];
const DEGREE_MAX: u32 = 3;

/// Something that somebody may call.
#[derive(Clone, Copy, Debug)]
enum Call {
    Connect(u128, usize, usize, u32, Kind),
    Compensate(u128),
    Commit(u128),
    Prune(usize),
    Beat(u64),
    Recovered(u64),
}

fn call() -> impl Strategy<Value = Call> {
    let cell = || 0..CELLS.len();
    let kind = prop_oneof![Just(Kind::Chemical), Just(Kind::Electrical)];
    let mandate = || 0u128..30;
    prop_oneof![
        8 => (mandate(), cell(), cell(), 1u32..9, kind)
            .prop_map(|(mandate, pre, post, synapses, kind)| Call::Connect(mandate, pre, post, synapses, kind)),
        4 => mandate().prop_map(Call::Compensate),
        1 => mandate().prop_map(Call::Commit),
        2 => cell().prop_map(Call::Prune),
        1 => (0u64..30).prop_map(Call::Beat),
        1 => (0u64..30).prop_map(Call::Recovered),
    ]
}

fn send(host: &mut Host, now_ms: &mut u64, call: Call) -> Reply {
    match call {
        Call::Connect(mandate, pre, post, synapses, kind) => {
            host.call(&identity(CALLER), "connect", &(mandate, CELLS[pre], CELLS[post], synapses, kind))
        }
        Call::Compensate(mandate) => compensate(host, mandate),
        Call::Commit(mandate) => host.call(&identity(CALLER), "commit", &(mandate,)),
        Call::Prune(pre) => host.call(&identity(CALLER), "prune", &(CELLS[pre],)),
        Call::Beat(hours) => {
            *now_ms += hours * HOUR;
            host.set_time(*now_ms);
            host.call(&identity(KEEPER), "heartbeat", &())
        }
        Call::Recovered(hours) => {
            host.call(&identity(KEEPER), "recovered", &(now_ms.saturating_sub(hours * HOUR / 7),))
        }
    }
}

/// A connection that is there, with all that must be said of it.
type Link = (String, String, Kind);

/// The connections, as the query for each tells them.
fn links(host: &Host) -> Vec<(Link, u64)> {
    let all = CELLS.iter().flat_map(|pre| CELLS.iter().map(move |post| (*pre, *post)));
    let kinds = [Kind::Chemical, Kind::Electrical];
    let all = all.flat_map(|(pre, post)| kinds.map(|kind| (pre.to_string(), post.to_string(), kind)));
    all.filter_map(|link| host.ask::<Option<u64>>("weight", &link).map(|weight| (link, weight))).collect()
}

/// What must hold in every state.
fn audit(host: &Host) {
    let links = links(host);
    let mut partners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut cells: BTreeMap<&str, (Degrees, u64)> = BTreeMap::new();
    for ((pre, post, _), weight) in &links {
        let (of_pre, strength) = cells.entry(pre).or_default();
        of_pre.outgoing += 1;
        *strength += weight;
        let (of_post, strength) = cells.entry(post).or_default();
        of_post.incoming += 1;
        *strength += weight;
        if pre != post {
            partners.entry(pre).or_default().insert(post);
            partners.entry(post).or_default().insert(pre);
        }
    }
    for (name, (degrees, _)) in &mut cells {
        degrees.degree = partners.get(name).map_or(0, |partners| partners.len() as u32);
        assert!(degrees.degree <= DEGREE_MAX);
        assert_eq!(cell(host, name), Some(*degrees));
    }
    let totals = totals(host);
    assert_eq!((totals.cells, totals.links), (cells.len() as u64, links.len() as u64));
    let mut expected: Vec<_> = cells.iter().collect();
    expected.sort_by_key(|(name, (degrees, _))| (u32::MAX - degrees.degree, **name));
    let hubs = hubs(host, 9);
    let found: Vec<_> = hubs.iter().map(|hub| (hub.name.as_str(), hub.degree, hub.strength)).collect();
    let expected: Vec<_> =
        expected.iter().map(|(name, (it, strength))| (**name, it.degree, *strength)).collect();
    assert_eq!(found, expected);
}

/// What each connection weighs: what is left of its mandates' weights, to a millionth for each rounding.
fn weigh(host: &Host, roundings: u64) {
    let clock_ms = totals(host).clock_ms;
    let mut sums: BTreeMap<(String, String), u64> = BTreeMap::new();
    for number in 0..30u128 {
        if let Some(it) = host.ask::<Option<Mandate>>("mandate", &(number,))
            && matches!(it.phase, Phase::Granted | Phase::Committed)
            && it.kind == Kind::Chemical
        {
            let left = decayed(u64::from(it.synapses) * SYNAPSE, clock_ms - it.since_ms, HOUR);
            *sums.entry((it.pre, it.post)).or_default() += left;
        }
    }
    for ((pre, post), sum) in sums {
        let weight = weight(host, &pre, &post).unwrap_or(0);
        assert!(weight.abs_diff(sum) <= roundings, "{pre} {post}: {weight} is not {sum}");
    }
}

proptest! {
    #[test]
    fn the_graph_and_its_lists_are_in_step(sent in proptest::collection::vec(call(), 0..80)) {
        let mut host = founded(DEGREE_MAX);
        let mut now_ms = HOUR;
        let mut clock_ms = HOUR;
        for call in &sent {
            let reply = send(&mut host, &mut now_ms, *call);
            prop_assert!(!matches!(reply.outcome, Outcome::Trapped(_)), "{call:?}: {:?}", reply.logs);
            prop_assert!(reply.outcome.is_returned() || reply.diff.is_empty());
            prop_assert!(totals(&host).clock_ms >= clock_ms, "the graph's time never falls");
            clock_ms = totals(&host).clock_ms;
        }
        audit(&host);
        weigh(&host, 2 * sent.len() as u64);
    }

    /// A manager that sends everything twice comes to the same.
    #[test]
    fn what_is_sent_twice_changes_nothing_more(sent in proptest::collection::vec(call(), 0..40)) {
        let mut host = founded(DEGREE_MAX);
        let mut now_ms = HOUR;
        for call in &sent {
            send(&mut host, &mut now_ms, *call);
            let once = state(&host);
            let again = match call {
                Call::Beat(_) => Call::Beat(0),
                call => *call,
            };
            send(&mut host, &mut now_ms, again);
            prop_assert_eq!(&state(&host), &once, "{:?}", call);
        }
    }
}
