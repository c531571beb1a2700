//! A client in Rust, written as `rustfmt` would, but where one name with its type takes more than a line.

use super::Types;
use super::names::{Names, prose, upper};
use crate::error::NodeError;
use abi::id::Hash;
use abi::interface::{Described, Kind, MethodForm, Type};
use std::fmt::Write;

/// What follows the program's own types: the requests, events, signatures, values.
const SUPPORT: [&str; 4] = [
    include_str!("rust/support.rs"),
    include_str!("rust/events.rs"),
    include_str!("rust/signing.rs"),
    include_str!("rust/wire.rs"),
];

/// What the file needs, and what is not its own doing.
const HEAD: &str = r#"//!
//! ```toml
//! [dependencies]
//! base64ct = { version = "1.8", features = ["alloc"] }
//! blake3 = "1.8"
//! ed25519-dalek = "3"
//! getrandom = "0.4"
//! serde_json = "1"
//! ureq = { version = "3", default-features = false, features = ["rustls"] }
//! ```
#![allow(dead_code, reason = "nobody needs all of it")]
#![allow(non_snake_case, reason = "names are the program's")]
#![allow(rustdoc::all, reason = "words are the program's")]
#![allow(
    clippy::doc_lazy_continuation,
    clippy::doc_overindented_list_items,
    clippy::enum_variant_names,
    clippy::large_enum_variant,
    clippy::len_without_is_empty,
    clippy::should_implement_trait,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::upper_case_acronyms,
    clippy::wrong_self_convention,
    reason = "names and words are the program's"
)]

use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Map, Value as Json, json};
use std::collections::VecDeque;
use std::fmt;
use std::io::{BufRead, BufReader, Lines};
use std::marker::PhantomData;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use ureq::http::Response;
use ureq::{Agent, Body, BodyReader};
"#;

/// Words that name no type of a program: those of the language, and of what it has without being asked.
const WORDS: &str = "Self Box Clone Copy Debug Default Drop Eq Err FromIterator Fn FnMut FnOnce From Into \
    IntoIterator Iterator None Ok Option Ord PartialEq PartialOrd Result Send Sized Some String Sync ToOwned \
    ToString TryFrom TryInto Vec ProgramError Event";
/// Words that name no method, field or parameter.
const KEYWORDS: &str = "as async await become box break const continue crate do dyn else enum extern false final fn \
    for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait \
    true try type typeof unsafe unsized use virtual where while yield abstract";
/// The methods that every client has.
const METHODS: &str = "new node events";
/// The longest tuple that the client has a form for.
const TUPLE_MAX: usize = 6;
/// Where `rustfmt` breaks lines: a line, and the arguments of a function that is called.
const LINE_WIDTH: usize = 100;
const ARGUMENTS_WIDTH: usize = 60;

/// The source.
pub(super) fn source(program: &Hash, interface: &Described) -> Result<String, NodeError> {
    let mut names = Names::without(WORDS).beside(HEAD);
    names = SUPPORT.iter().fold(names, |names, text| names.beside(text));
    let client = names.of_type(&format!("{}_client", interface.name), "");
    let types = Types::of(interface, &mut names)?;
    let file = File { interface, types };
    let about = format!(
        "A client of the program `{}`, written by `foil client` from its interface: write it again rather than change \
         it. The program is `{program}`.",
        interface.name
    );
    let mut text = comment("//!", "", &about) + HEAD;
    text += &file.client(&client, program)?;
    for (form, name) in &file.types.named {
        text += &match form {
            Type::Struct(_, fields) => file.structure(name, form, fields)?,
            Type::Enum(_, variants) => enumeration(name, form, variants),
            _ => String::new(),
        };
    }
    text += &file.errors()?;
    text += &file.events()?;
    SUPPORT.iter().for_each(|part| text += &format!("\n{part}"));
    Ok(text)
}

