//! The bodies of the fuzz targets, as plain functions, so that they run over a corpus without a fuzzer, too.
//!
//! Bytes that begin as wasm does are taken for a module; others are the random bytes that one is made of.
//! Each returns nothing and panics where there is a bug, as a fuzzer wants it.

use crate::generate;
use crate::machine::Engines;
use crate::programs::{Done, Vms};
use crate::stack::deep;
use crate::trial::{Raw, Seen, Trial};
use arbitrary::Unstructured;
use std::sync::OnceLock;
use vm::{Engine, Preparation, conformance};

fn engines() -> &'static Engines {
    static ENGINES: OnceLock<Engines> = OnceLock::new();
    ENGINES.get_or_init(Engines::start)
}

fn vms() -> &'static Vms {
    static VMS: OnceLock<Vms> = OnceLock::new();
    VMS.get_or_init(Vms::start)
}

/// The seed that goes with bytes: their sum, in a way.
fn seed(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| sum.rotate_left(5) ^ u64::from(*byte))
}

/// The module that bytes are, or that is made of them.
fn module(
    bytes: &[u8],
    make: impl Fn(&mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>>,
) -> Option<Vec<u8>> {
    if bytes.starts_with(b"\0asm") { Some(bytes.to_vec()) } else { make(&mut Unstructured::new(bytes)).ok() }
}

/// Admission takes any bytes, and preparation too, and neither panics; what is admitted is prepared.
pub fn admission(bytes: &[u8]) {
    let any = conformance::admit(bytes);
    let prepared = vm::prepare(bytes, Preparation { marks: true, fuel: 0 });
    assert!(any.is_err() || prepared.is_ok(), "admitted and not prepared: {prepared:?}");
    for (_, vm) in vms().each() {
        if let Ok(program) = vm.admit(bytes) {
            assert!(any.is_ok(), "{program:?} keeps all rules but not those of any module");
        }
    }
}

/// A prepared module is valid, and comes to the same as the raw one.
pub fn prepare(bytes: &[u8]) {
    let trial = Trial { engines: engines(), on: &[Engine::Wasmi], raw: Raw::WithoutFloats };
    attempt(&trial, bytes);
}

/// All engines come to the same, and so do all engines of the product.
pub fn execution(bytes: &[u8]) {
    let trial = Trial { engines: engines(), on: &Engine::ALL, raw: Raw::WithoutFloats };
    attempt(&trial, bytes);
    if let Some(wasm) = module(bytes, generate::program) {
        let ran = vms().run(&wasm, seed(bytes), &mut Done::default());
        ran.unwrap_or_else(|divergence| panic!("{divergence}"));
    }
}

fn attempt(trial: &Trial<'_>, bytes: &[u8]) {
    if let Some(wasm) = module(bytes, generate::module) {
        let tried = deep(|| trial.run(&wasm, seed(bytes), &mut Seen::default()));
        tried.unwrap_or_else(|divergence| panic!("{divergence}"));
    }
}
