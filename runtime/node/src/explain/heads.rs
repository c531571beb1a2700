//! E24xx: published heads and tiles, and what a witness refuses.

use super::{Explanation, explained};

/// The same for everything that a copy can do to what was published.
const FETCH_AGAIN: &str = "Fetch it again from where it was published; if it stays so, have it published again \
    with `foil publish`.";
/// The same for a log that a witness must not believe.
const ASK_THE_LOG: &str = "Do not trust the log's newer heads. Its operator has to explain; the witness keeps \
    what it cosigned, and `--state` holds the evidence.";

/// Notes, heads, tiles, witnesses.
pub(super) const TABLE: &[Explanation] = explained! {
    "E2401" => "the note is malformed",
        "It is not a text, an empty line and signature lines, as C2SP signed-note has it.", FETCH_AGAIN;
    "E2402" => "the note has too many bytes or signatures",
        "Nobody needs as many; reading on would be work for whoever sends it.", FETCH_AGAIN;
    "E2403" => "the note key is malformed",
        "It is not NAME+ID+base64, the id is another key's, or the key is one that may not be used here.",
        "Copy the whole key as `foil publish` or `foil witness` prints it. A witness needs a key of its own.";
    "E2404" => "a known key's signature over the note is wrong",
        "The text or the signature was changed, or somebody signs in another's name.", FETCH_AGAIN;
    "E2405" => "no known key signed the note",
        "It may be signed by others, which says nothing.",
        "Check that the key is the one of this log or witness.";
    "E2406" => "the note is no head of a log",
        "A head is an origin, a decimal size and a root in base64, and no more lines.", FETCH_AGAIN;
    "E2411" => "the path names no tile",
        "A tile has one path: level, index in groups of three digits, and the width if it is not full.",
        "Ask for the paths that the size of the head calls for (C2SP tlog-tiles).";
    "E2412" => "a tile is missing",
        "The head needs it, and it is not there.", FETCH_AGAIN;
    "E2413" => "a tile has another length",
        "It was cut, or is not the tile that its path says.", FETCH_AGAIN;
    "E2414" => "a tile is not that of the tree",
        "Its bytes do not hash to what the rest of the tree says: they were changed.", FETCH_AGAIN;
    "E2415" => "the tiles come to another root than the head says",
        "A tile was changed, or the head is that of another history.", FETCH_AGAIN;
    "E2416" => "a record does not fit into a bundle of entries",
        "Its length would have to be written in 16 bits.",
        "No record is so long; the journal is damaged: `foil replay` finds where.";
    "E2421" => "the request to cosign is malformed",
        "It is not `old SIZE`, the lines of the proof, an empty line and the head.",
        "Send what C2SP tlog-witness says; `foil consistency` prints the lines of the proof.";
    "E2422" => "the witness does not know the log",
        "It cosigns for the origins of its `--log` keys alone.",
        "Have the witness's operator add the key that `foil publish` prints.";
    "E2423" => "the log did not sign the head, or wrongly",
        "No signature of a key that the witness knows for this origin, or one that does not verify.",
        "Sign the head with the key that the witness was given.";
    "E2424" => "the old size is above that of the head",
        "A history does not shrink.",
        "Send the newest head, and the proof from the size that the witness answers.";
    "E2425" => "the old size is not the one the witness knows",
        "It cosigned another head last, perhaps for somebody else.",
        "Prove from the size that it answers: `foil consistency SIZE NEW`.";
    "E2426" => "the witness cosigned another root for this size",
        "Two heads of one size have different roots: one of them is of another history.", ASK_THE_LOG;
    "E2427" => "the proof does not lead to the new head",
        "It is wrong, or the new history is not a continuation of the one that was cosigned.",
        "Make the proof again with `foil consistency`. If it stays so, the log has changed its past.";
};
