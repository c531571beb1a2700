//! The serving program as commands see it: its interface, and its answers as JSON.

use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::nearest::hint;
use crate::told::trap_fields;
use crate::value::{from_json, hex, to_json};
use abi::codec::{Decode, dynamic};
use abi::effect::{Event, Message};
use abi::id::Hash;
use abi::interface::{BAD_ARGUMENTS, Described, ErrorForm, Kind, MethodForm, Type, decode_value};
use abi::outcome::Outcome;
use kernel::{After, Machine, Programs, Rejected, RunError};
use serde_json::{Map, Value, json};
use vm::{Engine, Program, Vm};

/// The program that serves a shard.
pub struct Serving {
    /// Its id.
    pub id: Hash,
    /// What it says of itself.
    pub interface: Described,
}

impl Serving {
    /// The program that serves `shard`.
    pub fn of(shard: &mut NodeShard) -> Result<Serving, NodeError> {
        Serving::after(&mut shard.now())
    }

    /// The program that served a shard then.
    pub fn after(after: &mut After<'_>) -> Result<Serving, NodeError> {
        let id = after.serving()?.ok_or(NodeError::Rejected(Rejected::NoProgram))?;
        Serving::find(after.machine(), id)
    }

    /// The program `id`, as it served when it was called.
    pub fn find(machine: &mut Machine, id: Hash) -> Result<Serving, NodeError> {
        Serving::of_program(machine.program(&id).map_err(|error| cannot_run(id, error))?)
    }

    /// The program `id`, as it is kept.
    pub(crate) fn kept(data: &Data, id: Hash) -> Result<Serving, NodeError> {
        let programs = data.programs()?;
        let wasm = programs.read(&id)?.ok_or_else(|| cannot_run(id, RunError::Missing(id)))?;
        // Whoever runs it has compiled it, and kept that.
        let program = Vm::new(Engine::Cranelift)?.admit_cached(&wasm, &programs);
        Serving::of_program(&program.map_err(NodeError::Program)?)
    }

    /// A program, by what it says of itself.
    pub fn of_program(program: &Program) -> Result<Serving, NodeError> {
        let section = program.interface().ok_or_else(|| NodeError::Interface("it has none".into()))?;
        let interface = Described::from_bytes(section).map_err(|e| NodeError::Interface(e.to_string()))?;
        Ok(Serving { id: program.id(), interface })
    }

    /// A method of one kind.
    pub fn method(&self, name: &str, kind: Kind) -> Result<&MethodForm, NodeError> {
        let found = self.interface.methods.iter().find(|method| method.name == name && method.kind == kind);
        found.ok_or_else(|| NodeError::NoMethod {
            method: name.into(),
            kind: word(kind),
            hint: self.meant(name, kind),
        })
    }

    /// What somebody may have meant who named a method that there is not.
    fn meant(&self, name: &str, kind: Kind) -> String {
        match self.interface.method(name).map(|other| other.kind) {
            Some(other) => format!("it is a {kind}: `foil {kind} {name}`", kind = word(other)),
            None => {
                let known = self.interface.methods.iter().filter(|method| method.kind == kind);
                hint(name, known.map(|method| method.name.as_str()))
            }
        }
    }

    /// An outcome as JSON: the answer by the method's type, an error by its name.
    pub fn outcome(&self, method: &MethodForm, outcome: &Outcome) -> Map<String, Value> {
        let (word, fields) = match outcome {
            Outcome::Returned(bytes) => {
                let value = decode_value(&method.returns, bytes);
                let value = value.map_or_else(|_| raw(bytes), |value| to_json(&value));
                ("returned", Map::from_iter([("value".into(), value)]))
            }
            Outcome::Failed(bytes) => ("failed", Map::from_iter([("error".into(), self.error(bytes))])),
            Outcome::Trapped(trap) => ("trapped", trap_fields(*trap)),
        };
        let mut shown = Map::from_iter([("outcome".into(), word.into())]);
        shown.extend(fields);
        shown
    }

    /// An error's code, name and fields: `[code, name, field…]`.
    pub fn error(&self, bytes: &[u8]) -> Value {
        let Ok(ciborium::Value::Array(parts)) = dynamic::decode(bytes) else {
            return raw(bytes);
        };
        let code =
            parts.first().and_then(ciborium::Value::as_integer).and_then(|code| u64::try_from(code).ok());
        let form = code.and_then(|code| self.interface.error(code));
        // By the types of its fields, if it is of the interface: bytes alone do not tell a number from a hash.
        let parts = form.and_then(|form| typed(form, bytes)).unwrap_or(parts);
        let [_, name, fields @ ..] = parts.as_slice() else {
            return raw(bytes);
        };
        let doc = match code {
            Some(code) if code == BAD_ARGUMENTS.0 => "the arguments are not those of the method",
            _ => form.map_or("", |form| form.doc.as_str()),
        };
        let mut shown = Map::new();
        shown.insert("code".into(), json!(code));
        shown.insert("name".into(), to_json(name));
        shown.insert("doc".into(), doc.into());
        for (index, field) in fields.iter().enumerate() {
            let name = form.and_then(|form| form.fields.get(index)).map(|(name, _)| name.clone());
            shown.insert(name.unwrap_or_else(|| format!("field_{index}")), to_json(field));
        }
        Value::Object(shown)
    }

