//! E20xx to E23xx: why a history, a receipt or a bundle is not valid.

use super::proofs::ANOTHER_SNAPSHOT;
use super::{Explanation, explained};

/// The same for every rule that only a writer can break.
const EVIDENCE: &str = "Fetch the file again. If it stays so and the writer's signature over it holds, the \
    writer broke the rule: keep the file, it is the evidence.";
/// The same for everything that a copy can do to a bundle.
const COPY_AGAIN: &str = "Copy or fetch the bundle again; if it stays so, have it exported again with `foil \
    bundle`.";
/// The same for what is signed about something else.
const RIGHT_RECEIPT: &str = "Check that receipt and shard belong together, and fetch the receipt again with \
    `foil receipt SEQ`.";

/// E20xx: receipts and commitments.
pub(super) const RECEIPTS: &[Explanation] = explained! {
    "E2001" => "the record of the receipt is malformed",
        "The bytes that the signature is about do not decode as a record.", RIGHT_RECEIPT;
    "E2002" => "the signature's envelope is malformed",
        "It is no COSE_Sign1 in the one form that is signed here.", RIGHT_RECEIPT;
    "E2003" => "the receipt holds no proof of inclusion",
        "It is the commitment over a head alone, which says nothing about one record.", RIGHT_RECEIPT;
    "E2004" => "the record is of another version",
        "Another build wrote it.",
        "Verify with a build of that version.";
    "E2005" => "another key signed",
        "The signature names another key than the shard's writer.", RIGHT_RECEIPT;
    "E2006" => "another origin is named",
        "The signature is for a shard of another name.", RIGHT_RECEIPT;
    "E2007" => "another shard is named",
        "The signature is for another shard.", RIGHT_RECEIPT;
    "E2008" => "the proof is of another tree size than the signed one",
        "Path and signature were taken from different moments of the history.", RIGHT_RECEIPT;
    "E2009" => "the proof is of another place than the record's",
        "The record says which seq it has, and the path leads to another leaf.", RIGHT_RECEIPT;
    "E2010" => "the record's block is above the signed height",
        "The signature covers an earlier end of history, in which this record cannot be.", RIGHT_RECEIPT;
    "E2011" => "the path does not fit its place in the tree",
        "It has too few or too many hashes for this leaf and this size.", RIGHT_RECEIPT;
    "E2012" => "the signature does not verify",
        "The key did not sign this root: the record, the path or the signature was changed.",
        "Do not believe the record. Fetch the receipt again; the writer can always make it from its journal.";
    "E2013" => "the commitment is about another block",
        "Beside a block stands the signature over another one.", EVIDENCE;
    "E2014" => "the genesis is another shard's",
        "It does not hash to the shard's id.", RIGHT_RECEIPT;
    "E2015" => "the genesis of the receipt breaks a rule",
        "No shard can be born with it; see E1201.", RIGHT_RECEIPT;
    "E2016" => "the file holds no genesis",
        "The shard's id alone names no key by which a signature could be checked.",
        "Verify with the writer's key, or fetch the receipt with its genesis.";
    "E2017" => "the authority chain does not hold",
        "A link that should show how the authority appointed the writer is no act of enough of its keys, is \
        not in this history, or is out of order.", RIGHT_RECEIPT;
};

