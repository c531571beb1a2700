use super::*;
use abi::Hash;
use proptest::prelude::*;

const ORIGIN: &str = "foil.example/shard/1";
const NOW_S: u64 = 1_700_000_000;

/// The log's records; `branch` is what makes another history of it from record `fork` on.
fn history(size: u64, fork: u64, branch: u8) -> History {
    let mut history = History::new();
    (0..size).for_each(|seq| history.push(&[seq.to_be_bytes()[7], if seq < fork { 0 } else { branch }]));
    history
}

fn log() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

fn witness() -> Witness {
    let key = Head::key(ORIGIN, log().public()).unwrap();
    Witness::new("witness.example", SecretKey::from_seed(&[2; 32]), vec![key]).unwrap()
}

fn head(history: &History, size: u64) -> Head {
    Head { origin: ORIGIN.into(), size, root: history.root_at(size).unwrap() }
}

/// The request to go from `old` to `size` of a history, signed by the log.
fn request(history: &History, old: u64, size: u64) -> Request {
    let proof = if old == 0 { Vec::new() } else { history.consistency(old, size).unwrap_or_default() };
    Request::new(old, proof, head(history, size).sign(&log()).unwrap()).unwrap()
}

/// A witness with its memory, which is read back from bytes before each request, as after a restart.
struct Kept {
    witness: Witness,
    stored: Option<Vec<u8>>,
}

impl Kept {
    fn new() -> Kept {
        Kept { witness: witness(), stored: None }
    }

    fn ask(&mut self, request: &Request) -> Decision {
        let read = Request::parse(request.to_string().as_bytes()).unwrap();
        assert_eq!(read, *request);
        let stored = self.stored.as_ref().map(|bytes| self.witness.restore(ORIGIN, bytes).unwrap());
        let decision = self.witness.decide(stored.as_ref(), &read, NOW_S);
        assert_eq!(
            decision.answer.is_ok(),
            decision.store.is_some(),
            "what is signed is stored, and no more"
        );
        if let Some(store) = &decision.store {
            self.stored = Some(store.to_string().into_bytes());
        }
        decision
    }

    fn refused(&mut self, request: &Request) -> Refusal {
        self.ask(request).answer.unwrap_err()
    }

    fn size(&self) -> u64 {
        let stored = self.stored.as_ref().map(|bytes| self.witness.restore(ORIGIN, bytes).unwrap());
        stored.map_or(0, |note| note.text().parse::<Head>().unwrap().size)
    }
}

#[test]
fn what_grows_is_cosigned() {
    let (history, mut kept) = (history(40, 99, 0), Kept::new());
    for (old, size) in [(0, 0), (0, 5), (5, 5), (5, 8), (8, 39), (39, 40)] {
        let request = request(&history, old, size);
        let line = kept.ask(&request).answer.unwrap();
        let cosigned = format!("{}{line}", request.note);
        let note = Note::parse(cosigned.as_bytes()).unwrap();
        let cosignature = note.verify(&[kept.witness.key().clone()]).unwrap();
        assert_eq!((cosignature.lines().len(), kept.size()), (1, size));
    }
}

/// Every pair of sizes, so that no proof is refused that must be accepted, and the stored root is what counts.
#[test]
fn from_any_size_to_any_other_and_never_to_another_history() {
    let (ours, other) = (history(33, 99, 0), history(33, 0, 1));
    for old in 1..=33 {
        let mut kept = Kept::new();
        kept.ask(&request(&ours, 0, old)).answer.unwrap();
        let before = kept.stored.clone();
        for size in old..=33 {
            kept.stored = before.clone();
            let expected = if size == old { Refusal::Fork(old) } else { Refusal::Proof };
            // A fork with a proof that is right about its own old root: the stored root is another one.
            assert_eq!(kept.refused(&request(&other, old, size)), expected);
            assert_eq!(kept.stored, before);
            assert!(kept.ask(&request(&ours, old, size)).answer.is_ok(), "{old} {size}");
        }
    }
}

