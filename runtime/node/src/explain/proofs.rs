//! E3xxx: why a proof about the state is refused.

use super::{Explanation, explained};

/// A proof is cheap to make again.
const ASK_AGAIN: &str = "Ask for the proof again. If the same node makes it so twice, the node or its build \
    is wrong: keep the file as evidence.";

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
};