/// What is written of.
struct File<'a> {
    interface: &'a Described,
    types: Types<'a>,
}

impl File<'_> {
    fn form(&self, form: &Type) -> Result<String, NodeError> {
        Ok(match form {
            Type::Unit => "()".into(),
            Type::Bool => "bool".into(),
            Type::Unsigned(bits) => format!("u{bits}"),
            Type::Signed(bits) => format!("i{bits}"),
            Type::U128 => "u128".into(),
            Type::Text => "String".into(),
            Type::Bytes => "Bytes".into(),
            Type::Hash => "[u8; 32]".into(),
            Type::Fixed(length) => format!("[u8; {length}]"),
            Type::Option(inner) => format!("Option<{}>", self.form(inner)?),
            Type::List(inner) => format!("Vec<{}>", self.form(inner)?),
            Type::Tuple(members) if members.len() > TUPLE_MAX => {
                return Err(NodeError::Interface(format!("a tuple of {}; write a struct", members.len())));
            }
            Type::Tuple(members) => {
                let end = if members.len() == 1 { "," } else { "" };
                let members: Vec<_> = members.iter().map(|it| self.form(it)).collect::<Result<_, _>>()?;
                format!("({}{end})", members.join(", "))
            }
            Type::Struct(..) | Type::Enum(..) => self.types.name(form).into(),
        })
    }

    fn client(&self, client: &str, program: &Hash) -> Result<String, NodeError> {
        let mut text = format!(
            "\n/// The program, at a node.\npub struct {client} {{\n    node: Node,\n}}\n\nimpl {client} {{\n    \
             /// The program whose interface this is.\n    pub const PROGRAM: &str = \"{program}\";\n\n    \
             /// The program of the shard that is asked.\n    pub fn new(node: Node) -> {client} {{\n        \
             {client} {{ node }}\n    }}\n\n    /// The shard that is asked.\n    pub fn node(&self) -> &Node {{\n        \
             &self.node\n    }}\n\n    /// The events of records from one on, and of those that come; those that come \
             alone, if none is named.\n    ///\n    /// # Errors\n    ///\n    /// The node refuses it, or is not reached.\n    \
             pub fn events(&self, from: Option<u64>) -> Result<Events, ClientError> {{\n        \
             Events::begin(&self.node, from)\n    }}\n"
        );
        let mut names = Names::without(&format!("{KEYWORDS} {METHODS}"));
        for method in &self.interface.methods {
            text += &self.method(method, &names.of_member(&method.name))?;
        }
        Ok(text + "}\n")
    }

    fn method(&self, method: &MethodForm, name: &str) -> Result<String, NodeError> {
        let request = match method.kind {
            Kind::Call => "Call",
            Kind::Query => "Query",
        };
        let mut names = Names::without(&format!("{KEYWORDS} args"));
        let (mut params, mut puts) = (vec!["&self".to_owned()], String::new());
        for (param, form) in &method.params {
            let name = names.of_member(param);
            params.push(format!("{name}: {}", self.form(form)?));
            puts += &called(8, "args.put", &[format!("{param:?}"), format!("&{name}")], ";");
        }
        let returns = format!("-> {request}<'_, {}> {{", self.form(&method.returns)?);
        let mut text = format!("\n{}", comment("///", "    ", documented(&method.doc, &method.name)));
        let line = format!("    pub fn {name}({}) {returns}", params.join(", "));
        match line.len() <= LINE_WIDTH {
            true => text += &(line + "\n"),
            false => {
                text += &format!("    pub fn {name}(\n");
                params.iter().for_each(|param| text += &format!("        {param},\n"));
                text += &format!("    ) {returns}\n");
            }
        }
        let mutable = if puts.is_empty() { "" } else { "mut " };
        text += &format!("        let {mutable}args = Args::new({});\n{puts}", method.params.len());
        let args = ["&self.node".to_owned(), format!("{:?}", method.name), "args".to_owned()];
        Ok(text + &called(8, &format!("{request}::new"), &args, "") + "    }\n")
    }

    /// Fields with their types, each documented by the interface's word for it.
    fn fields(&self, indent: &str, public: &str, fields: &[(String, Type)]) -> Result<String, NodeError> {
        let (mut text, mut names) = (String::new(), Names::without(KEYWORDS));
        for (field, form) in fields {
            text += &comment("///", indent, &format!("`{}`: {form}.", field));
            text += &format!("{indent}{public}{}: {},\n", names.of_member(field), self.form(form)?);
        }
        Ok(text)
    }

    fn structure(&self, name: &str, form: &Type, fields: &[(String, Type)]) -> Result<String, NodeError> {
        let mut text = format!("\n{}", comment("///", "", &format!("The program's `{form}`.")));
        let open = if fields.is_empty() { "" } else { "\n" };
        text += &format!("#[derive(Clone, PartialEq, Eq, Debug)]\npub struct {name} {{{open}");
        text += &(self.fields("    ", "pub ", fields)? + "}\n");
        let (mut json, mut cbor) = (String::new(), format!("        head(out, 4, {});\n", fields.len()));
        let mut names = Names::without(KEYWORDS);
        for (field, _) in fields {
            let name = names.of_member(field);
            json += &called(
                8,
                "map.insert",
                &[format!("{field:?}.to_owned()"), format!("self.{name}.json()")],
                ";",
            );
            cbor += &format!("        self.{name}.cbor(out);\n");
        }
        let mutable = if fields.is_empty() { "" } else { "mut " };
        let read = match fields.is_empty() {
            true => format!("        json.as_object().map(|_| {name} {{}})\n"),
            false => format!("        Some({name} {{\n{}        }})\n", read_fields(12, fields)),
        };
        text += &format!(
            "\nimpl Wire for {name} {{\n    fn json(&self) -> Json {{\n        let {mutable}map = Map::new();\n{json}        \
             Json::Object(map)\n    }}\n\n    fn from_json(json: &Json) -> Option<{name}> {{\n{read}    }}\n\n    \
             fn cbor(&self, out: &mut Vec<u8>) {{\n{cbor}    }}\n}}\n"
        );
        Ok(text)
    }

    /// The program's errors.
    fn errors(&self) -> Result<String, NodeError> {
        let mut names = Names::without("Self BadArguments Other");
        let mut text = "\n/// Why the program refuses.\n#[derive(Clone, PartialEq, Eq, Debug)]\npub enum ProgramError {\n    \
                        /// The arguments are not those of the method.\n    BadArguments,\n"
            .to_owned();
        let mut arms = String::new();
        for error in &self.interface.errors {
            let name = names.of_member(&upper(&error.name));
            text += &comment("///", "    ", documented(&error.doc, &error.name));
            if error.fields.is_empty() {
                text += &format!("    {name},\n");
                arms += &format!("            {} => ProgramError::{name},\n", error.code);
            } else {
                text += &format!("    {name} {{\n{}    }},\n", self.fields("        ", "", &error.fields)?);
                let fields = read_fields(16, &error.fields);
                arms += &format!(
                    "            {} => ProgramError::{name} {{\n{fields}            }},\n",
                    error.code
                );
            }
        }
        text += "    /// An error that the interface does not have: the program may be another by now.\n    Other(Json),\n}\n";
        text += &format!(
            "\nimpl ProgramError {{\n    fn of(json: &Json) -> ProgramError {{\n        \
             ProgramError::known(json).unwrap_or_else(|| ProgramError::Other(json.clone()))\n    }}\n\n    \
             fn known(json: &Json) -> Option<ProgramError> {{\n        Some(match json.get(\"code\")?.as_u64()? {{\n            \
             0 => ProgramError::BadArguments,\n{arms}            _ => return None,\n        }})\n    }}\n}}\n"
        );
        Ok(text)
    }

    /// The program's events.
    fn events(&self) -> Result<String, NodeError> {
        let mut names = Names::without("Self Other");
        let mut text =
            "\n/// What the program says of what it does.\n#[derive(Clone, PartialEq, Eq, Debug)]\npub enum Event {\n"
                .to_owned();
        let mut arms = String::new();
        for event in &self.interface.events {
            let name = names.of_member(&upper(&event.name));
            text += &comment("///", "    ", &format!("`{}`.", event.name));
            text += &format!("    {name}({}),\n", self.form(&event.data)?);
            arms += &format!("            {:?} => Wire::from_json(data).map(Event::{name}),\n", event.name);
        }
        text += "    /// An event that the interface does not have, by its name: another program's of the shard.\n    \
                 Other(String, Json),\n}\n\nimpl Event {\n    fn of(name: &str, data: &Json) -> Event {\n";
        if arms.is_empty() {
            return Ok(text + "        Event::Other(name.to_owned(), data.clone())\n    }\n}\n");
        }
        text += &format!(
            "        let known = match name {{\n{arms}            _ => None,\n        }};\n        "
        );
        Ok(text + "known.unwrap_or_else(|| Event::Other(name.to_owned(), data.clone()))\n    }\n}\n")
    }
}

