//! E75xx: what a request over HTTP can fail with.

use super::{Explanation, explained};

pub(super) const TABLE: &[Explanation] = explained! {
    "E7501" => "no valid token (401)",
        "The request brings no token, or one that is unknown, revoked or expired; which of these it is, a stranger \
        is not told.",
        "Send `Authorization: Bearer TOKEN`. An operator makes one by `foil token create NAME`, and sees by `foil \
        token list` which have expired.";
    "E7502" => "the token may not do this (403)",
        "Its role does not take this route, or it is for other shards.",
        "Use a token of another role; `/docs` shows the routes. `foil token create NAME --role ROLE` makes one.";
    "E7503" => "a call in the name of another (403)",
        "The call's caller is a name, for which the node would vouch, and the token was given to another one, or \
        to nobody.",
        "Call with the token of that name, or sign the call by a key.";
    "E7504" => "there is nothing of this name (404)",
        "The path, shard, record, block, tile or operation is not there.",
        "`/v1/shards` lists the shards, `/docs` the routes; a record or tile may come later.";
    "E7505" => "the path does not have this method (405)",
        "The path is there for other methods.",
        "The header `allow` of the answer says for which.";
    "E7506" => "the request is malformed (400)",
        "A body that is not JSON or canonical CBOR, a field that is unknown, twice there or of another type, or a \
        parameter that cannot be read. The message begins with the place.",
        "Mend what stands at that place; `/openapi.json` has the shapes.";
    "E7507" => "the body is too large (413)",
        "A request may have so many bytes, and no more is read.",
        "Send fewer calls at a time.";
    "E7508" => "the body came too slowly (408)",
        "A body has a time in which it must be there, so that nobody holds the node up.",
        "Send it faster, or less of it.";
    "E7509" => "the body's form is not read here (415)",
        "It is neither application/json nor application/cbor, or it is compressed.",
        "Name the form in `content-type`, and send no `content-encoding`.";
    "E7510" => "no form of the answer is accepted (406)",
        "The header `accept` leaves out what the node can answer.",
        "Accept application/json or application/cbor.";
    "E7511" => "more is waiting than the node takes (503)",
        "The queue of the shard is full, the request has waited in it for too long, or there is no memory for its \
        answer because others do not take theirs. Nothing of it was done.",
        "Ask again with the same idempotency key after the seconds that `retry-after` says. If it stays so, the \
        shard has more load than it can take: send calls in batches.";
    "E7512" => "too many requests of one client (429)",
        "A client may ask so often. Nothing of the request was done.",
        "Ask again after the seconds that `retry-after` says; send calls in batches.";
    "E7513" => "the node is stopping (503)",
        "It was told to, answers what it has begun, and begins nothing.",
        "Ask again with the same idempotency key when it is back.";
    "E7514" => "the shard does not serve (503)",
        "It could not be opened; the number in the message says why, the node's log says more. It is tried again \
        while it is asked.",
        "`foil explain` that number. Stop the node and run `foil recover --dry-run`: it says what can be done.";
    "E7515" => "whether a call has happened is not known (503)",
        "The shard met a fault while the call was made, and was opened again. The call may be history or not.",
        "Ask again with the same idempotency key: it is made now, or its receipt is the first one's.";
    "E7516" => "the shard has no room (503)",
        "The disk is full, or the tree over the state takes all the memory that it may. Nothing of the request was \
        done, and reading goes on.",
        "Make room, or start the node with more `--tree-memory`; the number in the message says which. Writing \
        goes on by itself when a disk has room.";
    "E7517" => "the node could not answer (500)",
        "The machine failed at something that changes nothing. The log of the node says more, by the request's id.",
        "Ask again; `foil explain` the number in the message.";
};
