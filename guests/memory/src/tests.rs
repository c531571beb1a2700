use crate::types::{Error, Match, Memory, Scope};
use crate::vector::{Vector, root};
use crate::{ANSWER_MAX, DEPTH_MAX, DIMENSION_MAX, Program, SOURCES_MAX, TEXT_BYTES_MAX};
use abi::interface::{Interface, SECTION, encode, encoded_len};
use abi::outcome::Outcome;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use guest_sdk::test::{Caller, Host, Reply, genesis, identity, program_hash};
use guest_sdk::{Bytes, Encode};

const WASM: &[u8] = include_bytes!("../../wasm/memory.wasm");

fn host() -> Host {
    Host::with::<Program>(genesis(), program_hash(WASM))
}

/// Scopes `a` and `b` of the first identity, for vectors of 2 and of 3 components.
fn opened() -> Host {
    let mut host = host();
    for (name, dimension) in [("a", 2u32), ("b", 3)] {
        host.call(&identity(1), "open", &(name, dimension)).returned::<()>();
    }
    host
}

fn bytes(components: &[f32]) -> Bytes {
    Bytes(components.iter().flat_map(|it| it.to_le_bytes()).collect())
}

fn remember(host: &mut Host, id: u128, scope: &str, sources: &[u128], components: &[f32]) -> Reply {
    let args = (id, scope, id.to_string(), sources.to_vec(), bytes(components));
    host.call(&identity(1), "remember", &args)
}

fn forget(host: &mut Host, id: u128) -> Reply {
    host.call(&identity(1), "forget", &(id,))
}

fn recall(host: &Host, scope: &str, components: &[f32], limit: u32) -> Vec<Match> {
    host.ask("recall", &(scope, bytes(components), limit))
}

fn memory(host: &Host, id: u128) -> Option<Memory> {
    host.ask("memory", &(id,))
}

