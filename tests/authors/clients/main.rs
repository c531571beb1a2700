//! What a program in Rust does with clients that `foil client` wrote, of a node that serves.

mod connectome;
mod counter;
mod memory;
mod volume;

use connectome::{ConnectomeClient, Kind, Phase};
use counter::{Account, ClientError, CounterClient, Event, Node, Outcome};
use memory::{MemoryClient, ProgramError};
use volume::{Extent, VolumeClient};

type Done = Result<(), Box<dyn std::error::Error>>;

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn counter() -> Result<Node, ClientError> {
    Ok(Node::new(&env("URL"), &env("COUNTER"))?.token(&env("TOKEN")))
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn seed() -> [u8; 32] {
    let text = env("SEED");
    std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("a seed is hexadecimal"))
}

fn main() -> Done {
    counts()?;
    signs()?;
    retries()?;
    remembers()?;
    connects()?;
    stores()
}

#[allow(clippy::print_stdout, reason = "the receipt is for whoever runs this")]
fn counts() -> Done {
    let counter = CounterClient::new(counter()?);
    assert_eq!(counter.node().program()?, CounterClient::PROGRAM);
    let first = counter.hit().key("order-17").send()?;
    assert_eq!((first.known, &first.outcome), (false, &Outcome::Returned(1)));
    let again = counter.hit().key("order-17").send()?;
    assert_eq!((again.known, again.seq, &again.receipt), (true, first.seq, &first.receipt));
    assert_eq!(counter.node().receipt(first.seq)?, first.receipt);
    let then = counter.total().send()?;
    let total = then.outcome.returned()?;
    assert_eq!(counter.hit().send()?.outcome, Outcome::Returned(2));
    assert_eq!(counter.total().send()?.outcome, Outcome::Returned(total + 1));
    assert_eq!(counter.total().height(then.height).send()?.outcome, Outcome::Returned(total));
    assert!(counter.total().proof().send()?.proof.is_some_and(|proof| proof.len() > 100));
    let account = Account { kind: 2, id: env("NAME").into_bytes().into() };
    assert_eq!(counter.hits(account.clone()).send()?.outcome, Outcome::Returned(2));

    let Outcome::Trapped(trap) = counter.hit().fuel_max(5_000).send()?.outcome else {
        return Err("a call without fuel runs".into());
    };
    assert_eq!((trap.code, trap.name.as_str(), trap.detail.is_empty()), (3, "out of fuel", false));
    refused(409, "E5012", counter.hit().key("order-17").fuel_max(5_000_000).send());
    let stranger = Node::new(&env("URL"), &env("COUNTER"))?.token("none");
    refused(401, "E7501", CounterClient::new(stranger).hit().send());
    let nowhere = Node::new(&env("URL"), &"00".repeat(32))?.token(&env("TOKEN"));
    refused(404, "E7504", CounterClient::new(nowhere).total().send());
    assert!(matches!(Node::new(&env("URL"), "none"), Err(ClientError::Usage(_))));
    println!("{}", first.receipt.iter().map(|byte| format!("{byte:02x}")).collect::<String>());

    for (expected, event) in (1..=2).zip(counter.events(Some(first.seq))?) {
        let (seq, Event::Hit(hit)) = event? else { return Err("an event that is not known".into()) };
        assert_eq!((hit.account, hit.hits, seq >= first.seq), (account.clone(), expected, true));
    }
    Ok(())
}

/// Calls that their caller signs: the same call as `foil call --as SEED --key signed-1` makes.
fn signs() -> Done {
    let counter = CounterClient::new(counter()?.signer(&seed()));
    let made = counter.hit().key("signed-1").send()?;
    assert_eq!((made.known, made.outcome), (true, Outcome::Returned(1)));
    let node = memory::Node::new(&env("URL"), &env("MEMORY"))?.token(&env("TOKEN"));
    let memory = MemoryClient::new(node.signer(&seed()));
    memory.open("signed".into(), 2).send()?.outcome.returned()?;
    for length in [0, 900, 5000] {
        let (id, text) = (u128::MAX - length as u128, "é".repeat(length));
        let made = memory.remember(id, "signed".into(), text, vec![], floats(&[1., 0.]).into()).send()?;
        assert_eq!(made.outcome.returned()?, 0);
    }
    let node = connectome::Node::new(&env("URL"), &env("CONNECTOME"))?.token(&env("TOKEN"));
    let connectome = ConnectomeClient::new(node.signer(&seed()));
    let made = connectome.connect(1, "a".into(), "b".into(), 3, Kind::Electrical).send()?;
    assert_eq!(made.outcome.returned()?, Phase::Granted);
    Ok(())
}

