use crate::{Degrees, Error, Hub, Kind, Link, Mandate, Phase, Program, Rules, SYNAPSE, Totals, decayed};
use abi::interface::{SECTION, encode, encoded_len};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use guest_sdk::Encode;
use guest_sdk::test::{Caller, Host, Reply, genesis, identity, program_hash};

mod calls;

const WASM: &[u8] = include_bytes!("../../wasm/connectome.wasm");

const KEEPER: u8 = 1;
const CALLER: u8 = 2;
const HOUR: u64 = 3_600_000;

/// A graph whose weights halve in an hour, and whose cells may have `degree_max` partners, founded at hour 1.
fn founded(degree_max: u32) -> Host {
    let mut host = Host::with::<Program>(genesis(), program_hash(WASM));
    host.set_time(HOUR);
    host.call(&identity(KEEPER), "found", &(HOUR, degree_max)).returned::<()>();
    host
}

fn connect(host: &mut Host, mandate: u128, pre: &str, post: &str, synapses: u32) -> Reply {
    host.call(&identity(CALLER), "connect", &(mandate, pre, post, synapses, Kind::Chemical))
}

fn grant(host: &mut Host, mandate: u128, pre: &str, post: &str, synapses: u32) {
    assert_eq!(connect(host, mandate, pre, post, synapses).returned::<Phase>(), Phase::Granted);
}

fn compensate(host: &mut Host, mandate: u128) -> Reply {
    host.call(&identity(CALLER), "compensate", &(mandate,))
}

/// The next heartbeat, so many hours after the founding.
fn beat(host: &mut Host, hours: u64) {
    host.set_time(HOUR * (1 + hours));
    host.call(&identity(KEEPER), "heartbeat", &()).returned::<u64>();
}

fn recovered(host: &mut Host, timestamp_ms: u64) -> Reply {
    host.call(&identity(KEEPER), "recovered", &(timestamp_ms,))
}

fn weight(host: &Host, pre: &str, post: &str) -> Option<u64> {
    host.ask("weight", &(pre, post, Kind::Chemical))
}

fn hubs(host: &Host, limit: u32) -> Vec<Hub> {
    host.ask("hubs", &(limit,))
}

fn cell(host: &Host, name: &str) -> Option<Degrees> {
    host.ask("cell", &(name,))
}

fn totals(host: &Host) -> Totals {
    host.ask("totals", &())
}

fn state(host: &Host) -> Vec<(Vec<u8>, Vec<u8>)> {
    host.state().map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
}

fn refused(reply: &Reply, error: Error) {
    assert!(reply.failed_with(&error), "expected {error:?}, found {:?}", reply.outcome);
    assert!(reply.diff.is_empty());
}

#[test]
fn half_is_left_after_each_half_life() {
    let million = 1_000_000;
    for halvings in 0..20 {
        assert_eq!(decayed(million, halvings * HOUR, HOUR), million >> halvings);
    }
    // 2^-0.5, 2^-0.25 and 2^-1.75, to the millionth.
    assert_eq!(decayed(million, HOUR / 2, HOUR), 707_106);
    assert_eq!(decayed(million, HOUR / 4, HOUR), 840_896);
    assert_eq!(decayed(million, HOUR * 7 / 4, HOUR), 297_301);
    assert_eq!((decayed(million, u64::MAX, HOUR), decayed(million, u64::MAX, 1)), (0, 0));
    assert_eq!(
        (decayed(u64::MAX, 0, 1), decayed(u64::MAX, 1, 1), decayed(5, 5, 0)),
        (u64::MAX, u64::MAX / 2, 0)
    );
}

#[test]
fn what_is_left_never_grows_with_time() {
    for half_life in [1, 7, 65_536, HOUR, u64::MAX] {
        let steps = (0..4_000).map(|step| (half_life / 1_000).max(1).saturating_mul(step));
        let left: Vec<u64> = steps.map(|elapsed| decayed(u64::MAX / 3, elapsed, half_life)).collect();
        assert!(left.windows(2).all(|pair| pair[0] >= pair[1]), "half-life {half_life}");
    }
}

