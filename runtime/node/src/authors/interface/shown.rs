//! An interface as text, from what a host has read of it.

use super::text;
use abi::interface::{Described, Kind, Type};
use serde_json::{Value, json};

/// The interface in the form of `interface.json`.
pub fn text_of(described: &Described) -> Value {
    let mut types = Types::default();
    let methods: Vec<Value> = described
        .methods
        .iter()
        .map(|it| {
            json!({
                "kind": match it.kind { Kind::Call => "call", Kind::Query => "query" },
                "name": it.name,
                "doc": it.doc,
                "params": types.fields(&it.params),
                "returns": types.form(&it.returns),
                "fails": it.fails,
            })
        })
        .collect();
    let state: Vec<Value> = described
        .state
        .iter()
        .map(|it| {
            let key = it.key.as_ref().map(|key| types.form(key));
            json!({ "name": it.name, "key": key, "value": types.form(&it.value) })
        })
        .collect();
    let events: Vec<Value> =
        described.events.iter().map(|it| json!({ "name": it.name, "data": types.form(&it.data) })).collect();
    let errors: Vec<Value> = described.errors.iter().map(|it| {
        json!({ "code": it.code, "name": it.name, "doc": it.doc, "fields": types.fields(&it.fields) })
    }).collect();
    let types: Vec<Value> = types.0.into_iter().map(|(_, shown)| shown).collect();
    json!({
        "name": described.name,
        "types": types,
        "methods": methods,
        "state": state,
        "events": events,
        "errors": errors,
    })
}

/// The named types that were met, each behind those that it is made of.
#[derive(Default)]
struct Types(Vec<(Type, Value)>);

impl Types {
    fn fields(&mut self, fields: &[(String, Type)]) -> Vec<Value> {
        fields.iter().map(|(name, form)| json!([name, self.form(form)])).collect()
    }

    fn form(&mut self, form: &Type) -> Value {
        match form {
            Type::Unit => json!("unit"),
            Type::Bool
            | Type::Unsigned(_)
            | Type::U128
            | Type::Signed(_)
            | Type::Text
            | Type::Bytes
            | Type::Hash => {
                json!(form.to_string())
            }
            Type::Fixed(len) => json!({ "fixed": len }),
            Type::Option(inner) => json!({ "option": self.form(inner) }),
            Type::List(inner) => json!({ "list": self.form(inner) }),
            Type::Tuple(members) => {
                let members: Vec<Value> = members.iter().map(|member| self.form(member)).collect();
                json!({ "tuple": members })
            }
            Type::Struct(name, fields) => {
                let shown = json!({ "struct": name, "fields": self.fields(fields) });
                self.named(name, form, shown)
            }
            Type::Enum(name, variants) => {
                self.named(name, form, json!({ "enum": name, "variants": variants }))
            }
        }
    }

    /// A type by its name, if that means no other: types of two modules may have one name.
    fn named(&mut self, name: &str, form: &Type, shown: Value) -> Value {
        let is_of_this_name = |(known, _): &&(Type, Value)| matches!(known, Type::Struct(it, _) | Type::Enum(it, _) if it == name);
        match self.0.iter().find(is_of_this_name) {
            Some((known, _)) if known == form => json!(name),
            Some(_) => shown,
            None if text::plain(name).is_some() => shown,
            None => {
                self.0.push((form.clone(), shown));
                json!(name)
            }
        }
    }
}
