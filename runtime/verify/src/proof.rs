//! Values proven against a root that a receipt binds.

use crate::anchor::Anchor;
use crate::exit::Exit;
use crate::receipt;
use crate::report::{Report, Verdict};
use abi::Coded;
use abi::call::Caller;
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Reason, Writer};
use abi::record::Record;
use journal::ReceiptFile;
use serde_json::{Value, json};
use state::{KeysProof, RangeProof, Witness};

const NAME: &str = "counterfoil proof";

/// A proof file: the receipt of a record, and a proof of state against the root after its block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProofFile {
    /// The receipt, with the genesis.
    pub receipt: ReceiptFile,
    /// What is proven.
    pub claim: Claim,
}

/// What a proof file claims.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// The values of some keys, or their absence.
    Keys(KeysProof),
    /// All entries of a range.
    Range(RangeProof),
    /// The answer to a query.
    Query(Box<QueryProof>),
}

/// A query, its answer, and all that it takes to run it again.
///
/// Canonical bytes: `[caller, method, args, fuel limit, program's wasm, outcome, output, witness]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryProof {
    /// Who asked.
    pub caller: Caller,
    /// The query.
    pub method: String,
    /// Its arguments: canonical CBOR.
    pub args: Bytes,
    /// The most fuel it could use.
    pub fuel_max: u64,
    /// The program that serves in the proven state: its raw wasm.
    pub program: Bytes,
    /// The answer: an outcome's code.
    pub outcome: u8,
    /// The answer's bytes.
    pub output: Bytes,
    /// What of the state the query touches.
    pub witness: Witness,
}

abi::canonical_array!(QueryProof { caller, method, args, fuel_max, program, outcome, output, witness });

impl Encode for ProofFile {
    /// `["counterfoil proof", version, receipt file, kind, proof]`.
    fn encode(&self, w: &mut Writer) {
        w.array(5);
        w.text(NAME);
        abi::VERSION.encode(w);
        w.bytes(&self.receipt.to_bytes());
        match &self.claim {
            Claim::Keys(proof) => (w.unsigned(0), proof.encode(w)),
            Claim::Range(proof) => (w.unsigned(1), proof.encode(w)),
            Claim::Query(proof) => (w.unsigned(2), proof.encode(w)),
        };
    }
}

impl Decode for ProofFile {
    fn decode(r: &mut Reader<'_>) -> Result<ProofFile, Error> {
        let start = r.offset();
        r.array_of(5)?;
        if r.text()? != NAME {
            return Err(r.error(start, Reason::Unknown));
        }
        r.version()?;
        let receipt = ReceiptFile::from_bytes(&Bytes::decode(r)?)?;
        let claim = match r.unsigned()? {
            0 => Claim::Keys(KeysProof::decode(r)?),
            1 => Claim::Range(RangeProof::decode(r)?),
            2 => Claim::Query(Box::new(QueryProof::decode(r)?)),
            _ => return Err(r.error(start, Reason::Unknown)),
        };
        Ok(ProofFile { receipt, claim })
    }
}

/// Verifies a proof file: its receipt, and its claim against the root after the receipt's block.
pub fn verify_proof(bytes: &[u8], anchor: &Anchor) -> Report {
    let mut report = Report::new("proof");
    let file = match ProofFile::from_bytes(bytes) {
        Ok(file) => file,
        Err(error) => return receipt::malformed(report, &error),
    };
    let (record, committed) = match receipt::check(&mut report, &file.receipt, anchor) {
        Ok(checked) => checked,
        Err(verdict) => return report.end(verdict),
    };
    // A record of an older block would have an older root stand beside a newer head.
    let placement = &record.placement;
    if placement.height != committed.height {
        let reason = "the receipt's record is of an older block than its head, so its root is not the newest";
        return report.end(Verdict::new(Exit::Invalid, 6007, reason));
    }
    let root = placement.root_after;
    report.unchecked.push("execution");
    report.fact("root", root.to_string());
    let values = match &file.claim {
        Claim::Query(proof) => {
            return match query(&mut report, proof, &record) {
                Ok(()) => receipt::conclude(report, anchor),
                Err(verdict) => report.end(verdict),
            };
        }
        Claim::Keys(proof) => proof
            .verify(&root)
            .map(|values| values.iter().map(|(key, value)| entry(key, value.as_deref())).collect::<Vec<_>>()),
        Claim::Range(proof) => proof
            .verify(&root)
            .map(|entries| entries.iter().map(|(key, value)| entry(key, Some(value))).collect()),
    };
    let values = match values {
        Ok(values) => values,
        Err(error) => return report.end(Verdict::new(Exit::Invalid, error.code(), error.to_string())),
    };
    if let Claim::Range(proof) = &file.claim {
        report.fact("from", hex(&proof.from));
        report.fact("to", proof.to.as_ref().map(|to| hex(to)));
        report.checked.push("completeness of the range");
    }
    report.fact("entries", values.len());
    report.fact("values", values);
    report.checked.push("values against the root");
    receipt::conclude(report, anchor)
}

/// Runs a query again on the state that is proven to be the record's.
fn query(report: &mut Report, proof: &QueryProof, record: &Record) -> Result<(), Verdict> {
    let invalid = |code, reason: String| Verdict::new(Exit::Invalid, code, reason);
    let state = proof.witness.clone().open(&record.placement.root_after);
    let state = state.map_err(|error| invalid(error.code(), error.to_string()))?;
    report.checked.push("the state that the query touches, against the root");
    report.fact("method", proof.method.clone());
    report.fact("args", hex(&proof.args));
    report.fact("outcome", proof.outcome);
    report.fact("output", hex(&proof.output));
    #[cfg(feature = "execute")]
    {
        let found = crate::execute::answer(proof, record, state)?;
        if (found.code(), found.output()) != (proof.outcome, &*proof.output) {
            let reason = format!("the query came to something else: outcome={}", found.code());
            return Err(Verdict::new(Exit::Diverged, 6013, reason));
        }
        report.checked.push("the query, run again");
        Ok(())
    }
    #[cfg(not(feature = "execute"))]
    {
        let _ = state;
        let reason = "the state is proven, and this verifier runs no query: the answer is not judged";
        Err(Verdict::new(Exit::CannotJudge, 6015, reason))
    }
}

fn entry(key: &[u8], value: Option<&[u8]>) -> Value {
    json!({ "key": hex(key), "value": value.map(hex) })
}

/// Bytes as hexadecimal text.
pub fn hex(bytes: &[u8]) -> String {
    format!("{:?}", Bytes::from(bytes))
}