#[test]
fn the_graphs_time_is_its_last_heartbeat() {
    let mut host = founded(9);
    grant(&mut host, 1, "a", "b", 8);
    host.set_time(HOUR * 3);
    assert_eq!(weight(&host, "a", "b"), Some(8 * SYNAPSE), "between two beats no time passes");
    beat(&mut host, 2);
    assert_eq!(weight(&host, "a", "b"), Some(2 * SYNAPSE));
    grant(&mut host, 2, "a", "b", 2);
    assert_eq!(weight(&host, "a", "b"), Some(4 * SYNAPSE), "what is left, and what is new");
    beat(&mut host, 3);
    assert_eq!(weight(&host, "a", "b"), Some(2 * SYNAPSE));
    assert_eq!(totals(&host), Totals { cells: 2, links: 1, clock_ms: 4 * HOUR });
}

#[test]
fn recovering_twice_changes_nothing() {
    let mut host = founded(9);
    grant(&mut host, 1, "a", "b", 8);
    beat(&mut host, 1);
    host.set_time(HOUR * 5);
    let reply = recovered(&mut host, HOUR * 4);
    assert_eq!(reply.returned::<u64>(), 2 * HOUR);
    assert_eq!(reply.events.len(), 1);
    let said = (HOUR * 4, HOUR * 2).to_bytes();
    assert_eq!((reply.events[0].name.as_str(), &reply.events[0].data.0), ("Recovered", &said));
    assert_eq!(weight(&host, "a", "b"), Some(SYNAPSE));
    for timestamp_ms in [HOUR * 4, HOUR * 3, 0] {
        let again = recovered(&mut host, timestamp_ms);
        assert_eq!(again.returned::<u64>(), 0);
        assert!(again.diff.is_empty() && again.events.is_empty());
    }
    let future = Error::InFuture { timestamp_ms: HOUR * 5 + 1, now_ms: HOUR * 5 };
    refused(&recovered(&mut host, HOUR * 5 + 1), future);
}

/// However a time is reached, by beats or by a recovery, the same is left.
#[test]
fn decay_is_a_function_of_time_alone() {
    let [mut by_beats, mut at_once] = [founded(9), founded(9)];
    for host in [&mut by_beats, &mut at_once] {
        grant(host, 1, "a", "b", 1_000);
    }
    for hours in 1..=6 {
        beat(&mut by_beats, hours);
    }
    by_beats.set_time(HOUR * 7 + 1_234);
    at_once.set_time(HOUR * 7 + 1_234);
    by_beats.call(&identity(KEEPER), "heartbeat", &()).returned::<u64>();
    recovered(&mut at_once, HOUR * 7 + 1_234).returned::<u64>();
    assert_eq!(state(&by_beats), state(&at_once));
    assert_eq!(weight(&at_once, "a", "b"), Some(decayed(1_000 * SYNAPSE, HOUR * 6 + 1_234, HOUR)));
}

#[test]
fn a_full_cell_gets_no_other_partner() {
    let mut host = founded(2);
    grant(&mut host, 1, "a", "b", 1);
    grant(&mut host, 2, "c", "a", 1);
    let reply = connect(&mut host, 3, "a", "d", 1);
    assert_eq!(reply.returned::<Phase>(), Phase::PreFull);
    let said = (3u128, 1u16, "a has 2 partners of at most 2").to_bytes();
    assert_eq!(
        (reply.events.len(), reply.events[0].name.as_str(), &reply.events[0].data.0),
        (1, "Refused", &said)
    );
    let reply = connect(&mut host, 4, "d", "a", 1);
    assert_eq!(reply.returned::<Phase>(), Phase::PostFull);
    assert_eq!(reply.events[0].data.0, (4u128, 2u16, "a has 2 partners of at most 2").to_bytes());
    assert_eq!((cell(&host, "d"), totals(&host).links), (None, 2));
    // Its partners, and itself, are no other.
    for (mandate, pre, post) in [(5, "a", "b"), (6, "b", "a"), (7, "a", "a"), (8, "d", "e")] {
        grant(&mut host, mandate, pre, post, 1);
    }
    assert_eq!(cell(&host, "a"), Some(Degrees { degree: 2, outgoing: 2, incoming: 3 }));
    host.call(&identity(KEEPER), "limit", &(3u32,)).returned::<()>();
    grant(&mut host, 9, "a", "d", 1);
    host.call(&identity(KEEPER), "limit", &(1u32,)).returned::<()>();
    assert_eq!(cell(&host, "a").map(|it| it.degree), Some(3), "who has more keeps them");
    assert_eq!(host.ask::<Option<Rules>>("rules", &()).map(|rules| rules.degree_max), Some(1));
}

