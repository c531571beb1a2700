//! What the code makes of a vector: the fields and the digest of its object, or the number of the rule that
//! it breaks. Every object that decodes is written again, as the same bytes.

use crate::show::Show;
use crate::vector::{Vector, Verdict, hex, unhex};
use abi::call::{Call, SignedCall};
use abi::codec::{Bytes, Decode, Encode, dynamic};
use abi::diff::Diff;
use abi::effect::{Effect, Event, Message};
use abi::genesis::Genesis;
use abi::hash::{EVENT, KINDS, Kind, MESSAGE};
use abi::merkle::{list_root, root};
use abi::record::Record;
use abi::sign::{PublicKey, Signature};
use abi::{Coded, Hash};
use journal::{
    Block, Chain, Commitment, Head, Header, History, Issuer, Link, Note, NoteError, Start, appointed,
};
use serde_json::{Value, json};
use state::{KeysProof, RangeProof, View, Witness};
use verify::{Anchor, Execution, Plan, Report};

/// The fields of a valid object and its digest; or the number of the rule that it breaks.
pub type Judged = Result<(Value, Option<Hash>), u16>;

/// The number of a signature that is not what it should be, where no error of the code has it: a call that
/// does not prove its caller.
const CALL_PROOF: u16 = 2122;

/// What the code makes of a vector.
pub fn verdict(vector: &Vector) -> Verdict {
    match judge(vector.kind(), &vector.bytes, &Context(&vector.context)) {
        Ok((fields, digest)) => Verdict::Valid { fields, digest: digest.map(|digest| digest.to_string()) },
        Err(code) => Verdict::Invalid(code),
    }
}

/// What a judge is given beside the bytes.
pub struct Context<'a>(pub &'a Value);

impl Context<'_> {
    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("the context has {name}"))
    }

    fn number(&self, name: &str) -> u64 {
        self.0[name].as_u64().unwrap_or_else(|| panic!("the context has {name}"))
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        unhex(self.text(name))
    }

    fn hash(&self, name: &str) -> Hash {
        self.text(name).parse().unwrap()
    }

    fn object<T: Decode>(&self, name: &str) -> T {
        T::from_bytes(&self.bytes(name)).unwrap()
    }

    fn kind(&self) -> Kind {
        *KINDS.iter().find(|kind| kind.context == self.text("context")).unwrap()
    }
}

/// The object of `bytes`, which is written again as the same bytes.
fn decoded<T: Decode + Encode>(bytes: &[u8]) -> Result<T, u16> {
    let object = T::from_bytes(bytes).map_err(|error| error.code())?;
    assert_eq!(hex(&object.to_bytes()), hex(bytes), "what is decoded is written as the same bytes");
    Ok(object)
}

/// What `kind` of object `bytes` are.
pub fn judge(kind: &str, bytes: &[u8], context: &Context<'_>) -> Judged {
    match kind {
        "value" => value(bytes),
        "hash" => Ok((Value::Null, Some(hash(bytes, context)))),
        "list" => Ok((Value::Null, Some(list(bytes, context)))),
        "signed-message" => signed_message(bytes, context),
        "genesis" => {
            let genesis = decoded::<Genesis>(bytes)?;
            genesis.check().map_err(|error| error.code())?;
            Ok((genesis.show(), Some(genesis.id())))
        }
        "call" => decoded::<Call>(bytes).map(|call| (call_fields(&call), Some(call.digest()))),
        "signed-call" => {
            let call = decoded::<SignedCall>(bytes)?;
            let digest = call.call.digest();
            if call.proves_caller(&digest) { Ok((call.show(), Some(digest))) } else { Err(CALL_PROOF) }
        }
        "diff" => decoded::<Diff>(bytes).map(|diff| (diff.show(), Some(diff.hash()))),
        "event" => decoded::<Event>(bytes).map(|event| (event.show(), salted(&EVENT, bytes, context))),
        "message" => decoded::<Message>(bytes).map(|m| (m.show(), salted(&MESSAGE, bytes, context))),
        "effect" => decoded::<Effect>(bytes).map(|effect| (effect.show(), Some(effect.hash()))),
        "record" => decoded::<Record>(bytes).map(|r| (r.show(), Some(History::leaf_hash(bytes)))),
        "header" => decoded::<Header>(bytes).map(|header| (header.show(), Some(header.hash()))),
        "block" => decoded::<Block>(bytes).map(|b| (block_fields(&b, context), Some(b.header.hash()))),
        "commitment" => commitment(bytes, context),
        "link" => link(bytes, context),
        "start" => start(bytes, context),
        "receipt" => reported(&verify::verify_receipt(bytes, &Anchor::Shard(context.hash("shard")))),
        "bundle" => reported(&bundle(bytes, &Anchor::Shard(context.hash("shard")))),
        "proof" => reported(&verify::verify_proof(bytes, &Anchor::Shard(context.hash("shard")))),
        "checkpoint" => reported(&verify::verify_checkpoint(bytes, &Anchor::Shard(context.hash("shard")))),
        "fork" => reported(&verify::verify_fork(bytes, &Anchor::Shard(context.hash("shard")))),
        "heads-fork" => {
            reported(&verify::verify_heads_fork(bytes, &Anchor::Key(PublicKey(context.hash("key").0))))
        }
        "note" => note(bytes, context),
        "keys-proof" => keys_proof(bytes, context),
        "range-proof" => range_proof(bytes, context),
        "witness" => witness(bytes, context),
        _ => panic!("no judge knows the kind {kind}"),
    }
}

