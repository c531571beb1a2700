//! Compiled programs that are kept from one run of the host to the next.
//!
//! What is kept is machine code, and believed: whoever can write into a cache can run code on this machine. So
//! it belongs where the keys are, and never travels. Its digest finds out rot, and nothing else.
//!
//! ```text
//! key:      H_compiled(profile ‖ program ‖ engine, with its version, settings and the processor's features)
//! artifact: H_compiled(rest) ‖ rest: canonical array of the admitted facts and the engine's own bytes
//! ```

use crate::admit::Admitted;
use abi::codec::{Bytes, Decode, Encode};
use abi::hash::COMPILED;
use abi::id::Hash;
use abi::profile::Profile;
use abi::session::Mode;

/// Where compiled programs are kept. Losing one costs the time to compile it again.
pub trait Cache {
    /// What was kept under a key.
    fn load(&self, key: &Hash) -> Option<Vec<u8>>;

    /// Keeps an artifact, as well as it can.
    fn keep(&self, key: &Hash, artifact: &[u8]);
}

type Method = (String, bool, String);

/// The key of a program on an engine that calls itself `engine`.
pub(crate) fn key(program: &Hash, engine: &[u8]) -> Hash {
    COMPILED.hash_parts(&[&Profile::One.hash().0, &program.0, engine])
}

/// What is kept.
pub(crate) fn artifact(admitted: &Admitted, code: Vec<u8>) -> Vec<u8> {
    let method = |(name, (mode, export)): (&String, &(Mode, String))| {
        (name.clone(), *mode == Mode::Query, export.clone())
    };
    let methods: Vec<Method> = admitted.methods.iter().map(method).collect();
    let interface = admitted.interface.clone().map(Bytes);
    let image = Bytes(admitted.image.clone());
    let rest = (methods, interface, image, admitted.writes_tables, Bytes(code)).to_bytes();
    [&COMPILED.hash(&rest).0[..], &rest].concat()
}

/// What was kept; `None` where it is damaged.
pub(crate) fn open(artifact: &[u8]) -> Option<(Admitted, Vec<u8>)> {
    let (digest, rest) = artifact.split_first_chunk::<32>()?;
    if COMPILED.hash(rest).0 != *digest {
        return None;
    }
    let (methods, interface, image, writes_tables, code) =
        <(Vec<Method>, Option<Bytes>, Bytes, bool, Bytes)>::from_bytes(rest).ok()?;
    let method =
        |(name, is_query, export): Method| (name, (if is_query { Mode::Query } else { Mode::Call }, export));
    let methods = methods.into_iter().map(method).collect();
    let interface = interface.map(|bytes| bytes.0);
    Some((Admitted { methods, interface, writes_tables, image: image.0 }, code.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Vm, fixture};
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Kept(RefCell<BTreeMap<Hash, Vec<u8>>>);

    impl Cache for Kept {
        fn load(&self, key: &Hash) -> Option<Vec<u8>> {
            self.0.borrow().get(key).cloned()
        }

        fn keep(&self, key: &Hash, artifact: &[u8]) {
            self.0.borrow_mut().insert(*key, artifact.to_vec());
        }
    }

    fn wasm(number: u32) -> Vec<u8> {
        fixture::module(&format!(
            "(memory (export \"memory\") 1 2) (data (i32.const 4) \"data\") (@custom \"counterfoil\" \"interface\")
            (func (export \"call:main\") (i32.store (i32.const 0) (i32.const {number}))
                (call $answer (i32.const 0) (i32.const 8)))"
        ))
    }

    #[test]
    fn what_was_kept_runs_as_what_was_compiled() {
        let cache = Kept::default();
        for engine in Engine::ALL {
            let compiled = Vm::new(engine).unwrap();
            let first = compiled.admit_cached(&wasm(1), &cache).unwrap();
            let again = Vm::new(engine).unwrap();
            let second = again.admit_cached(&wasm(1), &cache).unwrap();
            assert_eq!(first.id(), second.id());
            assert_eq!(second.interface(), Some(&b"interface"[..]));
            for _ in 0..2 {
                let runs = [compiled.run(&first, fixture::job()), again.run(&second, fixture::job())];
                assert_eq!(runs[0].as_ref().unwrap().outcome.output(), b"\x01\0\0\0data");
                assert_eq!(runs[0], runs[1]);
            }
        }
        assert_eq!(cache.0.borrow().len(), 3, "wasmi translates anew; the others do not share");
        Vm::new(Engine::Cranelift).unwrap().admit_cached(&wasm(2), &cache).unwrap();
        assert_eq!(cache.0.borrow().len(), 4, "another program");
    }

    #[test]
    fn a_damaged_artifact_is_compiled_again() {
        let cache = Kept::default();
        let vm = Vm::new(Engine::Cranelift).unwrap();
        vm.admit_cached(&wasm(1), &cache).unwrap();
        let (key, whole) =
            cache.0.borrow().first_key_value().map(|(key, bytes)| (*key, bytes.clone())).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        for damaged in [&b""[..], &whole[..31], &whole[..whole.len() - 1], &flipped] {
            cache.keep(&key, damaged);
            let program = vm.admit_cached(&wasm(1), &cache).unwrap();
            assert!(vm.run(&program, fixture::job()).unwrap().outcome.is_returned());
            assert_eq!(cache.load(&key).unwrap().len(), whole.len(), "and kept again");
        }
    }

    #[test]
    fn an_artifact_holds_what_was_admitted() {
        let admitted = crate::admit::admit(&wasm(1)).unwrap();
        let (opened, code) = open(&artifact(&admitted, b"code".to_vec())).unwrap();
        assert_eq!((opened, code), (admitted, b"code".to_vec()));
    }
}