fn enumeration(name: &str, form: &Type, variants: &[String]) -> String {
    let mut text = format!("\n{}", comment("///", "", &format!("The program's `{form}`.")));
    text += &format!("#[derive(Clone, Copy, PartialEq, Eq, Debug)]\npub enum {name} {{\n");
    let (mut names, mut write, mut read) = (Names::without("Self"), String::new(), String::new());
    for variant in variants {
        let own = names.of_member(&upper(variant));
        text += &format!("{}    {own},\n", comment("///", "    ", &format!("`{variant}`.")));
        // A string takes what is written to it.
        _ = writeln!(write, "            {name}::{own} => {variant:?},");
        _ = writeln!(read, "            {variant:?} => Some({name}::{own}),");
    }
    text + &format!(
        "}}\n\nimpl Wire for {name} {{\n    fn json(&self) -> Json {{\n        let name = match self {{\n{write}        }};\n        \
         name.into()\n    }}\n\n    fn from_json(json: &Json) -> Option<{name}> {{\n        match json.as_str()? {{\n{read}            \
         _ => None,\n        }}\n    }}\n\n    fn cbor(&self, out: &mut Vec<u8>) {{\n        head(out, 0, *self as u64);\n    }}\n}}\n"
    )
}

/// Each field of an object, read.
fn read_fields(indent: usize, fields: &[(String, Type)]) -> String {
    let mut names = Names::without(KEYWORDS);
    let read = |(field, _): &(String, Type)| {
        let called_as = format!("{}: field", names.of_member(field));
        called(indent, &called_as, &["json".to_owned(), format!("{field:?}")], "?,")
    };
    fields.iter().map(read).collect()
}

/// A call of a function, on one line if its arguments fit.
fn called(indent: usize, function: &str, args: &[String], end: &str) -> String {
    let (indent, joined) = (" ".repeat(indent), args.join(", "));
    let line = format!("{indent}{function}({joined}){end}");
    if joined.len() <= ARGUMENTS_WIDTH && line.len() <= LINE_WIDTH {
        return line + "\n";
    }
    let args: String = args.iter().map(|arg| format!("{indent}    {arg},\n")).collect();
    format!("{indent}{function}(\n{args}{indent}){end}\n")
}

/// What an author says of something; its name, where that is nothing.
fn documented<'a>(doc: &'a str, name: &'a str) -> &'a str {
    if doc.trim().is_empty() { name } else { doc }
}

fn comment(begin: &str, indent: &str, text: &str) -> String {
    prose(text).iter().map(|line| format!("{indent}{begin} {line}\n")).collect()
}
