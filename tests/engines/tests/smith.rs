//! Random modules by wasm-smith on every engine, and the corpus of those that once were interesting.
//!
//! `FOIL_SEED` is the first seed, `FOIL_SMITH` the number of modules; a failure names the seed of its module,
//! which alone brings it back: `FOIL_SEED=n FOIL_SMITH=1`.

use arbitrary::Unstructured;
use engines::machine::Engines;
use engines::programs::{Done, Vms};
use engines::trial::{Raw, Seen, Trial};
use engines::{Divergence, Rng, deep, generate, targets};
use std::sync::atomic::{AtomicU64, Ordering};
use vm::{Engine, conformance};

/// Of each five modules, one is a program; every second of those does little but call the host.
const PROGRAM_EVERY: u64 = 5;

fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).unwrap_or_default();
    if text.is_empty() { default } else { text.parse().unwrap_or_else(|_| panic!("{variable}={text}")) }
}

struct Smith {
    engines: Engines,
    vms: Vms,
}

impl Smith {
    /// One seed.
    fn run(&self, seed: u64, seen: &mut Seen, done: &mut Done) -> Result<(), Divergence> {
        let mut rng = Rng::new(seed);
        let len = 200 + rng.below(4_000) as usize;
        let bytes = rng.bytes(len);
        let mut u = Unstructured::new(&bytes);
        if seed.is_multiple_of(PROGRAM_EVERY) {
            let half = seed.is_multiple_of(2 * PROGRAM_EVERY);
            let made = if half { generate::program(&mut u) } else { generate::caller(&mut u) };
            let Ok(wasm) = made else { return Ok(()) };
            return self.vms.run(&wasm, seed, done);
        }
        let Ok(wasm) = generate::module(&mut u) else { return Ok(()) };
        if let Err(error) = conformance::admit(&wasm) {
            return Err(Divergence(format!("a module of the features that are on is refused: {error}")));
        }
        let trial = Trial { engines: &self.engines, on: &Engine::ALL, raw: Raw::WithoutFloats };
        trial.run(&wasm, seed, seen)
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "the counts are for whoever runs this with --nocapture")]
fn generated_modules_come_to_the_same_on_every_engine() {
    let (first, count) = (number("FOIL_SEED", 1), number("FOIL_SMITH", 3_000));
    let smith = Smith { engines: Engines::start(), vms: Vms::start() };
    let next = AtomicU64::new(0);
    let work = || {
        let (mut seen, mut done) = (Seen::default(), Done::default());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return (seen, done);
            }
            let seed = first + at;
            let ran = smith.run(seed, &mut seen, &mut done);
            ran.unwrap_or_else(|divergence| panic!("FOIL_SEED={seed} FOIL_SMITH=1: {divergence}"));
        }
    };
    let ((mut seen, mut done), (more_seen, more_done)) = std::thread::scope(|scope| {
        let other = scope.spawn(|| deep(work));
        (deep(work), other.join().expect("the other thread found no bug"))
    });
    seen.add(&more_seen);
    done.add(&more_done);
    println!("{count} seeds from {first}\n{seen:#?}\n{done:#?}");
    if count >= 1_000 {
        assert!(seen.modules * 2 > count, "most seeds make a module that runs");
        assert!(seen.returned > count && seen.raw > count / 2 && seen.nans > count / 10, "calls return");
        assert!(seen.trapped.len() >= 8, "they trap in every way: {:?}", seen.trapped);
        assert!(done.programs > count / 20 && done.outcomes.len() >= 5, "programs run");
        assert!(done.effects > count / 100, "and do something");
    }
}

#[test]
fn the_corpus_holds() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let mut files = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read(&path).unwrap();
        let bytes = if path.extension().is_some_and(|kind| kind == "wat") {
            wat::parse_bytes(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).into_owned()
        } else {
            text
        };
        for target in [targets::admission, targets::prepare, targets::execution] {
            let ran = std::panic::catch_unwind(|| target(&bytes));
            assert!(ran.is_ok(), "{}", path.display());
        }
        files += 1;
    }
    assert!(files >= 40, "{files} files in the corpus");
}
