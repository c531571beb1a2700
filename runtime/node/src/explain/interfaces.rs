//! E712x: why an `interface.json` is not attached to a program.

use super::{Explanation, explained};

pub(super) const TABLE: &[Explanation] = explained! {
    "E7121" => "an interface.json that is not as it must be",
        "It is no JSON, or a part is missing, unknown or of another kind than it must be; the message has line and \
        column.",
        "Mend what stands there. `foil inspect -o json` of any program shows its interface in this form.";
    "E7122" => "an interface that says what cannot be",
        "A name that is none, error code 0, a key of a type without order, an option of an option, or a type that is \
        no type.",
        "Mend what the message names.";
    "E7123" => "an unknown type in interface.json",
        "A type is a word such as `u64`, `text` or `hash`, the name of one of `types`, or an object such as \
        `{ \"list\": \"u8\" }`.",
        "Correct the name, or define the type in `types`.";
    "E7124" => "a name that is there twice in interface.json",
        "Methods, fields, parameters, events, errors and their codes, types and variants are known by their names.",
        "Rename one of the two, or remove it.";
    "E7125" => "a method that is described and not there",
        "`interface.json` describes it, and the program exports no function of that name.",
        "Export it, as `call:NAME` where it may write and `query:NAME` where it may not, or take it out of the file.";
    "E7126" => "a method that is there and not described",
        "The program exports it, and `interface.json` does not say what it takes and answers, so nobody could call it \
        by name.",
        "Describe it under `methods`, with the kind that it is exported as.";
    "E7127" => "an interface cannot be attached to what is not wasm",
        "What the compiler made does not begin as a module of wasm does, or was cut.",
        "Build it again; it may be that the disk is full.";
};