/// An answer that is lost is asked for again with the same key.
fn retries() -> Done {
    let node = Node::new(&env("UNSTEADY"), &env("COUNTER"))?.token(&env("TOKEN"));
    let made = CounterClient::new(node).hit().send()?;
    assert_eq!((made.known, made.outcome), (true, Outcome::Returned(3)));
    Ok(())
}

fn remembers() -> Done {
    let node = memory::Node::new(&env("URL"), &env("MEMORY"))?.token(&env("TOKEN"));
    let memory = MemoryClient::new(node);
    let scope = || "a \"scope\"".to_owned();
    memory.open(scope(), 2).send()?.outcome.returned()?;
    let (east, west) = ((1 << 127) + 1, 1 << 64);
    let made = memory.remember(east, scope(), "east\n".into(), vec![], floats(&[1., 0.]).into()).send()?;
    assert_eq!(made.outcome.returned()?, 0);
    let made = memory.remember(east + 1, scope(), "west".into(), vec![east], floats(&[-2., 0.]).into()).send()?;
    assert_eq!(made.outcome.returned()?, 1);
    let found = memory.recall(scope(), floats(&[1., 0.]).into(), 5).send()?.outcome.returned()?;
    let found: Vec<(u128, i64)> = found.iter().map(|it| (it.id, it.cosine_e9)).collect();
    assert_eq!(found, [(east, 1_000_000_000), (east + 1, -1_000_000_000)]);
    let kept = memory.memory(east + 1).send()?.outcome.returned()?.ok_or("it is kept")?;
    assert_eq!((kept.sources, kept.is_normalised, kept.scope), (vec![east], true, scope()));
    assert_eq!(memory.memory(west).send()?.outcome.returned()?, None);
    assert_eq!(memory.vector(east).send()?.outcome.returned()?, Some(floats(&[1., 0.]).into()));
    assert_eq!(memory.derived(east, None, 3).send()?.outcome.returned()?, [east + 1]);
    let failed = memory.open("x".repeat(65), 2).send()?.outcome;
    assert_eq!(failed, memory::Outcome::Failed(ProgramError::NameLength { size: 65, max: 64 }));
    let failed = memory.forget(west).send()?.outcome.returned();
    assert_eq!(failed, Err(memory::ClientError::Failed(ProgramError::MemoryUnknown { id: west })));
    Ok(())
}

fn connects() -> Done {
    let node = connectome::Node::new(&env("URL"), &env("CONNECTOME"))?.token(&env("TOKEN"));
    let connectome = ConnectomeClient::new(node);
    let made = connectome.connect(2, "c".into(), "d".into(), 1, Kind::Chemical).send()?;
    assert_eq!(made.outcome.returned()?, Phase::Granted);
    let rules = connectome.rules().send()?.outcome.returned()?;
    assert_eq!(rules.map(|rules| rules.half_life_ms), Some(u64::MAX - 58));
    let mandate = connectome.mandate(2).send()?.outcome.returned()?.ok_or("it is granted")?;
    assert_eq!((mandate.kind, mandate.phase), (Kind::Chemical, Phase::Granted));
    Ok(())
}

fn stores() -> Done {
    let node = volume::Node::new(&env("URL"), &env("VOLUME"))?.token(&env("TOKEN"));
    let volume = VolumeClient::new(node);
    volume.create(8).send()?.outcome.returned()?;
    let data: Vec<u8> = (0..=250).cycle().take(2 * 4096).collect();
    let written = volume.write(vec![Extent { block: 3, data: data.clone().into() }]).send()?;
    assert_eq!(written.outcome.returned()?, 2);
    let snapshot = volume.snapshot().send()?.outcome.returned()?;
    let snapshots = volume.snapshots().send()?.outcome.returned()?;
    assert_eq!(snapshots.iter().map(|(number, _)| *number).collect::<Vec<u64>>(), [snapshot]);
    assert_eq!(volume.read(3, 2, Some(snapshot)).send()?.outcome.returned()?, data.into());
    Ok(())
}

fn refused<T: std::fmt::Debug>(status: u16, code: &str, made: Result<T, ClientError>) {
    match made {
        Err(ClientError::Refused(refusal)) => assert_eq!((refusal.status, refusal.code.as_str()), (status, code)),
        other => panic!("no refusal: {other:?}"),
    }
}