fn refused(reply: &Reply, error: Error) {
    assert!(reply.failed_with(&error), "expected {error:?}, found {:?}", reply.outcome);
    assert!(reply.diff.is_empty() && reply.events.is_empty());
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

#[test]
fn the_nearest_come_first_and_equals_by_id() {
    let mut host = opened();
    let vectors = [(7, [0.0, 1.0]), (3, [1.0, 0.0]), (9, [3.0, 4.0]), (5, [1.0, 0.0]), (4, [-2.0, 0.0])];
    for (id, vector) in vectors {
        assert_eq!(remember(&mut host, id, "a", &[], &vector).returned::<u8>(), 0);
    }
    let found = |limit| -> Vec<(u128, i64)> {
        recall(&host, "a", &[0.5, 0.0], limit).iter().map(|it| (it.id, it.cosine_e9)).collect()
    };
    let all = [(3, 1_000_000_000), (5, 1_000_000_000), (9, 600_000_009), (7, 0), (4, -1_000_000_000)];
    assert_eq!(found(9), all);
    assert_eq!(found(1), all[..1]);
    assert_eq!(found(0), []);
    assert_eq!(recall(&host, "b", &[1.0, 0.0, 0.0], 9), []);
    let first = &recall(&host, "a", &[1.0, 0.0], 1)[0];
    assert_eq!((first.text.as_str(), first.depth), ("3", 0));
}

#[test]
fn an_answer_is_bounded() {
    let mut host = opened();
    for id in 0..u128::from(ANSWER_MAX) + 5 {
        remember(&mut host, id, "a", &[], &[1.0, 0.0]).returned::<u8>();
    }
    let found = recall(&host, "a", &[1.0, 0.0], u32::MAX);
    assert_eq!(found.iter().map(|it| it.id).collect::<Vec<_>>(), Vec::from_iter(0..u128::from(ANSWER_MAX)));
}

#[test]
fn a_vector_of_norm_1_is_kept_byte_for_byte_and_others_are_normalised() {
    let mut host = opened();
    let cases: [([f32; 2], [f32; 2]); 7] = [
        ([1.0, 0.0], [1.0, 0.0]),
        ([0.0, -1.000_999], [0.0, -1.000_999]),
        ([0.999_001, -0.0], [0.999_001, -0.0]),
        ([1.001_001, 0.0], [1.0, 0.0]),
        ([0.0, 0.998_999], [0.0, 1.0]),
        ([3e38, -3e38], [0.707_106_77, -0.707_106_77]),
        ([1e-45, 0.0], [1.0, 0.0]),
    ];
    for (id, (shipped, kept)) in (0u128..).zip(cases) {
        let reply = remember(&mut host, id, "a", &[], &shipped);
        reply.returned::<u8>();
        let found: Option<Bytes> = host.ask("vector", &(id,));
        assert_eq!(found, Some(bytes(&kept)), "{shipped:?}");
        let is_normalised = memory(&host, id).map(|it| it.is_normalised);
        assert_eq!(is_normalised, Some(bytes(&shipped) != bytes(&kept)), "{shipped:?}");
    }
    assert_eq!(host.ask::<Option<Bytes>>("vector", &(99u128,)), None);
}

#[test]
fn what_is_normalised_is_kept_the_second_time() {
    let mut random = Random(1);
    for _ in 0..2_000 {
        let parts: Vec<f32> = (0..8).map(|_| random.below(2_001) as f32 - 1_000.0).collect();
        let Ok(vector) = Vector::read(&bytes(&parts), 8) else { continue };
        let kept = vector.kept(&bytes(&parts));
        let again = Vector::read(&kept, 8).map(|it| it.kept(&kept));
        assert_eq!(again, Ok(kept), "{parts:?}");
    }
}

#[test]
fn every_rule_of_vectors_has_its_answer() {
    let mut host = opened();
    let (nan, infinite) = (f32::NAN, f32::INFINITY);
    let cases: [(&[f32], Error); 8] = [
        (&[], Error::VectorEmpty),
        (&[1.0], Error::VectorLength { size: 4, expected: 8 }),
        (&[1.0, 0.0, 0.0], Error::VectorLength { size: 12, expected: 8 }),
        (&[nan, 1.0], Error::VectorNotFinite { component: 0 }),
        (&[1.0, -nan], Error::VectorNotFinite { component: 1 }),
        (&[infinite, nan], Error::VectorNotFinite { component: 0 }),
        (&[0.0, -infinite], Error::VectorNotFinite { component: 1 }),
        (&[0.0, -0.0], Error::VectorZero),
    ];
    for (vector, error) in cases {
        refused(&remember(&mut host, 1, "a", &[], vector), error);
        let asked = host.query("recall", &("a", bytes(vector), 1u32));
        assert_eq!(asked, Outcome::Failed(error.to_bytes()));
    }
    let torn = (1u128, "a", "", Vec::<u128>::new(), Bytes(vec![0; 7]));
    let length = Error::VectorLength { size: 7, expected: 8 };
    refused(&host.call(&identity(1), "remember", &torn), length);
    let vast = Bytes(vec![1; 1 << 20]);
    let length = Error::VectorLength { size: 1 << 20, expected: 8 };
    refused(&host.call(&identity(1), "remember", &(1u128, "a", "", Vec::<u128>::new(), vast)), length);
    // Computed again, it is taken.
    remember(&mut host, 1, "a", &[], &[0.6, 0.8]).returned::<u8>();
}

#[test]
fn every_rule_of_scopes_has_its_answer() {
    let mut host = opened();
    let open = |host: &mut Host, who: &Caller, name: &str, dimension: u32| {
        host.call(who, "open", &(name, dimension))
    };
    let max = DIMENSION_MAX;
    for (name, dimension, error) in [
        ("", 2, Error::NameLength { size: 0, max: 64 }),
        (&"x".repeat(65)[..], 2, Error::NameLength { size: 65, max: 64 }),
        ("c", 0, Error::DimensionOutOfRange { dimension: 0, max }),
        ("c", max + 1, Error::DimensionOutOfRange { dimension: max + 1, max }),
        ("a", 2, Error::ScopeExists),
    ] {
        refused(&open(&mut host, &identity(1), name, dimension), error);
    }
    refused(&open(&mut host, &Caller::Nobody, "c", 2), Error::NoCaller);
    open(&mut host, &identity(2), &"x".repeat(64), max).returned::<()>();
    let scopes: Vec<Scope> = host.ask("scopes", &("b", 9u32));
    assert_eq!(scopes.iter().map(|it| it.dimension).collect::<Vec<_>>(), [3, max]);
    let asked = host.query("recall", &("c", bytes(&[1.0]), 1u32));
    assert_eq!(asked, Outcome::Failed(Error::ScopeUnknown.to_bytes()));
}

#[test]
fn every_rule_of_memories_has_its_answer() {
    let mut host = opened();
    remember(&mut host, 1, "a", &[], &[1.0, 0.0]).returned::<u8>();
    remember(&mut host, 2, "b", &[], &[1.0, 0.0, 0.0]).returned::<u8>();
    let many: Vec<u128> = (0..=SOURCES_MAX as u128).collect();
    let (size, max) = (many.len() as u64, SOURCES_MAX as u64);
    let cases: [(u128, &str, &[u128], Error); 8] = [
        (3, "c", &[], Error::ScopeUnknown),
        (1, "a", &[], Error::MemoryExists),
        (1, "b", &[], Error::MemoryExists),
        (3, "a", &many, Error::TooManySources { size, max }),
        (3, "a", &[1, 1], Error::SourcesNotAscending),
        (3, "a", &[2, 1], Error::SourcesNotAscending),
        (3, "a", &[1, 3], Error::SourceUnknown { id: 3 }),
        (3, "a", &[1, 2], Error::SourceInAnotherScope { id: 2 }),
    ];
    for (id, scope, sources, error) in cases {
        refused(&remember(&mut host, id, scope, sources, &[1.0, 0.0]), error);
    }
    let text = |size: usize| (4u128, "a", "x".repeat(size), Vec::<u128>::new(), bytes(&[1.0, 0.0]));
    let (size, max) = (TEXT_BYTES_MAX as u64 + 1, TEXT_BYTES_MAX as u64);
    let long = host.call(&identity(1), "remember", &text(TEXT_BYTES_MAX + 1));
    refused(&long, Error::TextTooLong { size, max });
    for stranger in [identity(2), Caller::Nobody] {
        refused(&host.call(&stranger, "remember", &text(1)), Error::NotTheOwner);
        refused(&host.call(&stranger, "forget", &(1u128,)), Error::NotTheOwner);
    }
    host.call(&identity(1), "remember", &text(TEXT_BYTES_MAX)).returned::<u8>();
    refused(&forget(&mut host, 9), Error::MemoryUnknown { id: 9 });
}

#[test]
fn a_derived_memory_is_one_deeper_than_its_sources() {
    let mut host = opened();
    for (id, sources, depth) in [(1, &[][..], 0), (2, &[1], 1), (3, &[], 0), (4, &[1, 2, 3], 2), (5, &[3], 1)]
    {
        assert_eq!(remember(&mut host, id, "a", sources, &[1.0, 0.0]).returned::<u8>(), depth, "{id}");
    }
    assert_eq!(host.ask::<Vec<u128>>("derived", &(1u128, None::<u128>, 9u32)), [2, 4]);
    assert_eq!(host.ask::<Vec<u128>>("derived", &(1u128, Some(3u128), 9u32)), [4]);
    refused(&forget(&mut host, 3), Error::SourceOfAnother { by: 4 });
    forget(&mut host, 4).returned::<()>();
    refused(&forget(&mut host, 3), Error::SourceOfAnother { by: 5 });
    forget(&mut host, 5).returned::<()>();
    forget(&mut host, 3).returned::<()>();
    assert_eq!(memory(&host, 3), None);
}

#[test]
fn derivation_ends_at_a_depth() {
    let mut host = opened();
    for depth in 0..=DEPTH_MAX {
        let source = depth.checked_sub(1).map(u128::from);
        let reply = remember(&mut host, depth.into(), "a", source.as_slice(), &[1.0, 0.0]);
        assert_eq!(reply.returned::<u8>(), depth);
    }
    let deeper = remember(&mut host, 99, "a", &[DEPTH_MAX.into()], &[1.0, 0.0]);
    refused(&deeper, Error::TooDeep { depth: DEPTH_MAX + 1, max: DEPTH_MAX });
}

#[test]
fn the_root_is_the_processors() {
    let mut random = Random(2);
    let edges =
        [0.0, f64::MIN_POSITIVE, f64::MAX, 1.0, 1.0f64.next_down(), 1.0f64.next_up(), 2.0, 4.0, 1e-90];
    for square in edges {
        assert_eq!(root(square), square.sqrt(), "{square}");
    }
    for _ in 0..1_000_000 {
        // Any normal positive number: of each exponent alike.
        let square = f64::from_bits((1 + random.below(2_046)) << 52 | random.below(1 << 52));
        assert_eq!(root(square).to_bits(), square.sqrt().to_bits(), "{square}");
        // A square, and the numbers next to it.
        let side = f64::from_bits(1_023 << 52 | random.below(1 << 52));
        for square in [side * side, (side * side).next_up(), (side * side).next_down()] {
            assert_eq!(root(square).to_bits(), square.sqrt().to_bits(), "{square}");
        }
    }
}

/// What the program is held to: everything in plain maps, found by looking at all of it.
#[derive(Default)]
struct Model {
    memories: BTreeMap<u128, (usize, Vec<u128>, u8, [f32; 2])>,
}

impl Model {
    fn remember(&mut self, id: u128, scope: usize, sources: &[u128], vector: [f32; 2]) -> bool {
        let depths: Option<Vec<u8>> = sources
            .iter()
            .map(|source| self.memories.get(source).filter(|it| it.0 == scope).map(|it| it.2 + 1))
            .collect();
        let Some(depth) = depths.map(|depths| depths.into_iter().max().unwrap_or(0)) else { return false };
        let is_good = !self.memories.contains_key(&id) && depth <= DEPTH_MAX && vector != [0.0, 0.0];
        if is_good {
            self.memories.insert(id, (scope, sources.to_vec(), depth, vector));
        }
        is_good
    }

    fn forget(&mut self, id: u128) -> bool {
        let is_good = self.memories.contains_key(&id) && !self.memories.values().any(|it| it.1.contains(&id));
        if is_good {
            self.memories.remove(&id);
        }
        is_good
    }

    /// Ids by angle to an axis, with whole numbers: all vectors are of one length.
    fn nearest(&self, scope: usize, question: [f32; 2]) -> Vec<u128> {
        let product = |it: [f32; 2]| (it[0] * question[0] + it[1] * question[1]) as i64;
        let mut of_scope: Vec<(i64, u128)> = self
            .memories
            .iter()
            .filter(|(_, it)| it.0 == scope)
            .map(|(id, it)| (-product(it.3), *id))
            .collect();
        of_scope.sort_unstable();
        of_scope.into_iter().map(|(_, id)| id).take(ANSWER_MAX as usize).collect()
    }
}

/// Twelve vectors of length 65 on the grid, no two of one direction, and none.
const GRID: [[f32; 2]; 13] = [
    [65.0, 0.0],
    [63.0, 16.0],
    [60.0, 25.0],
    [56.0, 33.0],
    [52.0, 39.0],
    [39.0, 52.0],
    [33.0, 56.0],
    [25.0, 60.0],
    [16.0, 63.0],
    [0.0, 65.0],
    [-65.0, 0.0],
    [0.0, -65.0],
    [0.0, 0.0],
];

#[test]
fn random_calls_come_to_what_a_plain_model_does() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let (mut host, mut model) = (host(), Model::default());
        for name in ["a", "b"] {
            host.call(&identity(1), "open", &(name, 2u32)).returned::<()>();
        }
        for _ in 0..150 {
            let (id, scope) = (u128::from(random.below(40)), random.below(2) as usize);
            let is_good = if random.below(3) == 0 {
                (forget(&mut host, id).outcome.is_returned(), model.forget(id))
            } else {
                let sources = (0..random.below(4)).map(|_| u128::from(random.below(40)));
                let sources = Vec::from_iter(BTreeSet::from_iter(sources));
                let vector = GRID[random.below(GRID.len() as u64) as usize];
                let reply = remember(&mut host, id, ["a", "b"][scope], &sources, &vector);
                (reply.outcome.is_returned(), model.remember(id, scope, &sources, vector))
            };
            assert_eq!(is_good.0, is_good.1, "seed {seed}");
        }
        audit(&host, &model);
    }
}

