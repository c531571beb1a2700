//! The effects of calls as text, and the files that pin it.

use super::Reply;
use abi::call::Caller;
use abi::codec::dynamic;
use abi::outcome::Outcome;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

/// Holds the effects of calls to the file `tests/effects/NAME.txt` of the package: the calls, what they came to, and
/// the hashes of their effects. `FOIL_RECORD=1 cargo test` writes the file instead; read what has changed in it.
///
/// ```no_run
/// # use guest_sdk::prelude::*;
/// # #[program]
/// # mod counter {
/// #     use guest_sdk::prelude::*;
/// #     #[state]
/// #     pub struct Counter { total: Cell<u64> }
/// #     impl Counter {
/// #         #[call]
/// #         pub fn hit(&mut self) {}
/// #     }
/// # }
/// use guest_sdk::test::{Host, assert_effects, identities};
///
/// let mut host = Host::new::<counter::Program>();
/// let [ann, ben] = identities();
/// assert_effects!("hits", &[host.call(&ann, "hit", &()), host.call(&ben, "hit", &())]);
/// ```
#[macro_export]
macro_rules! assert_effects {
    ($name:expr, $replies:expr) => {
        $crate::test::hold_effects(::core::env!("CARGO_MANIFEST_DIR"), $name, $replies)
    };
}

/// What [`assert_effects!`](crate::assert_effects) is, for the package in the folder `package`.
///
/// # Panics
///
/// If the effects are others than those in the file, or the file cannot be written.
#[track_caller]
#[allow(clippy::disallowed_methods, reason = "an author's test writes its own files")]
pub fn hold_effects<'a>(package: &str, name: &str, replies: impl IntoIterator<Item = &'a Reply>) {
    let folder = Path::new(package).join("tests").join("effects");
    let (file, text) = (folder.join(format!("{name}.txt")), effects(replies));
    if std::env::var_os("FOIL_RECORD").is_some_and(|value| value == "1") {
        let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, &text));
        return written.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        known == text,
        "the effects are not those of {}. If that is meant, and read: FOIL_RECORD=1 cargo test\n{}",
        file.display(),
        changed(&known, &text)
    );
}

/// Calls and what they came to, as text: arguments, answers and values as CBOR is written for people, keys as the text
/// that they begin with.
pub fn effects<'a>(replies: impl IntoIterator<Item = &'a Reply>) -> String {
    replies.into_iter().flat_map(lines).map(|line| line + "\n").collect()
}

fn lines(reply: &Reply) -> Vec<String> {
    let (call, effect) = (&reply.call, &reply.effect);
    let (args, by) = (shown(&call.args), named(&call.caller));
    let ended = match &reply.outcome {
        Outcome::Returned(answer) => format!("returned {}", shown(answer)),
        Outcome::Failed(reason) => format!("failed {}", shown(reason)),
        Outcome::Trapped(trap) => format!("trapped {}: {trap}", *trap as u8),
    };
    let head = format!("{} {} {args} by {by} at {}", effect.seq, call.method, effect.time_ms);
    let writes = reply.diff.iter().map(|(key, value)| {
        let value = value.map_or_else(|| "nothing".into(), shown);
        format!("    {} = {value}", placed(key))
    });
    let events = reply.events.iter().map(|event| format!("    event {} {}", event.name, shown(&event.data)));
    let messages = reply
        .messages
        .iter()
        .map(|message| format!("    message to {}: {} {}", message.to, message.method, shown(&message.args)));
    let hash = format!("    effect {}", effect.hash());
    [head, format!("    {ended}")]
        .into_iter()
        .chain(writes)
        .chain(events)
        .chain(messages)
        .chain([hash])
        .collect()
}

/// A key in state: the field's name, and behind it the rest, as text if it is some.
fn placed(key: &[u8]) -> String {
    let name_len = key.iter().position(|&byte| byte == 0).unwrap_or(key.len());
    let (name, rest) = (key[1..name_len.max(1)].escape_ascii(), key.get(name_len + 1..).unwrap_or_default());
    let is_text = |text: &&[u8]| !text.is_empty() && text.iter().all(|byte| matches!(byte, b' '..=b'~'));
    match rest.strip_suffix(&[0, 0]).filter(is_text) {
        _ if rest.is_empty() => name.to_string(),
        Some(text) => format!("{name}['{}']", text.escape_ascii()),
        None => format!("{name}[h'{}']", hex(rest)),
    }
}

fn named(caller: &Caller) -> String {
    match caller {
        Caller::Nobody => "nobody".into(),
        Caller::Key(key) => format!("key {key}"),
        Caller::Principal(name) => name.clone(),
        Caller::Shard(id) => format!("shard {id}"),
        Caller::Timer(number) => format!("timer {number}"),
    }
}

/// Canonical CBOR as RFC 8949 writes it for people; what is none, byte by byte.
fn shown(bytes: &[u8]) -> String {
    let Ok(value) = dynamic::decode(bytes) else {
        return format!("'{}'", bytes.escape_ascii());
    };
    if let Some(number) = value.as_integer() {
        return i128::from(number).to_string();
    }
    if let Some(items) = value.as_array() {
        let items = items
            .iter()
            .map(|item| dynamic::encode(item).map_or_else(|error| error.to_string(), |it| shown(&it)));
        return format!("[{}]", items.collect::<Vec<_>>().join(", "));
    }
    match (value.as_text(), value.as_bytes(), value.as_bool()) {
        (Some(text), ..) => format!("{text:?}"),
        (_, Some(bytes), _) => format!("h'{}'", hex(bytes)),
        (.., Some(is_true)) => is_true.to_string(),
        _ => "null".into(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The lines between the first and the last that differ, as they were and as they are, below the call that they are of.
pub(super) fn changed(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = old.iter().zip(&new).take_while(same).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
    let call = old[..head].iter().rfind(|line| !line.starts_with(' ')).map(|line| format!("  {line}\n"));
    let gone = old[head..old.len() - tail].iter().map(|line| format!("- {line}\n"));
    let come = new[head..new.len() - tail].iter().map(|line| format!("+ {line}\n"));
    call.into_iter().chain(gone).chain(come).collect()
}