/// What a verifier without an engine makes of a bundle.
pub fn bundle(bytes: &[u8], anchor: &Anchor) -> Report {
    verify::verify_bundle(bytes, anchor, &Plan::of(Execution::Off), &mut |_| ())
}

/// The facts of a report that are a file's own, whatever else a verifier comes to tell of it.
const FACTS: &[&str] = &[
    "shard",
    "origin",
    "writer",
    "seq",
    "height",
    "signed_height",
    "size",
    "records",
    "head",
    "root",
    "effect",
    "from",
    "to",
    "values",
];

/// What a verifier found, and no number if it is content.
fn reported(report: &Report) -> Judged {
    if report.verdict.code != 0 {
        return Err(report.verdict.code);
    }
    let report: Value = serde_json::from_str(&report.to_json().to_string()).unwrap();
    let found =
        FACTS.iter().filter_map(|fact| Some(((*fact).to_owned(), report["facts"].get(*fact)?.clone())));
    let facts = Value::Object(found.collect());
    Ok((facts, None))
}

/// A value of the canonical subset.
fn value(bytes: &[u8]) -> Judged {
    let checked = dynamic::check(bytes);
    let value = dynamic::decode(bytes);
    assert_eq!(checked, value.as_ref().map(|_| ()).map_err(|error| *error));
    let value = value.map_err(|error| error.code())?;
    assert_eq!(dynamic::encode(&value).unwrap(), bytes);
    Ok((Value::Null, None))
}

fn hash(bytes: &[u8], context: &Context<'_>) -> Hash {
    let kind = context.kind();
    if context.text("form") == "padded" { kind.hash_padded(bytes) } else { kind.hash(bytes) }
}

/// The root over leaves of 32 bytes.
fn list(bytes: &[u8], context: &Context<'_>) -> Hash {
    let leaves: Vec<Hash> = bytes.chunks_exact(32).map(|leaf| Hash(leaf.try_into().unwrap())).collect();
    match context.text("context") {
        "history" if leaves.is_empty() => History::empty_root(),
        "history" => root(History::node, &leaves),
        _ => list_root(&context.kind(), &leaves),
    }
}

/// The 78 bytes that are signed, and a signature.
fn signed_message(bytes: &[u8], context: &Context<'_>) -> Judged {
    let array = |name: &str| context.bytes(name).try_into().unwrap();
    let (key, signature) = (PublicKey(array("key")), context.bytes("signature").try_into().unwrap());
    if !key.verifies(bytes, &Signature(signature)) {
        return Err(CALL_PROOF);
    }
    Ok((json!({ "subject": bytes[13], "shard": hex(&bytes[14..46]), "digest": hex(&bytes[46..]) }), None))
}

fn salted(kind: &Kind, bytes: &[u8], context: &Context<'_>) -> Option<Hash> {
    Some(kind.hash_parts(&[&context.bytes("salt"), bytes]))
}

/// A call's fields, and the salts that follow from its own.
fn call_fields(call: &Call) -> Value {
    let mut fields = call.show();
    fields["output_salt"] = call.output_salt().show();
    fields["event_salts"] = [0, 1].map(|index| call.event_salt(index).show()).to_vec().into();
    fields["message_salts"] = [0, 1].map(|index| call.message_salt(index).show()).to_vec().into();
    fields
}