/// State and indexes say what the model says, and nothing more.
fn audit(host: &Host, model: &Model) {
    for (id, (scope, sources, depth, _)) in &model.memories {
        let kept = memory(host, *id).unwrap();
        assert_eq!((&kept.scope[..], &kept.sources, kept.depth), (["a", "b"][*scope], sources, *depth));
        let derived = model.memories.iter().filter(|(_, it)| it.1.contains(id)).map(|(derived, _)| *derived);
        assert_eq!(
            host.ask::<Vec<u128>>("derived", &(*id, None::<u128>, ANSWER_MAX)),
            Vec::from_iter(derived)
        );
    }
    let edges: usize = model.memories.values().map(|it| it.1.len()).sum();
    assert_eq!(host.state().count(), 2 + 2 * model.memories.len() + edges);
    let scopes: Vec<Scope> = host.ask("scopes", &("", 9u32));
    for (scope, kept) in scopes.iter().enumerate() {
        let here = model.memories.values().filter(|it| it.0 == scope).count();
        assert_eq!(kept.memories, here as u64);
        for question in GRID.iter().filter(|it| it.contains(&65.0) || it.contains(&-65.0)) {
            let found: Vec<u128> =
                recall(host, &kept.name, question, ANSWER_MAX).iter().map(|it| it.id).collect();
            assert_eq!(found, model.nearest(scope, *question));
        }
    }
}

#[test]
fn the_pinned_wasm_has_this_interface() {
    const INTERFACE: &Interface = <Program as guest_sdk::Program>::INTERFACE;
    const BYTES: [u8; encoded_len(INTERFACE)] = encode(INTERFACE);
    let section = [SECTION.as_bytes(), &BYTES].concat();
    assert!(WASM.windows(section.len()).any(|window| window == section));
}
