//! The canonical bytes of an interface: the twin of `abi`'s constant functions, for what is known only at run time.

use abi::codec::{Encode, Writer};
use abi::interface::{Described, Type};

/// The bytes that stand in the section.
pub(super) fn of(described: &Described) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(6);
    abi::VERSION.encode(&mut w);
    w.text(&described.name);
    w.array(described.methods.len());
    for method in &described.methods {
        w.array(6);
        (method.kind as u8).encode(&mut w);
        w.text(&method.name);
        w.text(&method.doc);
        fields(&mut w, &method.params);
        form(&mut w, &method.returns);
        w.bool(method.fails);
    }
    w.array(described.state.len());
    for slot in &described.state {
        w.array(3);
        w.text(&slot.name);
        match &slot.key {
            Some(key) => form(&mut w, key),
            None => w.null(),
        }
        form(&mut w, &slot.value);
    }
    w.array(described.events.len());
    for event in &described.events {
        w.array(2);
        w.text(&event.name);
        form(&mut w, &event.data);
    }
    w.array(described.errors.len());
    for error in &described.errors {
        w.array(4);
        w.unsigned(error.code);
        w.text(&error.name);
        w.text(&error.doc);
        fields(&mut w, &error.fields);
    }
    w.into_bytes()
}

fn fields(w: &mut Writer, fields: &[(String, Type)]) {
    w.array(fields.len());
    for (name, of) in fields {
        w.array(2);
        w.text(name);
        form(w, of);
    }
}

fn form(w: &mut Writer, of: &Type) {
    match of {
        Type::Unit => w.unsigned(0),
        Type::Bool => w.unsigned(1),
        Type::Unsigned(bits) => w.unsigned(2 + u64::from(bits.ilog2() - 3)),
        Type::U128 => w.unsigned(6),
        Type::Signed(bits) => w.unsigned(7 + u64::from(bits.ilog2() - 3)),
        Type::Text => w.unsigned(11),
        Type::Bytes => w.unsigned(12),
        Type::Hash => w.unsigned(13),
        Type::Fixed(len) => {
            open(w, 2, 14);
            w.unsigned(*len as u64);
        }
        Type::Option(inner) => {
            open(w, 2, 15);
            form(w, inner);
        }
        Type::List(inner) => {
            open(w, 2, 16);
            form(w, inner);
        }
        Type::Tuple(members) => {
            open(w, 1 + members.len(), 17);
            members.iter().for_each(|member| form(w, member));
        }
        Type::Struct(name, of) => {
            open(w, 3, 18);
            w.text(name);
            fields(w, of);
        }
        Type::Enum(name, variants) => {
            open(w, 3, 19);
            w.text(name);
            variants.encode(w);
        }
    }
}

/// The head of a compound type: an array of `len` items of which the first says what it is.
fn open(w: &mut Writer, len: usize, tag: u64) {
    w.array(len);
    w.unsigned(tag);
}
