//! An interface, read from its text.

use super::InterfaceError;
use abi::call::is_method_name;
use abi::interface::{Described, ErrorForm, EventForm, Kind, MethodForm, SlotForm, Type};
use abi::limits::CBOR_DEPTH_MAX;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Display;

/// Most types in an interface, those in others counted each time: names stand for what may be large.
const TYPES_MAX: usize = 100_000;

/// A field: its name and its type.
type FieldText = (String, Value);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InterfaceText {
    name: String,
    #[serde(default)]
    types: Vec<Value>,
    methods: Vec<MethodText>,
    #[serde(default)]
    state: Vec<SlotText>,
    #[serde(default)]
    events: Vec<EventText>,
    #[serde(default)]
    errors: Vec<ErrorText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MethodText {
    kind: KindText,
    name: String,
    #[serde(default)]
    doc: String,
    #[serde(default)]
    params: Vec<FieldText>,
    #[serde(default = "unit")]
    returns: Value,
    #[serde(default)]
    fails: bool,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum KindText {
    Call,
    Query,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotText {
    name: String,
    #[serde(default)]
    key: Value,
    value: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventText {
    name: String,
    data: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorText {
    code: u64,
    name: String,
    #[serde(default)]
    doc: String,
    #[serde(default)]
    fields: Vec<FieldText>,
}

fn unit() -> Value {
    Value::from("unit")
}

/// The type that a word is by itself.
pub(super) fn plain(word: &str) -> Option<Type> {
    Some(match word {
        "unit" => Type::Unit,
        "bool" => Type::Bool,
        "u8" => Type::Unsigned(8),
        "u16" => Type::Unsigned(16),
        "u32" => Type::Unsigned(32),
        "u64" => Type::Unsigned(64),
        "u128" => Type::U128,
        "i8" => Type::Signed(8),
        "i16" => Type::Signed(16),
        "i32" => Type::Signed(32),
        "i64" => Type::Signed(64),
        "text" => Type::Text,
        "bytes" => Type::Bytes,
        "hash" => Type::Hash,
        _ => return None,
    })
}

/// Reads an interface.
pub(super) fn read(text: &[u8]) -> Result<Described, InterfaceError> {
    let text: InterfaceText = serde_json::from_slice(text)
        .map_err(|error| InterfaceError::Malformed { because: error.to_string() })?;
    let mut types = Types::new(&text.types)?;
    named("name", &text.name)?;
    once("methods", text.methods.iter().map(|it| &it.name))?;
    once("state", text.state.iter().map(|it| &it.name))?;
    once("events", text.events.iter().map(|it| &it.name))?;
    once("errors", text.errors.iter().map(|it| &it.name))?;
    once("errors", text.errors.iter().map(|it| it.code))?;
    Ok(Described {
        methods: text.methods.iter().map(|it| method(it, &mut types)).collect::<Result<_, _>>()?,
        state: text.state.iter().map(|it| slot(it, &mut types)).collect::<Result<_, _>>()?,
        events: text.events.iter().map(|it| event(it, &mut types)).collect::<Result<_, _>>()?,
        errors: text.errors.iter().map(|it| error(it, &mut types)).collect::<Result<_, _>>()?,
        name: text.name,
    })
}

fn method(text: &MethodText, types: &mut Types<'_>) -> Result<MethodForm, InterfaceError> {
    let at = format!("method `{}`", text.name);
    if !is_method_name(&text.name) {
        return Err(form_error(&at, "a method's name is 1 to 64 of a–z, 0–9 and _"));
    }
    Ok(MethodForm {
        kind: match text.kind {
            KindText::Call => Kind::Call,
            KindText::Query => Kind::Query,
        },
        name: text.name.clone(),
        doc: text.doc.clone(),
        params: types.fields(&at, &text.params)?,
        returns: types.form(&at, &text.returns)?,
        fails: text.fails,
    })
}

fn slot(text: &SlotText, types: &mut Types<'_>) -> Result<SlotForm, InterfaceError> {
    let at = format!("state `{}`", text.name);
    named(&at, &text.name)?;
    let key = if text.key.is_null() { None } else { Some(types.form(&at, &text.key)?) };
    if key.as_ref().is_some_and(|key| !is_key(key)) {
        return Err(form_error(
            &at,
            "keys are numbers, booleans, texts, bytes, hashes, and structs and tuples of them",
        ));
    }
    Ok(SlotForm { name: text.name.clone(), key, value: types.form(&at, &text.value)? })
}

fn event(text: &EventText, types: &mut Types<'_>) -> Result<EventForm, InterfaceError> {
    let at = format!("event `{}`", text.name);
    named(&at, &text.name)?;
    Ok(EventForm { name: text.name.clone(), data: types.form(&at, &text.data)? })
}

fn error(text: &ErrorText, types: &mut Types<'_>) -> Result<ErrorForm, InterfaceError> {
    let at = format!("error `{}`", text.name);
    named(&at, &text.name)?;
    if text.code == 0 {
        return Err(form_error(
            &at,
            "code 0 is that of arguments that do not decode; a program's own begin with 1",
        ));
    }
    let fields = types.fields(&at, &text.fields)?;
    Ok(ErrorForm { code: text.code, name: text.name.clone(), doc: text.doc.clone(), fields })
}

fn is_key(form: &Type) -> bool {
    match form {
        Type::Unit | Type::Option(_) | Type::List(_) | Type::Enum(..) => false,
        Type::Tuple(members) => members.iter().all(is_key),
        Type::Struct(_, fields) => fields.iter().all(|(_, field)| is_key(field)),
        _ => true,
    }
}

fn form_error(at: &str, because: impl Into<String>) -> InterfaceError {
    InterfaceError::Form { at: at.to_owned(), because: because.into() }
}

/// A name that is one: the name of a field of state ends with the first zero byte of its keys.
fn named(at: &str, name: &str) -> Result<(), InterfaceError> {
    let is_name = !name.is_empty() && !name.contains('\0');
    is_name.then_some(()).ok_or_else(|| form_error(at, "a name is not empty, and holds no zero byte"))
}

fn once<T: Ord + Display>(at: &str, names: impl Iterator<Item = T>) -> Result<(), InterfaceError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if seen.contains(&name) {
            return Err(InterfaceError::Twice { at: at.to_owned(), name: format!("`{name}`") });
        }
        seen.insert(name);
    }
    Ok(())
}

/// The types that the file defines, and how many more it may use.
struct Types<'a> {
    defined: Vec<(&'a str, &'a Value)>,
    left: usize,
}

impl<'a> Types<'a> {
    fn new(definitions: &'a [Value]) -> Result<Types<'a>, InterfaceError> {
        let name = |value: &'a Value| value.get("struct").or(value.get("enum")).and_then(Value::as_str);
        let mut types = Types { defined: Vec::new(), left: TYPES_MAX };
        for definition in definitions {
            let name = name(definition).ok_or_else(|| {
                form_error("types", "each is a `struct` with `fields`, or an `enum` with `variants`")
            })?;
            if plain(name).is_some() {
                return Err(form_error("types", format!("`{name}` is a type already")));
            }
            types.defined.push((name, definition));
        }
        once("types", types.defined.iter().map(|(name, _)| name))?;
        // So that what nothing uses is right, too.
        definitions.iter().try_for_each(|definition| types.form("types", definition).map(drop))?;
        Ok(types)
    }

    fn fields(&mut self, at: &str, fields: &[FieldText]) -> Result<Vec<(String, Type)>, InterfaceError> {
        once(at, fields.iter().map(|(name, _)| name))?;
        fields.iter().map(|(name, form)| Ok((name.clone(), self.form(at, form)?))).collect()
    }

    fn form(&mut self, at: &str, text: &Value) -> Result<Type, InterfaceError> {
        self.form_within(at, text, CBOR_DEPTH_MAX)
    }

    /// The recursion is as deep as the type, which is bounded, and as long as all types together, which are.
    fn form_within(&mut self, at: &str, text: &Value, depth: usize) -> Result<Type, InterfaceError> {
        let depth =
            depth.checked_sub(1).ok_or_else(|| form_error(at, "a type is nested too deep, or in itself"))?;
        self.left = self.left.checked_sub(1).ok_or_else(|| form_error(at, "the types are too large"))?;
        if let Some(word) = text.as_str() {
            let defined =
                self.defined.iter().find(|(name, _)| *name == word).map(|(_, definition)| *definition);
            return match (plain(word), defined) {
                (Some(form), _) => Ok(form),
                (None, Some(definition)) => self.form_within(at, definition, depth + 1),
                (None, None) => Err(InterfaceError::UnknownType { at: at.to_owned(), name: word.to_owned() }),
            };
        }
        let mut entries: Vec<(&str, &Value)> =
            text.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value)).collect();
        entries.sort_by_key(|(key, _)| *key);
        match entries.as_slice() {
            [("fixed", len)] => {
                let len = len.as_u64().and_then(|len| usize::try_from(len).ok());
                Ok(Type::Fixed(len.ok_or_else(|| form_error(at, "`fixed` is a number of bytes"))?))
            }
            [("option", inner)] => match self.form_within(at, inner, depth)? {
                Type::Option(_) => Err(form_error(at, "an option of an option has no form of its own")),
                inner => Ok(Type::Option(Box::new(inner))),
            },
            [("list", inner)] => Ok(Type::List(Box::new(self.form_within(at, inner, depth)?))),
            [("tuple", Value::Array(members))] => {
                let members = members.iter().map(|member| self.form_within(at, member, depth));
                Ok(Type::Tuple(members.collect::<Result<_, _>>()?))
            }
            [("fields", Value::Array(fields)), ("struct", Value::String(name))] => {
                named(at, name)?;
                let at = format!("struct `{name}`");
                let fields = fields.iter().map(|field| self.field(&at, field, depth));
                let fields: Vec<(String, Type)> = fields.collect::<Result<_, _>>()?;
                once(&at, fields.iter().map(|(name, _)| name))?;
                Ok(Type::Struct(name.clone(), fields))
            }
            [("enum", Value::String(name)), ("variants", Value::Array(variants))] => {
                named(at, name)?;
                let at = format!("enum `{name}`");
                let variants: Option<Vec<String>> =
                    variants.iter().map(|variant| variant.as_str().map(str::to_owned)).collect();
                let variants = variants.ok_or_else(|| form_error(&at, "variants are names"))?;
                once(&at, variants.iter())?;
                Ok(Type::Enum(name.clone(), variants))
            }
            _ => Err(form_error(at, "something that is no type stands where a type must be")),
        }
    }

    fn field(&mut self, at: &str, text: &Value, depth: usize) -> Result<(String, Type), InterfaceError> {
        match text.as_array().map(Vec::as_slice) {
            Some([Value::String(name), form]) => Ok((name.clone(), self.form_within(at, form, depth)?)),
            _ => Err(form_error(at, "a field is a name and a type")),
        }
    }
}
