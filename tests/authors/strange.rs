//! A program whose names and words are none of any language: what a stranger's interface may say.

use abi::interface::{ErrorCase, Interface, Kind, Method, Schema, encode, encoded_len};

const DOC: &str =
    "*/ process.exit(1) /* ``` ~~~\n    panic!()\n```\u{202e}\u{200b}*\u{200b}/ [`nothing`] <b> \\u000a ${1}";
const RESULT: Schema = Schema::Struct(
    "Result",
    &[
        ("type", &Schema::Text),
        ("self", &Schema::Bool),
        ("a b", &Schema::U8),
        ("a_b", &Schema::I64),
        ("0", &Schema::Option(&Schema::U128)),
        ("\"\n", &Schema::Tuple(&[&Schema::Hash])),
        ("__proto__", &Schema::List(&Schema::Option(&Schema::U64))),
    ],
);
const OTHER: Schema = Schema::Struct("Result", &[("inner", &RESULT), ("names", &STRING)]);
const STRING: Schema = Schema::Enum("String", &["Self", "self", "a b", "a_b", "0x", "\"*/", "_", ""]);
const NOTHING: Schema = Schema::Struct("ProgramError", &[]);
const LONG: &str = "a_name_that_is_so_long_that_no_line_takes_it_twice";
const MANY: Schema =
    Schema::Tuple(&[&Schema::U8, &Schema::I8, &Schema::I16, &Schema::U16, &Schema::I32, &NOTHING]);

const fn method(
    kind: Kind,
    name: &'static str,
    params: &'static [(&'static str, &'static Schema)],
) -> Method {
    Method { kind, name, doc: DOC, params, returns: &OTHER, fails: true }
}

const INTERFACE: Interface = Interface {
    name: "0 strange*/\nprogram",
    methods: &[
        method(Kind::Call, "constructor", &[("args", &Schema::Unit), ("options", &Schema::Fixed(3))]),
        method(Kind::Call, "then", &[("await", &MANY), ("await_", &Schema::Fixed(0))]),
        method(Kind::Call, "same", &[(LONG, &Schema::List(&OTHER))]),
        method(Kind::Query, "same", &[("self", &Schema::Option(&Schema::List(&STRING)))]),
        method(Kind::Call, "new", &[]),
        method(
            Kind::Call,
            "no name*/\n",
            &[
                ("a", &RESULT),
                ("b", &RESULT),
                ("c", &RESULT),
                ("d", &RESULT),
                ("e", &RESULT),
                ("f", &RESULT),
                ("g", &RESULT),
                ("h", &RESULT),
            ],
        ),
        method(Kind::Query, "to_string", &[("node", &NOTHING)]),
        method(Kind::Query, "events", &[]),
    ],
    state: &[],
    events: &[("Other", &OTHER), ("other", &Schema::Unit), ("*/", &STRING), ("__proto__", &NOTHING)],
    errors: &[&[
        ErrorCase { code: 1, name: "Other", doc: DOC, fields: &[("type", &STRING), (LONG, &Schema::Bytes)] },
        ErrorCase { code: 2, name: "BadArguments", doc: "", fields: &[] },
        ErrorCase {
            code: 18_446_744_073_709_551_615,
            name: "\"",
            doc: "",
            fields: &[("code", &Schema::Bool)],
        },
    ]],
};
const SECTION: [u8; encoded_len(&INTERFACE)] = encode(&INTERFACE);

/// The program.
pub(crate) fn wasm() -> Vec<u8> {
    let section: String = SECTION.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        r#"(module (memory (export "memory") 1 17) (func (export "call:new")) (@custom "counterfoil" "{section}"))"#
    );
    wat::parse_str(text).expect("it is a module")
}
