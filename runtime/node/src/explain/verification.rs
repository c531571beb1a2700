//! E6xxx: verdicts of a verifier that no rule of history or of a proof has a number for.

use super::{Explanation, explained};

pub(super) const TABLE: &[Explanation] = explained! {
    "E6001" => "the file is of another shard, or of another writer",
        "It may be right in itself, and is not about what you trust: its shard's id or writer's key differs \
        from yours.",
        "Check the id after `--shard` (or the key after `--key`); else you were given the wrong file.";
    "E6002" => "consistent, but not anchored",
        "All signatures and digests fit each other, and anybody can make a history that fits itself.",
        "Verify again with `--shard ID`: get the id from somewhere else than the file.";
    "E6003" => "the receipt carries no genesis",
        "The writer's key stands in the genesis, so the signature cannot be judged.",
        "Get the receipt from `foil receipt SEQ`, which puts the genesis beside it.";
    "E6004" => "the block comes without a witness",
        "The history begins in its middle, or was to be run on witnesses, and the state that this block starts \
        from is not known.",
        "Get a bundle from height 1, as `foil bundle` writes it, or one with `--witness`; `--no-execute` needs \
        neither.";
    "E6005" => "the last block is not certified",
        "The history is consistent, and the writer's signature over its end is missing: it could still deny \
        it.",
        "Export the bundle again; a node signs every block as soon as it is durable.";
    "E6006" => "the bundle ends early",
        "It holds fewer items than a bundle has: manifest, genesis, programs, blocks, trailer.",
        "Copy or fetch the file again, and compare its length with what `foil bundle` said.";
    "E6007" => "the proof's receipt is of an older block than its head",
        "The root beside it is then not the newest one, and an old state could be passed off as the present.",
        "Ask for the proof again: `foil state … --proof` uses the newest record.";
    "E6008" => "the bundle's programs are too large",
        "A verifier holds all programs in memory, and will not hold this much.",
        "Verify with `--no-execute`, which needs no program; re-execution needs a machine with a build for \
        it.";
    "E6009" => "the file cannot be read",
        "The operating system refused to open or read it.",
        "Check the path and its permissions; `-` reads standard input.";
    "E6010" => "the history does not lead to the checkpoint",
        "At the checkpoint's height stands another block than the one it was signed for: the file is of another \
        branch, and two signatures over one height prove a fork.",
        "Keep both. `foil diverge` finds where they part, and writes the proof.";
    "E6011" => "the history ends before the checkpoint",
        "Nothing after the checkpoint is there to be run, and whether it is on the way to it is not known.",
        "Get a longer bundle, or an older checkpoint.";
    "E6012" => "the shard's directory holds no genesis that can be read",
        "The file `genesis` does not decode.",
        "Restore it from a bundle or a receipt, which carry it; its hash is the shard's id.";
    "E6015" => "the query's answer is not judged",
        "The state that the query touches is proven; running the query takes an engine, which this verifier does \
        not have.",
        "Verify with `foil-verify`, which runs it again.";
    "E6014" => "the histories cannot be compared",
        "They are of two shards, or one of them does not begin at genesis.",
        "Compare bundles or directories of the same shard, each from its first block.";
    "E6013" => "the query was answered otherwise",
        "Run again on the proven state, the query came to another answer than the file says.",
        "Keep the file as evidence: whoever made it computed wrong, or lied.";
    "E6016" => "calls are erased without a decision",
        "Of some calls there are digests only, and no act of the shard's authority in this history says that \
        they are to be erased: it comes later, or somebody else has left them out.",
        "Get a longer bundle, which holds the decision. If the newest one does not, ask whoever made it for the \
        calls.";
};
