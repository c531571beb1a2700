//! How a call ends, in a word, and how a process does, in a number.

use super::{Explanation, explained};

/// The words for what became of a call.
pub(super) const WORDS: &[Explanation] = explained! {
    "returned" => "the program answered",
        "The call is history: its writes, events and messages are in the state's root and in its record.",
        "Nothing to mend; `foil receipt SEQ` is the proof.";
    "failed" => "the program said no",
        "It ended with an error of its own, whose code and name are shown. Nothing changed; the call is \
        history, with a receipt.",
        "The program's author says what the error means: it is a rule of the program. Mend the arguments and \
        call again.";
    "trapped" => "the program broke a rule of execution",
        "It panicked, ran out of fuel, or went over a limit. Nothing changed; the call is history, with a \
        receipt.",
        "The trap has a number: `foil explain T3`. Where and why stands beside it: detail, functions, the \
        last log lines.";
    "rejected" => "the call was not admitted",
        "It has no place in history and no receipt: malformed, unsigned, expired, or for something that is \
        not here.",
        "The error has a number, an E50xx: `foil explain E5016`. Mend the call and send it again.";
};

/// What processes end with; `foil` and `foil-verify` alike.
pub(super) const EXITS: &[Explanation] = explained! {
    "exit 0" => "verified; done",
        "What was asked was done. For a verifier: every check passed, and the file is anchored in what was \
        given.",
        "Nothing to mend.";
    "exit 1" => "another failure",
        "A fault of this machine or its data, which has no exit code of its own.",
        "The error's number says what: see E11xx and E70xx.";
    "exit 2" => "wrong usage",
        "The command line, an argument or a map makes no sense. Nothing was done.",
        "`foil COMMAND --help`; the message says what is wrong.";
    "exit 3" => "input or output",
        "A file could not be read or written.",
        "The message names it, and what the operating system said.";
    "exit 4" => "unreachable",
        "A node could not be reached.",
        "Check its address and whether it runs; nothing is known of what was sent: send exactly the same \
        again.";
    "exit 5" => "the call failed",
        "The program said no: see `foil explain failed`. The call is history.",
        "The error of the program stands in the answer.";
    "exit 6" => "the call trapped",
        "The program broke a rule of execution: see `foil explain trapped`. The call is history.",
        "The trap's number stands in the answer.";
    "exit 7" => "rejected",
        "A call, a row or a program was not admitted: see `foil explain rejected`. It left no trace.",
        "The error's number, an E40xx or E50xx, says why.";
    "exit 10" => "invalid",
        "The bytes are no valid history, receipt or proof: somebody changed them, or the writer broke a \
        rule.",
        "Do not rely on them. The error's number and place say what is wrong, and where first.";
    "exit 11" => "consistent, but not anchored",
        "Everything fits, and nothing ties it to what you trust; or the last block is not certified.",
        "Give `--shard ID` (or `--key KEY`), known from elsewhere than the file.";
    "exit 12" => "cannot judge",
        "Something that is needed to tell is missing: the profile's rules, a program, the history from \
        genesis.",
        "The error's number says what; bring it, or use a build that knows it.";
    "exit 13" => "diverged",
        "Well-formed and signed, and running it again came to something else.",
        "A machine is wrong, the writer's or yours: see `foil explain E5201`.";
};
