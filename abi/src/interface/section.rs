//! The bytes of the section, made while a program is compiled.
//!
//! Constant functions cannot use the codec, whose writer allocates; a test holds both together.

use super::{ErrorCase, Field, Interface, Method, Schema, Slot};
use crate::codec::Major;

/// How many bytes [`encode`] makes of `interface`.
pub const fn encoded_len(interface: &Interface) -> usize {
    let mut sink = Sink::<0>::new();
    write_interface(&mut sink, interface);
    sink.len
}

/// The canonical bytes of `interface`, for a constant of [`encoded_len`] bytes.
///
/// # Panics
///
/// If `N` is another length; in a constant that is an error of the compiler.
pub const fn encode<const N: usize>(interface: &Interface) -> [u8; N] {
    let mut sink = Sink::<N>::new();
    write_interface(&mut sink, interface);
    assert!(sink.len == N, "the constant has another length than the interface");
    sink.bytes
}

/// Counts every byte and keeps the first `N`, so that one writer both measures and writes.
struct Sink<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Sink<N> {
    const fn new() -> Self {
        Sink { bytes: [0; N], len: 0 }
    }

    const fn push(&mut self, byte: u8) {
        if self.len < N {
            self.bytes[self.len] = byte;
        }
        self.len += 1;
    }

    /// The constant twin of the codec's `Writer::head`; a test holds them together.
    const fn head(&mut self, major: Major, value: u64) {
        let (info, width) = match value {
            0..24 => (value.to_le_bytes()[0], 0),
            24..0x100 => (24, 1),
            0x100..0x1_0000 => (25, 2),
            0x1_0000..0x1_0000_0000 => (26, 4),
            _ => (27, 8),
        };
        self.push((major as u8) << 5 | info);
        let bytes = value.to_be_bytes();
        let mut at = 8 - width;
        while at < 8 {
            self.push(bytes[at]);
            at += 1;
        }
    }

    const fn unsigned(&mut self, value: u64) {
        self.head(Major::Unsigned, value);
    }

    const fn array(&mut self, len: usize) {
        self.head(Major::Array, len as u64);
    }

    const fn text(&mut self, text: &str) {
        self.head(Major::Text, text.len() as u64);
        let mut at = 0;
        while at < text.len() {
            self.push(text.as_bytes()[at]);
            at += 1;
        }
    }

    /// Simple values 20, 21 and 22 are false, true and null.
    const fn simple(&mut self, value: u64) {
        self.head(Major::Simple, value);
    }
}

const fn write_interface<const N: usize>(sink: &mut Sink<N>, interface: &Interface) {
    sink.array(6);
    sink.unsigned(crate::VERSION as u64);
    sink.text(interface.name);
    sink.array(interface.methods.len());
    let mut at = 0;
    while at < interface.methods.len() {
        write_method(sink, &interface.methods[at]);
        at += 1;
    }
    sink.array(interface.state.len());
    at = 0;
    while at < interface.state.len() {
        write_slot(sink, &interface.state[at]);
        at += 1;
    }
    write_fields(sink, interface.events);
    write_errors(sink, interface.errors);
}

const fn write_method<const N: usize>(sink: &mut Sink<N>, method: &Method) {
    sink.array(6);
    sink.unsigned(method.kind as u64);
    sink.text(method.name);
    sink.text(method.doc);
    write_fields(sink, method.params);
    write_schema(sink, method.returns);
    sink.simple(if method.fails { 21 } else { 20 });
}

const fn write_slot<const N: usize>(sink: &mut Sink<N>, slot: &Slot) {
    sink.array(3);
    sink.text(slot.name);
    match slot.key {
        Some(key) => write_schema(sink, key),
        None => sink.simple(22),
    }
    write_schema(sink, slot.value);
}

const fn write_fields<const N: usize>(sink: &mut Sink<N>, fields: &[Field]) {
    sink.array(fields.len());
    let mut at = 0;
    while at < fields.len() {
        sink.array(2);
        sink.text(fields[at].0);
        write_schema(sink, fields[at].1);
        at += 1;
    }
}

const fn write_errors<const N: usize>(sink: &mut Sink<N>, errors: &[&[ErrorCase]]) {
    let (mut count, mut list) = (0, 0);
    while list < errors.len() {
        count += errors[list].len();
        list += 1;
    }
    sink.array(count);
    list = 0;
    while list < errors.len() {
        let mut at = 0;
        while at < errors[list].len() {
            let case = &errors[list][at];
            sink.array(4);
            sink.unsigned(case.code);
            sink.text(case.name);
            sink.text(case.doc);
            write_fields(sink, case.fields);
            at += 1;
        }
        list += 1;
    }
}

const fn write_schema<const N: usize>(sink: &mut Sink<N>, schema: &Schema) {
    match schema {
        Schema::Unit => sink.unsigned(0),
        Schema::Bool => sink.unsigned(1),
        Schema::U8 => sink.unsigned(2),
        Schema::U16 => sink.unsigned(3),
        Schema::U32 => sink.unsigned(4),
        Schema::U64 => sink.unsigned(5),
        Schema::U128 => sink.unsigned(6),
        Schema::I8 => sink.unsigned(7),
        Schema::I16 => sink.unsigned(8),
        Schema::I32 => sink.unsigned(9),
        Schema::I64 => sink.unsigned(10),
        Schema::Text => sink.unsigned(11),
        Schema::Bytes => sink.unsigned(12),
        Schema::Hash => sink.unsigned(13),
        Schema::Fixed(len) => {
            open(sink, 2, 14);
            sink.unsigned(*len as u64);
        }
        Schema::Option(inner) => {
            open(sink, 2, 15);
            write_schema(sink, inner);
        }
        Schema::List(inner) => {
            open(sink, 2, 16);
            write_schema(sink, inner);
        }
        Schema::Tuple(members) => write_tuple(sink, members),
        Schema::Struct(name, fields) => {
            open(sink, 3, 18);
            sink.text(name);
            write_fields(sink, fields);
        }
        Schema::Enum(name, variants) => write_enum(sink, name, variants),
    }
}

const fn write_tuple<const N: usize>(sink: &mut Sink<N>, members: &[&Schema]) {
    open(sink, 1 + members.len(), 17);
    let mut at = 0;
    while at < members.len() {
        write_schema(sink, members[at]);
        at += 1;
    }
}

const fn write_enum<const N: usize>(sink: &mut Sink<N>, name: &str, variants: &[&str]) {
    open(sink, 3, 19);
    sink.text(name);
    sink.array(variants.len());
    let mut at = 0;
    while at < variants.len() {
        sink.text(variants[at]);
        at += 1;
    }
}

/// The head of a compound type: an array of `len` items of which the first says what it is.
const fn open<const N: usize>(sink: &mut Sink<N>, len: usize, tag: u64) {
    sink.array(len);
    sink.unsigned(tag);
}
