//! E3xxx: why a proof about the state is refused.

use super::{Explanation, explained};

/// A proof is cheap to make again.
const ASK_AGAIN: &str = "Ask for the proof again. If the same node makes it so twice, the node or its build \
    is wrong: keep the file as evidence.";

/// A snapshot is one of several, and the journal has it all.
pub(super) const ANOTHER_SNAPSHOT: &str = "Use another snapshot (`foil snapshot list`), or none: the journal \
    alone rebuilds the store. Take a new one, and look at the disk that changed this one.";

pub(super) const TABLE: &[Explanation] = explained! {
    "E3001" => "the keys of a proof are not in order",
        "Keys ascend strictly in a proof, so that none can be there twice or be hidden.", ASK_AGAIN;
    "E3002" => "a key on the wrong side of the range",
        "An entry lies outside the range that the proof is about, or a neighbour inside of it.", ASK_AGAIN;
    "E3003" => "the pruned trie is malformed",
        "The part of the tree in the proof ends early, goes on, is too deep, or is not the smallest one.",
        ASK_AGAIN;
    "E3004" => "a path that does not bear out the claim",
        "The path of a key ends elsewhere than where its value, or its absence, would need it to end.",
        "Do not believe the value. Ask for the proof again, of another node if there is one.";
    "E3005" => "the proof of another root",
        "All is well-formed, and leads to another state than the one that the receipt vouches for: an older \
        or a newer one, or a changed value.",
        "Ask for proof and receipt together (`foil state … --proof`); one that was made as one file always \
        fits.";
    "E3006" => "keys of a witness that are not linked",
        "A key of which no leaf is shown has to be the next one of the key before it; and that it is has one \
        form.", ASK_AGAIN;
    "E3101" => "a chunk of a snapshot has other bytes than its name says",
        "A chunk's name is the digest of its bytes, and these were changed, cut or swapped.", ANOTHER_SNAPSHOT;
    "E3102" => "a chunk of a snapshot is malformed",
        "Its bytes have the digest that its name says, and are no list of entries: whoever wrote it was wrong.",
        ANOTHER_SNAPSHOT;
    "E3103" => "the chunks of a snapshot are not in order",
        "Keys ascend strictly from chunk to chunk, so that none can be there twice.", ANOTHER_SNAPSHOT;
    "E3104" => "the chunks of a snapshot are another state",
        "Each is whole, and together they do not have the root that the writer has signed.", ANOTHER_SNAPSHOT;
};