#[test]
fn a_mandate_sent_again_is_answered_again() {
    let mut host = founded(1);
    let granted = connect(&mut host, 1, "a", "b", 1);
    assert_eq!(granted.events.len(), 1);
    assert_eq!(granted.events[0].data.0, (1u128, SYNAPSE).to_bytes());
    connect(&mut host, 2, "a", "c", 1).returned::<Phase>();
    let before = state(&host);
    for (mandate, post, phase) in [(1, "b", Phase::Granted), (2, "c", Phase::PreFull)] {
        let again = connect(&mut host, mandate, "a", post, 1);
        assert_eq!((again.returned::<Phase>(), again.events.len()), (phase, 0));
    }
    refused(&connect(&mut host, 1, "a", "c", 1), Error::MandateDiffers);
    refused(&connect(&mut host, 1, "a", "b", 2), Error::MandateDiffers);
    let other = host.call(&identity(KEEPER), "connect", &(1u128, "a", "b", 1u32, Kind::Chemical));
    refused(&other, Error::MandateDiffers);
    assert_eq!(state(&host), before);
}

#[test]
fn a_mandate_ends_committed_or_compensated() {
    let mut host = founded(1);
    let commit = |host: &mut Host, by: u8, mandate: u128| host.call(&identity(by), "commit", &(mandate,));
    for (mandate, post) in [(1, "b"), (2, "b"), (3, "c")] {
        connect(&mut host, mandate, "a", post, 1).returned::<Phase>();
    }
    refused(&commit(&mut host, CALLER, 9), Error::NoSuchMandate);
    refused(&commit(&mut host, KEEPER, 1), Error::NotYourMandate);
    refused(&commit(&mut host, CALLER, 3), Error::NotGranted);
    commit(&mut host, CALLER, 1).returned::<()>();
    compensate(&mut host, 2).returned::<()>();
    for mandate in [1, 2] {
        refused(&compensate(&mut host, mandate), Error::NotGranted);
        refused(&commit(&mut host, CALLER, mandate), Error::NotGranted);
    }
    let phase = |mandate: u128| host.ask::<Option<Mandate>>("mandate", &(mandate,)).map(|it| it.phase);
    let phases = [Some(Phase::Committed), Some(Phase::Compensated), Some(Phase::PreFull), None];
    assert_eq!([phase(1), phase(2), phase(3), phase(4)], phases);
    assert_eq!(weight(&host, "a", "b"), Some(SYNAPSE));
}

#[test]
fn a_compensation_takes_back_what_is_left() {
    let mut host = founded(9);
    grant(&mut host, 1, "a", "b", 4);
    beat(&mut host, 1);
    grant(&mut host, 2, "a", "b", 6);
    beat(&mut host, 2);
    assert_eq!(weight(&host, "a", "b"), Some(4 * SYNAPSE));
    compensate(&mut host, 1).returned::<()>();
    assert_eq!(weight(&host, "a", "b"), Some(3 * SYNAPSE));
    compensate(&mut host, 2).returned::<()>();
    assert_eq!((weight(&host, "a", "b"), cell(&host, "a"), cell(&host, "b")), (None, None, None));
    assert_eq!(totals(&host), Totals { cells: 0, links: 0, clock_ms: 3 * HOUR });
}

/// A connection that was forgotten and made anew is not the one that an old mandate made.
#[test]
fn an_old_mandate_takes_nothing_from_a_new_connection() {
    let mut host = founded(9);
    grant(&mut host, 1, "a", "b", 1);
    beat(&mut host, 19);
    assert_eq!(host.call(&identity(CALLER), "prune", &("a",)).returned::<u64>(), 0, "1 of a million is left");
    beat(&mut host, 20);
    assert_eq!(host.call(&identity(CALLER), "prune", &("a",)).returned::<u64>(), 1);
    assert_eq!((weight(&host, "a", "b"), hubs(&host, 9)), (None, Vec::new()));
    grant(&mut host, 2, "a", "b", 5);
    compensate(&mut host, 1).returned::<()>();
    assert_eq!(weight(&host, "a", "b"), Some(5 * SYNAPSE));
}