/// E21xx: the rules of history.
pub(super) const RULES: &[Explanation] = explained! {
    "E2101" => "the genesis is not valid",
        "No shard can be born with it; see E1201.", EVIDENCE;
    "E2102" => "the profile is unknown",
        "The genesis names rules of execution that this build does not know, so it cannot judge.",
        "Verify with a build that knows the profile.";
    "E2103" => "the block is of another version",
        "Another build wrote it.",
        "Verify with a build of that version.";
    "E2104" => "the block is another shard's",
        "Its header names another shard than the genesis.", EVIDENCE;
    "E2105" => "the height is not the next one",
        "A block is missing, twice there, or out of order.", EVIDENCE;
    "E2106" => "the previous header's hash differs",
        "Each header names the one before it; here the chain is broken: one of the two was changed.",
        EVIDENCE;
    "E2107" => "the epoch fell",
        "The fencing term of writers only rises, so that an old writer cannot go on.", EVIDENCE;
    "E2108" => "the first seq is not the next one",
        "Records are missing between two blocks, or counted twice.", EVIDENCE;
    "E2109" => "the block holds no calls",
        "There are no empty blocks.", EVIDENCE;
    "E2110" => "the count is not the number of calls",
        "The header says another number than the block holds.", EVIDENCE;
    "E2111" => "the state root before the block is not the last one",
        "State changed between two blocks, where nothing may change it.", EVIDENCE;
    "E2112" => "the history size is not that of its records",
        "It is first seq and count together, always.", EVIDENCE;
    "E2113" => "the history root is not that of its records",
        "A record was changed, left out or added after the head was computed.", EVIDENCE;
    "E2114" => "the execution root is not that of its effects",
        "An effect in the block is not the one signed.", EVIDENCE;
    "E2115" => "the diff's digest is not that of the diff",
        "The writes of the block were changed.", EVIDENCE;
    "E2116" => "the only call's diff is not the block's",
        "With one call, both are the same writes.", EVIDENCE;
    "E2117" => "the block's time is not its last call's",
        "A block has no time of its own.", EVIDENCE;
    "E2118" => "logical time fell",
        "A call has an earlier time than the one before it.", EVIDENCE;
    "E2119" => "logical time made too great a step",
        "Between two calls it moves by the genesis's jump at most.", EVIDENCE;
    "E2120" => "the call is of another version",
        "Another build wrote it.",
        "Verify with a build of that version.";
    "E2121" => "the call is another shard's",
        "A call for one shard was put into the history of another.", EVIDENCE;
    "E2122" => "the call does not prove its caller",
        "The signature is not the caller's over this call: a byte of it was changed, or somebody made it \
        up.", EVIDENCE;
    "E2123" => "the idempotency key had expired",
        "The call was made after its key had died.", EVIDENCE;
    "E2124" => "the idempotency key outlives the window",
        "It would be forgotten while it lives.", EVIDENCE;
    "E2125" => "the idempotency key was used twice while live",
        "One call was made twice, or two had one key.", EVIDENCE;
    "E2126" => "over the limit",
        "Something of a call or block is longer or more than its limit.", EVIDENCE;
    "E2127" => "too few of the authority's keys signed",
        "An act needs as many as the threshold says.", EVIDENCE;
    "E2128" => "authority signs system calls only",
        "Its signatures stand under a call that is no act.", EVIDENCE;
    "E2129" => "history begins with a deploy",
        "Before the first deploy there is nothing that could run.", EVIDENCE;
    "E2130" => "not the program that was deployed last",
        "A call ran on a program that did not serve.", EVIDENCE;
    "E2131" => "not the program that the call is meant for",
        "The caller named another program than ran.", EVIDENCE;
    "E2132" => "a call that did not return has writes, events or messages",
        "A failed or trapped call changes nothing.", EVIDENCE;
    "E2133" => "more fuel than allowed",
        "The record says more than the call's limit, or than any call may have.", EVIDENCE;
    "E2134" => "there is no block to commit to",
        "A commitment stands where no block is yet.", EVIDENCE;
    "E2135" => "the call is no act of the system program",
        "The shard's authority signed it, and no rule says what it does.", EVIDENCE;
    "E2136" => "the start's frontier is not that of its header",
        "A bundle that begins in the middle of a history brings the edge of the history tree, and its root is \
        not the one that the header names.", EVIDENCE;
    "E2137" => "a revert is not alone in its block",
        "A revert ends at the root of an earlier block, which only a block of its own can.", EVIDENCE;
    "E2138" => "the revert does not lead to the state after the block it names",
        "Its output has to prove, by a record of that block, which root the state had, and its own block has to end \
        with that root.", EVIDENCE;
    "E2139" => "a change of profile is not alone in its block",
        "All records of a block are made under one profile.", EVIDENCE;
    "E2140" => "the profile is set to the one in force",
        "A profile is only ever set to a newer one.", EVIDENCE;
    "E2141" => "only an upgrade calls `migrate`",
        "From profile 2 on a program's `migrate` is run by acts of the authority alone, and a call of it stands in \
        history.", EVIDENCE;
    "E2142" => "the call to erase is not before this one",
        "The act names a place in history that is its own or comes later.", EVIDENCE;
    "E2143" => "the block to prune to is not before this one",
        "The act names its own block or one that comes later.", EVIDENCE;
    "E2144" => "an act of the authority is erased",
        "Acts appoint writers and programs, and everybody has to read them: their arguments are never erased.",
        EVIDENCE;
};