#[test]
fn a_rollback_is_refused_with_the_stored_size() {
    let (history, mut kept) = (history(40, 99, 0), Kept::new());
    kept.ask(&request(&history, 0, 30)).answer.unwrap();
    for (old, size) in [(0, 20), (20, 20), (20, 40), (29, 30), (0, 30), (31, 40)] {
        let refusal = kept.refused(&request(&history, old, size));
        assert_eq!((refusal.status(), refusal.size()), (409, Some(30)), "{old} {size}");
    }
    assert_eq!(kept.refused(&request(&history, 30, 20)), Refusal::Order);
    assert_eq!((Refusal::Order.status(), kept.size()), (400, 30));
}

#[test]
fn a_fork_below_the_stored_size_has_no_proof() {
    let (ours, theirs, mut kept) = (history(40, 99, 0), history(40, 17, 1), Kept::new());
    kept.ask(&request(&ours, 0, 20)).answer.unwrap();
    for size in 21..=40 {
        assert_eq!(kept.refused(&request(&theirs, 20, size)).status(), 422);
    }
    // Where they have the same records still, one is as good as the other.
    let mut early = Kept::new();
    early.ask(&request(&ours, 0, 17)).answer.unwrap();
    assert!(early.ask(&request(&theirs, 17, 40)).answer.is_ok());
}

#[test]
fn two_heads_of_one_size_are_kept_as_evidence() {
    let (ours, theirs, mut kept) = (history(40, 99, 0), history(40, 17, 1), Kept::new());
    kept.ask(&request(&ours, 0, 20)).answer.unwrap();
    // Whatever else is wrong with the request: the log has signed it.
    for (old, status) in [(20, 409), (0, 409), (21, 400)] {
        let decision = kept.ask(&request(&theirs, old, 20));
        assert_eq!(decision.answer.unwrap_err().status(), status);
        let [(key, first), (_, second)] = decision.evidence.expect("both are signed").verify().unwrap();
        assert_eq!(key, Head::key(ORIGIN, log().public()).unwrap());
        assert_eq!((first.size, second.size), (20, 20));
        assert_ne!(first.root, second.root);
    }
    assert!(kept.ask(&request(&ours, 20, 20)).evidence.is_none());
    assert!(kept.ask(&request(&theirs, 20, 21)).evidence.is_none(), "a bad proof proves nothing");
}

#[test]
fn proofs_that_are_not_the_proof_are_refused() {
    let (history, mut kept) = (history(40, 99, 0), Kept::new());
    let right = request(&history, 13, 40);
    let first = request(&history, 0, 13);
    let padded = Request { proof: vec![Hash::ZERO], ..first.clone() };
    assert_eq!(kept.refused(&padded), Refusal::Proof, "from nothing, there is nothing to prove");
    kept.ask(&first).answer.unwrap();
    let mut wrong = vec![Vec::new(), [&right.proof[..], &[Hash::ZERO]].concat(), right.proof[1..].to_vec()];
    for (at, bit) in (0..right.proof.len()).flat_map(|at| (0..256).map(move |bit| (at, bit))) {
        let mut proof = right.proof.clone();
        proof[at].0[bit / 8] ^= 1 << (bit % 8);
        wrong.push(proof);
    }
    for proof in wrong {
        assert_eq!(kept.refused(&Request { proof, ..right.clone() }), Refusal::Proof);
    }
    assert!(kept.ask(&right).answer.is_ok());
}

#[test]
fn the_empty_tree_has_one_root() {
    let mut kept = Kept::new();
    let wrong = Head { root: Hash([7; 32]), ..head(&History::new(), 0) };
    let request = Request::new(0, Vec::new(), wrong.sign(&log()).unwrap()).unwrap();
    assert_eq!((kept.refused(&request), kept.stored), (Refusal::Fork(0), None));
}

#[test]
fn who_is_unknown_gets_nothing() {
    let (history, mut kept) = (history(9, 99, 0), Kept::new());
    let stranger = Head { origin: "foil.example/shard/2".into(), ..head(&history, 9) };
    let request = |note| Request::new(0, Vec::new(), note).unwrap();
    assert_eq!(kept.refused(&request(stranger.sign(&log()).unwrap())).status(), 404);
    let forged = head(&history, 9).sign(&SecretKey::from_seed(&[3; 32])).unwrap();
    assert_eq!(kept.refused(&request(forged.clone())), Refusal::Untrusted(NoteError::Unsigned));
    // With the log's own line, but over another text.
    let line = head(&history, 8).sign(&log()).unwrap().lines()[0].clone();
    let refusal = kept.refused(&request(forged.clone().with(line).unwrap()));
    assert_eq!(refusal, Refusal::Untrusted(NoteError::Signature(ORIGIN.into())));
    assert_eq!(refusal.status(), 403);
    // Others' signatures beside the log's are ignored, and not kept.
    let note = head(&history, 9).sign(&log()).unwrap().with(forged.lines()[0].clone()).unwrap();
    let stored = kept.ask(&request(note)).store.unwrap();
    assert_eq!(stored.lines().len(), 2, "the log's and the witness's own");
}