    /// An event as JSON.
    pub fn event(&self, event: &Event) -> Value {
        let form = self.interface.event(&event.name);
        let value = form.and_then(|form| decode_value(&form.data, &event.data).ok());
        json!({ "event": event.name, "data": value.map_or_else(|| raw(&event.data), |value| to_json(&value)) })
    }
}

/// What a kind of method is called, which is the command for it too.
pub(crate) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Call => "call",
        Kind::Query => "query",
    }
}

/// An error's code, name and fields, each by its type.
fn typed(form: &ErrorForm, bytes: &[u8]) -> Option<Vec<ciborium::Value>> {
    let types = [Type::Unsigned(64), Type::Text].into_iter();
    let types = types.chain(form.fields.iter().map(|(_, form)| form.clone())).collect();
    decode_value(&Type::Tuple(types), bytes).ok()?.into_array().ok()
}

/// An outcome as JSON, by the interface of the program that it is of, if that is `serving`.
pub(crate) fn outcome(
    serving: Option<&Serving>,
    program: &Hash,
    method: &str,
    outcome: &Outcome,
) -> Map<String, Value> {
    let serving = serving.filter(|serving| serving.id == *program);
    match serving.and_then(|serving| serving.interface.method(method).map(|form| (serving, form))) {
        Some((serving, form)) => serving.outcome(form, outcome),
        None => Map::from_iter([
            ("outcome".into(), outcome.code().into()),
            ("output".into(), hex(outcome.output()).into()),
        ]),
    }
}

/// Why `program` could not be run.
pub(crate) fn cannot_run(program: Hash, error: RunError) -> NodeError {
    match error {
        RunError::Refused(_, error) => NodeError::Program(error),
        RunError::Fault(fault) => fault.into(),
        RunError::Missing(_) | RunError::NoMethod => NodeError::Rejected(Rejected::ProgramMissing(program)),
    }
}

/// Arguments as JSON, without the names that only their method's program knows.
pub(crate) fn arguments_shown(args: &[u8]) -> Value {
    dynamic::decode(args).map_or_else(|_| json!(hex(args)), |args| to_json(&args))
}

/// An event as JSON, by the interface of the program that it is of, if that is known.
pub(crate) fn event(serving: Option<&Serving>, event: &Event) -> Value {
    match serving {
        Some(serving) => serving.event(event),
        None => json!({ "event": event.name, "data": hex(&event.data) }),
    }
}

/// A message as JSON: what its arguments are called is known to the shard that is asked.
pub(crate) fn message(message: &Message) -> Value {
    json!({
        "to": message.to.to_string(),
        "method": message.method,
        "args": arguments_shown(&message.args),
    })
}

/// Arguments written as `name=value`. A value is JSON where it is a list, an object or `null`, and text otherwise.
pub(crate) fn written(pairs: &[String]) -> Result<Map<String, Value>, NodeError> {
    let mut args = Map::new();
    for pair in pairs {
        let (name, text) = pair.split_once('=').ok_or_else(|| NodeError::Argument {
            name: pair.clone(),
            because: "write it as name=value".into(),
        })?;
        let json = match text.starts_with(['[', '{']) || text == "null" {
            true => serde_json::from_str(text)
                .map_err(|e| NodeError::Argument { name: name.into(), because: format!("not JSON: {e}") })?,
            false => Value::String(text.into()),
        };
        if args.insert(name.into(), json).is_some() {
            return Err(NodeError::Argument { name: name.into(), because: "given twice".into() });
        }
    }
    Ok(args)
}

/// The canonical bytes of arguments given as a JSON object.
pub(crate) fn encode_arguments(method: &MethodForm, args: &Value) -> Result<Vec<u8>, NodeError> {
    let known = || method.params.iter().map(|(name, _)| name.as_str());
    let given = args.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    if let Some(name) = given.into_iter().find(|given| known().all(|it| it != *given)) {
        let because = format!("`{}` takes no such argument; {}", method.name, hint(name, known()));
        return Err(NodeError::Argument { name: name.into(), because });
    }
    method.encode_args(&from_json(args)).map_err(|mismatch| NodeError::Argument {
        name: if mismatch.at.is_empty() { "arguments".into() } else { mismatch.at.clone() },
        because: format!("expected {}, found {}", mismatch.expected, mismatch.found),
    })
}

/// Bytes that nothing says more of.
pub(crate) fn raw(bytes: &[u8]) -> Value {
    json!({ "hex": hex(bytes) })
}
