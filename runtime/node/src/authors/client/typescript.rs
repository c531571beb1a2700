//! A client in TypeScript.

use super::Types;
use super::names::{Names, prose};
use crate::error::NodeError;
use abi::id::Hash;
use abi::interface::{BAD_ARGUMENTS, Described, ErrorForm, Kind, MethodForm, Type};

/// What follows the program's own types: the requests, the signatures.
const SUPPORT: [&str; 2] = [include_str!("typescript/support.ts"), include_str!("typescript/signing.ts")];

/// Words that name no type of a program: those of the language, and the types that the client needs itself.
const WORDS: &str = "any bigint boolean never null number object string symbol undefined unknown void AbortSignal Array \
    AsyncGenerator CryptoKey DataView Error Map Math Number Object Promise ReadonlyMap RequestInit Response String \
    TextDecoder TextEncoder TypeError Uint32Array Uint8Array ProgramError Event";
/// What a method cannot be called: what every client has, and what the language takes for something else.
const METHODS: &str = "constructor events receipt serving shard then toString toLocaleString valueOf hasOwnProperty isPrototypeOf \
     propertyIsEnumerable";

/// The source.
pub(super) fn source(program: &Hash, interface: &Described) -> Result<String, NodeError> {
    let mut names = Names::without(WORDS);
    names = SUPPORT.iter().fold(names, |names, text| names.beside(text));
    let client = names.of_type(&format!("{}_client", interface.name), "");
    let types = Types::of(interface, &mut names)?;
    let file = File { interface, types };
    let about = format!(
        "A client of the program `{}`, written by `foil client` from its interface: write it again rather than change \
         it. It needs no package; its target is ES2020 or later, in a browser or Node.js 20. The program is `{program}`.",
        interface.name
    );
    let mut text = comment("", &about);
    for (form, name) in &file.types.named {
        text += &file.named(form, name);
    }
    text += &(file.errors() + &file.events() + &file.client(&client, program) + &file.forms());
    SUPPORT.iter().for_each(|part| text += &format!("\n{part}"));
    Ok(text)
}

/// What is written of.
struct File<'a> {
    interface: &'a Described,
    types: Types<'a>,
}