/// E22xx and E23xx: bundles as files.
pub(super) const BUNDLES: &[Explanation] = explained! {
    "E2201" => "an item of the bundle is malformed",
        "Its bytes do not decode; the reason is that of an E10xx.", COPY_AGAIN;
    "E2202" => "not an item that can come next",
        "Manifest, genesis, programs, blocks and trailer come in this order.", COPY_AGAIN;
    "E2203" => "the item is too long",
        "It says more bytes than an item of its kind may have.", COPY_AGAIN;
    "E2204" => "the bundle ends too early",
        "The file was cut, or is still being written.", COPY_AGAIN;
    "E2205" => "the genesis is not of the manifest's shard",
        "Parts of two bundles were put together.", COPY_AGAIN;
    "E2206" => "the manifest's range is empty or starts at 0",
        "Blocks are counted from 1.", COPY_AGAIN;
    "E2207" => "not the next block of the manifest's range",
        "A block is missing or out of order.", COPY_AGAIN;
    "E2208" => "the commitment beside a block is another block's",
        "Parts of two bundles were put together.", COPY_AGAIN;
    "E2209" => "the trailer names another head than the last block",
        "Blocks were cut off or added.", COPY_AGAIN;
    "E2210" => "the trailer's digest is not that of the bundle",
        "A byte before the trailer was changed.", COPY_AGAIN;
    "E2211" => "bytes follow the trailer",
        "Something was appended to the file.", COPY_AGAIN;
    "E2301" => "the bundle cannot be read on",
        "The operating system failed in the middle of it; nothing is said about its content.",
        "Mend the disk or the pipe it comes from, and verify again.";
};

/// E25xx: what is no fork.
pub(super) const FORKS: &[Explanation] = explained! {
    "E2501" => "both sides of the fork are one header",
        "Evidence that names an item twice is none.",
        "Two different headers of one height or size are needed, each with its commitment.";
    "E2502" => "the sides of the fork can both be true",
        "They are of different heights and sizes: one history may hold both.",
        "Find the height at which they part: `foil diverge` does.";
};

/// E27xx: the manifests of snapshots.
pub(super) const SNAPSHOTS: &[Explanation] = explained! {
    "E2701" => "the manifest of a snapshot is malformed",
        "Its bytes do not decode; the reason is that of an E10xx.", ANOTHER_SNAPSHOT;
    "E2702" => "the snapshot is of another shard",
        "Its genesis hashes to another id: files of two shards were mixed up.",
        "Put each shard's snapshots back under its own id.";
    "E2703" => "another node took the snapshot",
        "Which idempotency keys are live is the word of the node that took it, and a node believes its own.",
        "Restore from a snapshot of this node; the journal alone rebuilds the store, too.";
    "E2704" => "the checkpoint of the snapshot does not hold",
        "The shard's writer has not signed this height, head and root; the reason is that of an E20xx.",
        ANOTHER_SNAPSHOT;
    "E2705" => "the frontier of the snapshot is not that of its checkpoint",
        "The peaks of its history tree lead to another root than the one that is signed.", ANOTHER_SNAPSHOT;
    "E2706" => "the live keys of the snapshot are those of no window",
        "They are out of order, have expired, or were used by a call that is not in its history.",
        ANOTHER_SNAPSHOT;
    "E2707" => "a chunk of the snapshot is over its limits",
        "The manifest names one that is empty or too large, or too many.", ANOTHER_SNAPSHOT;
    "E2708" => "the signature of the manifest does not verify",
        "The node did not sign these bytes: something in the manifest was changed.", ANOTHER_SNAPSHOT;
};