/// A block's header and diff, and the records that it stands for.
fn block_fields(block: &Block, context: &Context<'_>) -> Value {
    let records = block.records(context.hash("profile"));
    json!({
        "header": block.header.show(),
        "build": block.build,
        "records": records.iter().map(|record| Bytes(record.to_bytes()).show()).collect::<Vec<_>>(),
        "effects": records.iter().map(|record| record.effect.hash().show()).collect::<Vec<_>>(),
        "execution_root": journal::execution_root(&records).show(),
        "diff": if block.is_erased() { Value::Null } else { block.diff.show() },
    })
}

fn commitment(bytes: &[u8], context: &Context<'_>) -> Judged {
    let commitment = decoded::<Commitment>(bytes)?;
    let header: Header = context.object("header");
    let origin = context.text("origin").to_owned();
    let issuer = Issuer { origin, shard: context.hash("shard"), key: PublicKey(context.hash("key").0) };
    commitment.verify(&issuer, &header).map_err(|error| error.code())?;
    let fields = json!({ "height": commitment.height(), "size": commitment.size() });
    Ok((fields, Some(commitment.header_hash())))
}

fn link(bytes: &[u8], context: &Context<'_>) -> Judged {
    let (link, genesis): (Link, Genesis) = (decoded(bytes)?, context.object("genesis"));
    let links = [link];
    let said = appointed(&genesis, &links, context.number("size"), &context.hash("root"));
    let said = said.map_err(|error| error.code())?;
    Ok((json!({ "writer": said.writer.show(), "program": said.program.show() }), None))
}

fn start(bytes: &[u8], context: &Context<'_>) -> Judged {
    let start = decoded::<Start>(bytes)?;
    let chain = Chain::start(&context.object("genesis"), &start, state::empty_root());
    let chain = chain.map_err(|error| error.code())?;
    let said = json!({ "writer": chain.issuer().key.show(), "program": chain.program().show() });
    Ok((json!({ "header": start.header.show(), "peaks": start.peaks.show(), "said": said }), None))
}

/// A published head, by a key in its text form.
fn note(bytes: &[u8], context: &Context<'_>) -> Judged {
    let note = Note::parse(bytes).map_err(|error| error.code())?;
    assert_eq!(note.to_string().as_bytes(), bytes, "what is parsed is written as the same bytes");
    let key = context.text("key").parse().map_err(|error: NoteError| error.code())?;
    let note = note.verify(&[key]).map_err(|error| error.code())?;
    let head: Head = note.text().parse().map_err(|error: NoteError| error.code())?;
    Ok((json!({ "origin": head.origin, "size": head.size, "root": head.root.show() }), None))
}

fn keys_proof(bytes: &[u8], context: &Context<'_>) -> Judged {
    let proof = decoded::<KeysProof>(bytes)?;
    let proven = proof.verify(&context.hash("root")).map_err(|error| error.code())?;
    Ok((proven.iter().map(|(key, value)| json!([hex(key), value.as_deref().map(hex)])).collect(), None))
}

fn range_proof(bytes: &[u8], context: &Context<'_>) -> Judged {
    let proof = decoded::<RangeProof>(bytes)?;
    let entries = proof.verify(&context.hash("root")).map_err(|error| error.code())?;
    let entries: Vec<Value> = entries.iter().map(|(key, value)| json!([key.show(), value.show()])).collect();
    Ok((json!({ "from": proof.from.show(), "to": proof.to.show(), "entries": entries }), None))
}

/// What a witness shows of some keys, and the root after a diff.
fn witness(bytes: &[u8], context: &Context<'_>) -> Judged {
    let witness = decoded::<Witness>(bytes)?;
    let state = witness.open(&context.hash("root")).map_err(|error| error.code())?;
    let mut values = Vec::new();
    for key in context.0["reads"].as_array().unwrap() {
        let value = state.get(&unhex(key.as_str().unwrap())).map_err(|fault| fault.code())?;
        values.push(json!([key, value.as_deref().map(hex)]));
    }
    let after = state.root_after(&context.object("diff")).map_err(|fault| fault.code())?;
    Ok((values.into(), Some(after)))
}
