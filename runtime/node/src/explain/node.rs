//! E7xxx: the command line, files and keys of a node.

use super::proofs::ANOTHER_SNAPSHOT;
use super::{Explanation, explained};

pub(super) const TABLE: &[Explanation] = explained! {
    "E7001" => "the command line asks for something that cannot be",
        "An option, or several together, make no sense; nothing was done.",
        "The message says which; `foil COMMAND --help` says what there is.";
    "E7002" => "the operating system refused",
        "A file could not be read or written. The message says which, and what the system said.",
        "Mend the path, its permissions or the disk, and run the command again.";
    "E7003" => "the key file may be read by others",
        "Whoever has read the secret can sign as its owner, so a key that others can read is not used.",
        "`chmod 600` it. If somebody may have read it, make a new one with `foil key generate` and use that.";
    "E7004" => "the file holds no key",
        "A key file is 64 hexadecimal digits: an Ed25519 seed. This is something else, or a public key.",
        "`foil key generate FILE` makes one; check that the path is the one you mean.";
    "E7005" => "not a data directory",
        "The directory has no mark of a node's: it is another one, or none was made yet.",
        "Name it with `--data DIR`; `foil shard create` makes one where there is none.";
    "E7006" => "a data directory of another format",
        "It was written by a build whose files look otherwise. Formats of version 0 promise nothing across \
        builds.",
        "Use the build that wrote it; what it exported with `foil bundle` can be verified by that build as \
        well.";
    "E7007" => "the data directory is in use",
        "Two processes that write one history would fork it, so a data directory belongs to one at a time.",
        "Wait for the other command or stop it; the lock is gone as soon as the process is.";
    "E7008" => "no such shard, or several",
        "The data directory holds no shard of this id, or more than one and none was named.",
        "`foil shard list` shows them; name one with `--on ID`, of which the start is enough.";
    "E7009" => "a shard's directory holds the genesis of another",
        "The directory's name is the shard's id, and the genesis in it hashes to another one: something was \
        moved.",
        "Put each shard's files back under its own id; any bundle of the shard holds its genesis.";
    "E7010" => "a shard's genesis is damaged",
        "Its bytes do not decode. A genesis is written once and never changed.",
        "Restore the file from any copy or bundle of the shard: its hash is the shard's id, so you see that \
        it is right.";
    "E7011" => "the program has no interface, or a damaged one",
        "Arguments by name need the section `counterfoil`, in which a program describes its methods.",
        "Build the program with `guest-sdk`, which writes the section, and keep custom sections when you \
        strip.";
    "E7012" => "an argument is not what the method takes",
        "It is missing, unknown, given twice, or of another type.",
        "Write it as `name=value`; `foil inspect FILE.wasm` shows names and types, lists and structs are \
        JSON.";
    "E7013" => "a row of the input cannot become a call",
        "The line is malformed, lacks a column, or its call was rejected; then the reason has a number of \
        its own.",
        "Mend the line and run again with the same `--run`: what stands before it is committed and not made \
        twice.";
    "E7014" => "the map of columns is wrong in itself",
        "The JSON after `--map` names a rule or field that there is not, or lacks the method.",
        "A rule is one of `column`, `constant`, `hash` and `present`; the message says which argument's is \
        wrong.";
    "E7015" => "not in the journal",
        "The record, block or program is not here: it is not history yet, or of another shard.",
        "`foil shard show` says how far history goes; `--on ID` names another shard.";
    "E7016" => "no debug information of the program",
        "Lines are told by a module of the same code, function for function: this one is another program, another \
        build, or was stripped.",
        "Give the module that was deployed as it was before it was stripped: same sources, same compiler, same \
        options.";
    "E7031" => "another history was published there",
        "The head in the directory is no head of this shard's history: another shard's, or one from before the \
        journal was cut back or replaced.",
        "Publish in an empty directory, or restore the journal that the published head was signed over. Two \
        histories under one key cannot be explained away.";
    "E7041" => "the data directory is of a newer format",
        "A later build has written it. An older one could not know what its files mean, so that there is no way \
        back.",
        "Use that build, or a later one; or restore the copy that was made before it.";
    "E7042" => "the shard is older than a second place remembers",
        "Its journal lacks the block that was answered for, or holds another one: files were put back from a \
        backup. Going on would sign a second history.",
        "Restore the newest journal. `foil recover --dry-run` names the heights that are gone; only who gives \
        them up removes the second place's `SHARD.head`.";
    "E7043" => "a part of the shard's journal is in quarantine",
        "The bytes at this place were found wrong, and still lie there. Nothing is read past them, whatever else \
        opens.",
        "Replace the segment by a sound copy; `foil quarantine show` has bytes and reason, and `foil quarantine \
        release` takes the item out of the way.";
    "E7044" => "recovery halts: something durable is gone",
        "The journal is damaged in its middle, or ends below what was seen durable. Cutting it there would lose \
        what was answered.",
        "Restore the named file from a copy or a disk image and run `foil recover` again. `foil doctor --dump \
        SEGMENT:PAGE` shows what lies there.";
    "E7045" => "no such item in quarantine, or several",
        "The text is the start of no item's name, or of more than one.",
        "`foil quarantine list` shows all names.";
    "E7046" => "the record is not erased",
        "It is an act of the shard's authority, by which everybody can tell who serves and signs; or its call is \
        erased already.",
        "`foil inspect --seq N` shows what a record is.";
    "E7061" => "an object of a snapshot is missing",
        "Its manifest or a chunk is not there, or there is no snapshot of this name.",
        ANOTHER_SNAPSHOT;
    "E7062" => "a chunk has another length than the manifest says",
        "Both are signed for or hashed, so whoever took the snapshot was wrong.", ANOTHER_SNAPSHOT;
    "E7063" => "the snapshot was never committed",
        "It was not read back after it was written, or is still being taken: a crash leaves such ones.",
        "Choose one that is COMMITTED in `foil snapshot list`; `foil snapshot collect` removes the others.";
    "E7064" => "somebody else has taken this step of the snapshot",
        "Two who work on one snapshot take each step once; the other was first.",
        "`foil snapshot list` shows where it is now.";
    "E7065" => "the state moved on before it was read",
        "The height of the store is not that of the history that the snapshot was to be of.",
        "Take it again. If it stays so, open the shard anew: that brings the store to the journal's height.";
    "E7066" => "the store that a snapshot was to fill is not empty",
        "A snapshot is loaded into a new store alone, so that nothing else is in the state.",
        "`foil restore` makes an empty one beside the old one.";
    "E7067" => "no snapshot can be used",
        "There is none at this height or below, or each was refused; the message says why.",
        "Nothing is lost: remove `shards/ID/store`, and the next command rebuilds it from the journal; unless calls \
        were erased or its oldest blocks pruned, when a snapshot has to come back from a copy.";
    "E7068" => "the snapshot is of another history than the journal",
        "At its height the journal has another block, or has not come so far: one of them was put back from \
        elsewhere.",
        "Choose a snapshot of this history. If the journal is the older one, find out where the newer one is.";
    "E7071" => "two snapshots are to stand behind what is pruned",
        "Once blocks are gone, the state can be made again from a snapshot alone. So two are needed, committed and \
        found whole now, of the last block that goes or a later one.",
        "`foil snapshot create`, twice if need be, or prune to an earlier block.";
    "E7072" => "the state before a block cannot be made again",
        "The blocks that lead to it were pruned, and no whole snapshot lies between them and this block.",
        "Ask for a later block; `foil snapshot list` shows from which on there is a state. Whoever has a copy of the \
        journal from before can run all of it.";
    "E7073" => "whether the run has begun is not known",
        "A run goes on after its last line that has a record. The blocks that are kept have none, and those before \
        were pruned.",
        "If the run is new, give `--begin`. If it may have begun, begin with a file of the rows that are left.";
    "E7081" => "a source of settings is not as it must be",
        "A file or a variable of the environment says something that nobody knows, of another kind than it must be, or \
        names both a node and a data directory. Nothing is guessed.",
        "The message names the source and the place. `foil config check` reads all sources, `foil config show --origin` \
        says where each setting comes from.";
    "E7082" => "there is no such context",
        "A context is a file of the user's, made by `foil context add`.",
        "`foil context list` shows those there are; `foil context leave` goes by none.";
    "E7083" => "a node cannot be reached, or does not answer as one",
        "Nothing listens there, the connection broke or took too long, its certificate is not trusted, or something \
        else than a node answers.",
        "The message says which. Is the URL right, and does `foil serve` run there? A certificate of your own needs \
        `--ca`. A call that was sent may have been made: ask again with the same --key.";
    "E7084" => "the key file belongs to another user",
        "Whoever owns a file can read it, and open it to others, whatever its mode says. A key counts only where it is \
        the user's own, or the system's.",
        "`chown` it to the user that `foil` runs as, or run as that user. Somebody else may have a copy: a new key is \
        safer.";
};