impl File<'_> {
    /// A type of the language.
    fn of(&self, form: &Type) -> String {
        match form {
            Type::Unit => "null".into(),
            Type::Bool => "boolean".into(),
            Type::Unsigned(64) | Type::Signed(64) | Type::U128 => "bigint".into(),
            Type::Unsigned(_) | Type::Signed(_) => "number".into(),
            Type::Text => "string".into(),
            Type::Bytes | Type::Hash | Type::Fixed(_) => "Uint8Array".into(),
            Type::Option(inner) => format!("{} | null", self.of(inner)),
            Type::List(inner) if matches!(**inner, Type::Option(_)) => format!("({})[]", self.of(inner)),
            Type::List(inner) => format!("{}[]", self.of(inner)),
            Type::Tuple(members) => {
                format!("[{}]", members.iter().map(|it| self.of(it)).collect::<Vec<_>>().join(", "))
            }
            Type::Struct(..) | Type::Enum(..) => self.types.name(form).into(),
        }
    }

    /// What the client knows of a type when it runs.
    fn form(&self, form: &Type) -> String {
        match form {
            Type::Unit => quoted("unit"),
            Type::Unsigned(bits) => quoted(&format!("u{bits}")),
            Type::Signed(bits) => quoted(&format!("i{bits}")),
            Type::Bool | Type::U128 | Type::Text | Type::Bytes | Type::Hash => quoted(&form.to_string()),
            Type::Fixed(length) => format!("{{ fixed: {length} }}"),
            Type::Option(inner) => format!("{{ option: {} }}", self.form(inner)),
            Type::List(inner) => format!("{{ list: {} }}", self.form(inner)),
            Type::Tuple(members) => {
                let members: Vec<String> = members.iter().map(|it| self.form(it)).collect();
                format!("{{ tuple: [{}] }}", members.join(", "))
            }
            Type::Struct(..) | Type::Enum(..) => format!("form{}", self.types.name(form)),
        }
    }

    fn fields(&self, fields: &[(String, Type)]) -> String {
        let field = |(name, form): &(String, Type)| format!("[{}, {}]", quoted(name), self.form(form));
        format!("[{}]", fields.iter().map(field).collect::<Vec<_>>().join(", "))
    }

    /// A struct or an enumeration, and its form.
    fn named(&self, form: &Type, name: &str) -> String {
        match form {
            Type::Struct(_, fields) => {
                let mut text = format!("\n{}", comment("", &format!("The program's `{form}`.")));
                text += &format!("export interface {name} {{\n");
                for (field, form) in fields {
                    let about = comment("  ", &format!("`{form}`."));
                    text += &format!("{about}  {}: {};\n", quoted_if_needed(field), self.of(form));
                }
                text + &format!("}}\nconst form{name}: Form = {{ struct: {} }};\n", self.fields(fields))
            }
            Type::Enum(_, variants) => {
                let variants: Vec<String> = variants.iter().map(|it| quoted(it)).collect();
                format!(
                    "\n{}export type {name} = {};\nconst form{name}: Form = {{ names: [{}] }};\n",
                    comment("", &format!("The program's `{form}`.")),
                    variants.join(" | "),
                    variants.join(", ")
                )
            }
            _ => String::new(),
        }
    }

    /// The program's errors.
    fn errors(&self) -> String {
        let mut text = "\n/** Why the program refuses. */\nexport type ProgramError =\n".to_owned();
        let (code, name) = BAD_ARGUMENTS;
        text += "  /** The arguments are not those of the method. */\n";
        text += &format!("  | {{ code: {code}; name: {} }}\n", quoted(name));
        for ErrorForm { code, name, doc, fields } in &self.interface.errors {
            let field =
                |(name, form): &(String, Type)| format!("{}: {}", quoted_if_needed(name), self.of(form));
            let fields: Vec<String> = fields.iter().map(field).collect();
            let fields = match fields.is_empty() {
                true => String::new(),
                false => format!("; fields: {{ {} }}", fields.join("; ")),
            };
            text +=
                &format!("{}  | {{ code: {code}; name: {}{fields} }}\n", comment("  ", doc), quoted(name));
        }
        text + "  /** An error that the interface does not have: the program may be another by now. */\n  \
                | { code: null; name: string; said: unknown };\n"
    }

    /// The program's events.
    fn events(&self) -> String {
        let mut text =
            "\n/** What the program says of what it does, and in which record. */\nexport type Event =\n"
                .to_owned();
        for event in &self.interface.events {
            text += &format!(
                "  | {{ seq: bigint; event: {}; data: {} }}\n",
                quoted(&event.name),
                self.of(&event.data)
            );
        }
        text + "  /** An event that the interface does not have: another program's of the shard. */\n  \
                | { seq: bigint; event: null; name: string; data: unknown };\n"
    }

    fn client(&self, client: &str, program: &Hash) -> String {
        let mut text = format!(
            "\n/** The program, at a node. */\nexport class {client} {{\n  /** The program whose interface this is. */\n  \
             static readonly program = \"{program}\";\n  private readonly shard: Shard;\n\n  \
             constructor(settings: Settings) {{\n    this.shard = new Shard(settings, forms);\n  }}\n\n  \
             /** The id of the program that serves. */\n  serving(): Promise<string> {{\n    \
             return this.shard.program();\n  }}\n\n  /** The receipt of a record, as a file. */\n  \
             receipt(seq: bigint): Promise<Uint8Array> {{\n    return this.shard.receipt(seq);\n  }}\n\n  \
             /** The events of records from one on, and of those that come; those that come alone, if none is named. */\n  \
             events(from: bigint | null = null, signal: AbortSignal | null = null): AsyncGenerator<Event> {{\n    \
             return this.shard.events(from, signal);\n  }}\n"
        );
        let mut names = Names::without(METHODS);
        for method in &self.interface.methods {
            text += &self.method(method, &names.of_member(&method.name));
        }
        text + "}\n"
    }

    fn method(&self, method: &MethodForm, name: &str) -> String {
        let (word, request, answer) = match method.kind {
            Kind::Call => ("call", "CallOptions", "Made"),
            Kind::Query => ("query", "QueryOptions", "Asked"),
        };
        let param = |(name, form): &(String, Type)| {
            let may_lack = if matches!(form, Type::Option(_)) { "?" } else { "" };
            format!("{}{may_lack}: {}", quoted_if_needed(name), self.of(form))
        };
        let params: Vec<String> = method.params.iter().map(param).collect();
        let (params, args) = match params.is_empty() {
            true => (String::new(), "{}"),
            false => (format!("args: {{ {} }}, ", params.join("; ")), "args"),
        };
        format!(
            "\n{}  {name}({params}options: {request} = {{}}): Promise<{answer}<{}>> {{\n    \
             return this.shard.{word}({}, {}, {}, {args}, options);\n  }}\n",
            comment("  ", &method.doc),
            self.of(&method.returns),
            quoted(&method.name),
            self.fields(&method.params),
            self.form(&method.returns),
        )
    }

    /// What the client knows of events and errors when it runs.
    fn forms(&self) -> String {
        let event = |name: &str, form: &Type| format!("    [{}, {}],\n", quoted(name), self.form(form));
        let events: String = self.interface.events.iter().map(|it| event(&it.name, &it.data)).collect();
        let error = |code: u64, name: &str, fields: &[(String, Type)]| {
            format!("    [{}, [{}, {}]],\n", quoted(&code.to_string()), quoted(name), self.fields(fields))
        };
        let (code, name) = BAD_ARGUMENTS;
        let errors = self.interface.errors.iter().map(|it| error(it.code, &it.name, &it.fields));
        let errors: String = std::iter::once(error(code, name, &[])).chain(errors).collect();
        format!(
            "\nconst forms: Forms = {{\n  events: new Map<string, Form>([\n{events}  ]),\n  \
             errors: new Map<string, readonly [string, Fields]>([\n{errors}  ]),\n}};\n"
        )
    }
}

/// A text as a literal.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The name of a property.
fn quoted_if_needed(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain { name.into() } else { quoted(name) }
}

fn comment(indent: &str, text: &str) -> String {
    match prose(text).as_slice() {
        [] => String::new(),
        [line] => format!("{indent}/** {line} */\n"),
        lines => {
            let lines: String = lines.iter().map(|line| format!("{indent} * {line}\n")).collect();
            format!("{indent}/**\n{lines}{indent} */\n")
        }
    }
}