#[test]
fn a_witness_is_not_the_log_and_knows_its_own_memory() {
    let key = Head::key(ORIGIN, log().public()).unwrap();
    let own = Witness::new("witness.example", log(), vec![key.clone()]);
    assert!(matches!(own.err(), Some(NoteError::Key(_))));
    let cosigner = NoteKey::new(ORIGIN, Scheme::Cosignature, log().public()).unwrap();
    assert!(Witness::new("witness.example", SecretKey::from_seed(&[2; 32]), vec![cosigner]).is_err());
    let mut kept = Kept::new();
    kept.ask(&request(&history(9, 99, 0), 0, 9)).answer.unwrap();
    let stored = kept.stored.unwrap();
    assert!(kept.witness.restore("foil.example/shard/2", &stored).is_err());
    let other = Witness::new("witness.example", SecretKey::from_seed(&[4; 32]), vec![key]).unwrap();
    assert!(other.restore(ORIGIN, &stored).is_err(), "another witness's memory");
    for bit in 0..stored.len() * 8 {
        let mut flipped = stored.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(kept.witness.restore(ORIGIN, &flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn what_is_no_request_is_malformed() {
    let body = request(&history(9, 99, 0), 5, 9).to_string();
    assert!(Request::parse(body.as_bytes()).is_ok());
    let hash = body.split('\n').nth(1).unwrap();
    for bad in [
        String::new(),
        "old 5\n".into(),
        body.replace("old 5", "old 05"),
        body.replace("old 5", "old  5"),
        body.replace("old 5", "old -5"),
        body.replace("old 5", "Old 5"),
        body.replace("old 5\n", ""),
        body.replace("old 5", "old 18446744073709551616"),
        body.replace(hash, &hash[..40]),
        body.replace(hash, &format!("{hash} ")),
        body.replace(hash, &format!("{hash}\r")),
        body.replace("\n\nfoil", "\nfoil"),
        body.replace("\n9\n", "\n09\n"),
        body.replace("\n9\n", "\n9\n\n"),
        format!("{body}\n"),
        body.trim_end().into(),
        body.replace(&format!("{hash}\n"), &format!("{hash}\n").repeat(64)),
        format!("{body}{}", " ".repeat(Request::BYTES_MAX)),
    ] {
        let refusal = Request::parse(bad.as_bytes()).expect_err(&bad);
        assert_eq!(refusal.status(), 400, "{bad}");
    }
    let most = body.replace(&format!("{hash}\n"), &format!("{hash}\n").repeat(59));
    assert_eq!(Request::parse(most.as_bytes()).unwrap().proof.len(), 63);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_a_request_in_one_form_or_none(body in "(old [0-9]{1,3}\n)?([A-Za-z+/=]{44}\n){0,2}\n?[ -~\n]{0,40}") {
        if let Ok(request) = Request::parse(body.as_bytes()) {
            prop_assert_eq!(request.to_string(), body);
        }
    }

    /// Whatever is asked in whatever order: no two cosigned heads are of two histories, and sizes only grow.
    #[test]
    fn cosigned_heads_are_one_history(asked in prop::collection::vec((0u64..20, 0u64..20, 0u8..2, any::<bool>()), 1..40)) {
        let histories = [history(20, 7, 0), history(20, 7, 1)];
        let (mut kept, mut branch, mut last) = (Kept::new(), None, 0);
        for (old, size, of, right) in asked {
            let old = if right { kept.size() } else { old };
            let decision = kept.ask(&request(&histories[usize::from(of)], old, size));
            if decision.answer.is_ok() {
                prop_assert!(size >= last);
                last = size;
                if size > 7 {
                    prop_assert_eq!(*branch.get_or_insert(of), of);
                }
            }
        }
    }
}