#[test]
fn the_cells_with_most_partners_come_first() {
    let mut host = founded(9);
    for (mandate, pre, post, synapses) in
        [(1, "d", "b", 2), (2, "b", "a", 3), (3, "b", "c", 1), (4, "c", "d", 1), (5, "b", "b", 7)]
    {
        grant(&mut host, mandate, pre, post, synapses);
    }
    let electrical = (6u128, "a", "b", 1u32, Kind::Electrical);
    host.call(&identity(CALLER), "connect", &electrical).returned::<Phase>();
    let of = |name: &str, degree, outgoing, incoming, synapses: u64| Hub {
        name: name.to_string(),
        degree,
        outgoing,
        incoming,
        strength: synapses * SYNAPSE,
    };
    // What leads from a cell to itself leads from it and to it.
    let expected = [of("b", 3, 3, 3, 21), of("c", 2, 1, 1, 2), of("d", 2, 1, 1, 3), of("a", 1, 1, 1, 4)];
    assert_eq!(hubs(&host, 9), expected);
    assert_eq!(hubs(&host, 2), expected[..2]);
    let links: Vec<Link> = host.ask("links", &("b", 2u32));
    let names: Vec<String> = links.into_iter().map(|link| link.post).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn every_misuse_has_its_answer() {
    let mut fresh = Host::new::<Program>();
    refused(&fresh.call(&Caller::Nobody, "found", &(1u64, 1u32)), Error::NoCaller);
    refused(&fresh.call(&identity(KEEPER), "found", &(0u64, 1u32)), Error::HalfLifeZero);
    refused(&fresh.call(&identity(KEEPER), "found", &(1u64, 0u32)), Error::BadDegree { degree: 0 });
    refused(&fresh.call(&identity(KEEPER), "heartbeat", &()), Error::NotFounded);
    refused(&connect(&mut fresh, 1, "a", "b", 1), Error::NotFounded);
    assert_eq!(fresh.call(&identity(CALLER), "prune", &("a",)).returned::<u64>(), 0);
    let mut host = founded(9);
    refused(&host.call(&identity(CALLER), "found", &(1u64, 1u32)), Error::AlreadyFounded);
    refused(&host.call(&identity(CALLER), "heartbeat", &()), Error::NotTheKeeper);
    refused(&host.call(&identity(CALLER), "recovered", &(0u64,)), Error::NotTheKeeper);
    refused(&host.call(&identity(CALLER), "limit", &(1u32,)), Error::NotTheKeeper);
    refused(&host.call(&identity(KEEPER), "limit", &(10_001u32,)), Error::BadDegree { degree: 10_001 });
    let nobody = host.call(&Caller::Nobody, "connect", &(1u128, "a", "b", 1u32, Kind::Chemical));
    refused(&nobody, Error::NoCaller);
    refused(&connect(&mut host, 1, "", "b", 1), Error::NameEmpty);
    refused(&connect(&mut host, 1, "a", &"x".repeat(33), 1), Error::NameTooLong { size: 33, max: 32 });
    refused(&connect(&mut host, 1, "a", "b", 0), Error::WeightZero);
    let most = u32::MAX;
    let mut mandate = 0;
    let last = loop {
        mandate += 1;
        let reply = connect(&mut host, mandate, "a", "b", most);
        if !reply.outcome.is_returned() {
            break reply;
        }
    };
    refused(&last, Error::WeightTooLarge);
    assert_eq!(mandate, u128::from(u64::MAX / (u64::from(most) * SYNAPSE)) + 1);
    assert_eq!(host.ask::<Option<u64>>("weight", &("a", "b", Kind::Electrical)), None);
}

#[test]
fn the_pinned_wasm_has_this_interface() {
    const INTERFACE: &abi::interface::Interface = <Program as guest_sdk::Program>::INTERFACE;
    const BYTES: [u8; encoded_len(INTERFACE)] = encode(INTERFACE);
    let section = [SECTION.as_bytes(), &BYTES].concat();
    assert!(WASM.windows(section.len()).any(|window| window == section));
}
