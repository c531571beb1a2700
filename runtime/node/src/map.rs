//! How a row becomes a call: a map gives each argument a column, a constant, or a hash of columns.
//!
//! ```json
//! {
//!   "method": "transfer",
//!   "args": {
//!     "id":     { "hash": ["carrier", "flight", "sched_time"] },
//!     "debit":  { "hash": ["origin"] },
//!     "code":   { "constant": 1 },
//!     "amount": { "present": "dep_delay_min", "then": 1, "else": 0 },
//!     "note":   { "column": "tail" }
//!   }
//! }
//! ```
//!
//! A hash depends on the columns' values alone, not on their names, so that two columns can name one
//! thing.

use crate::error::NodeError;
use crate::rows::Row;
use crate::value::{hex, plain};
use abi::hash::RUN_COLUMNS;
use abi::id::Hash;
use abi::interface::{MethodForm, Type};
use serde_json::{Map, Value};
use std::io::Read;
use std::path::Path;

/// Where an argument comes from.
#[derive(Clone, PartialEq, Debug)]
enum Rule {
    Column(String),
    Constant(Value),
    Hash(Vec<String>),
    Present { column: String, then: Value, otherwise: Value },
}

/// A method, and where its arguments come from.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RowMap {
    /// The method.
    pub method: String,
    args: Vec<(String, Rule)>,
}

/// The largest map, in bytes.
const MAP_BYTES_MAX: u64 = 1 << 20;

impl RowMap {
    /// Reads a map.
    pub(crate) fn read(path: &Path) -> Result<RowMap, NodeError> {
        let name = path.display().to_string();
        let failed = |e: std::io::Error| NodeError::io(format!("read {name}"), e);
        let mut text = String::new();
        verify::files::open(path)
            .map_err(failed)?
            .take(MAP_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(failed)?;
        RowMap::parse(&text).map_err(|because| NodeError::Map { file: name, because })
    }

    fn parse(text: &str) -> Result<RowMap, String> {
        let map: Map<String, Value> = serde_json::from_str(text).map_err(|e| e.to_string())?;
        known(&map, &["method", "args"])?;
        let method = map.get("method").and_then(Value::as_str).ok_or("`method` is a name")?;
        let args = map.get("args").and_then(Value::as_object).ok_or("`args` is an object")?;
        let rules = args.iter().map(|(name, rule)| {
            Ok((name.clone(), Rule::parse(rule).map_err(|why| format!("argument `{name}`: {why}"))?))
        });
        Ok(RowMap { method: method.into(), args: rules.collect::<Result<_, String>>()? })
    }

    /// The arguments of a row, as a JSON object.
    ///
    /// # Errors
    ///
    /// A column that the row does not have.
    pub(crate) fn arguments(&self, method: &MethodForm, row: &Row) -> Result<Value, String> {
        let mut args = Map::new();
        for (name, rule) in &self.args {
            let form = method.params.iter().find(|(param, _)| param == name).map(|(_, form)| form);
            args.insert(name.clone(), rule.value(form, row)?);
        }
        Ok(Value::Object(args))
    }
}

impl Rule {
    fn parse(rule: &Value) -> Result<Rule, String> {
        let rule = rule.as_object().ok_or("a rule is an object")?;
        let text = |name: &str| rule.get(name).and_then(Value::as_str).map(str::to_owned);
        let value = |name: &str| rule.get(name).cloned();
        if let Some(column) = text("column") {
            known(rule, &["column"])?;
            return Ok(Rule::Column(column));
        }
        if let Some(constant) = value("constant") {
            known(rule, &["constant"])?;
            return Ok(Rule::Constant(constant));
        }
        if let Some(column) = text("present") {
            known(rule, &["present", "then", "else"])?;
            let (then, otherwise) =
                value("then").zip(value("else")).ok_or("`present` needs `then` and `else`")?;
            return Ok(Rule::Present { column, then, otherwise });
        }
        known(rule, &["hash"])?;
        let columns = rule
            .get("hash")
            .and_then(Value::as_array)
            .ok_or("a rule is one of `column`, `constant`, `hash` (a list of columns), `present`")?;
        let names = columns.iter().map(|name| name.as_str().map(str::to_owned));
        names
            .collect::<Option<Vec<_>>>()
            .filter(|names| !names.is_empty())
            .map(Rule::Hash)
            .ok_or_else(|| "`hash` is a list of column names".into())
    }

    fn value(&self, form: Option<&Type>, row: &Row) -> Result<Value, String> {
        Ok(match self {
            Rule::Column(name) => column(row, name)?.clone(),
            Rule::Constant(value) => value.clone(),
            Rule::Present { column: name, then, otherwise } => match column(row, name)? {
                Value::Null => otherwise.clone(),
                Value::String(text) if text.is_empty() => otherwise.clone(),
                _ => then.clone(),
            },
            Rule::Hash(names) => {
                let mut input = Vec::new();
                for name in names {
                    let text = plain(column(row, name)?);
                    input.extend((text.len() as u64).to_be_bytes());
                    input.extend(text.as_bytes());
                }
                shaped(&RUN_COLUMNS.hash(&input), form)
            }
        })
    }
}

/// As many of a digest's first bytes as the type holds.
fn shaped(digest: &Hash, form: Option<&Type>) -> Value {
    let bytes = &digest.0[..];
    match form {
        Some(Type::U128) => Value::String(format!("0x{}", hex(&bytes[..16]))),
        Some(Type::Unsigned(bits)) => {
            let first = bytes[..8].iter().fold(0u64, |number, &byte| number << 8 | u64::from(byte));
            (first >> 64u32.saturating_sub(*bits).min(63)).into()
        }
        Some(Type::Fixed(len)) => Value::String(hex(&bytes[..(*len).min(32)])),
        _ => Value::String(hex(bytes)),
    }
}

fn column<'a>(row: &'a Row, name: &str) -> Result<&'a Value, String> {
    row.columns.get(name).ok_or_else(|| format!("there is no column `{name}`"))
}

fn known(map: &Map<String, Value>, names: &[&str]) -> Result<(), String> {
    match map.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(format!("unknown field `{name}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row() -> Row {
        let columns = json!({ "from": "JFK", "to": "JFK", "late": "", "n": 3 });
        Row { line: 2, columns: columns.as_object().unwrap().clone() }
    }

    fn value(rule: Value, form: &Type) -> Result<Value, String> {
        Rule::parse(&rule)?.value(Some(form), &row())
    }

    #[test]
    fn every_rule_gives_its_value() {
        assert_eq!(value(json!({ "column": "n" }), &Type::Text), Ok(json!(3)));
        assert_eq!(value(json!({ "constant": [1] }), &Type::Text), Ok(json!([1])));
        let rule = |column| json!({ "present": column, "then": 1, "else": 0 });
        assert_eq!(value(rule("late"), &Type::Text), Ok(json!(0)));
        assert_eq!(value(rule("from"), &Type::Text), Ok(json!(1)));
        let hash = |column| value(json!({ "hash": [column] }), &Type::U128).unwrap();
        assert_eq!(hash("from"), hash("to"), "a hash is of values, not of names");
        assert_ne!(hash("from"), hash("late"));
    }

    #[test]
    fn a_hash_fits_its_type() {
        let hash = |form| value(json!({ "hash": ["from"] }), &form).unwrap();
        assert!(hash(Type::Unsigned(8)).as_u64().unwrap() < 256);
        assert_eq!(hash(Type::Fixed(5)).as_str().unwrap().len(), 10);
        assert_eq!(hash(Type::Hash).as_str().unwrap().len(), 64);
    }

    #[test]
    fn a_wrong_map_says_where() {
        let error = |text: &str| RowMap::parse(text).unwrap_err();
        assert!(error("{}").contains("method"));
        assert!(error(r#"{"method":"m","args":{"a":{"columm":"x"}}}"#).contains("columm"));
        assert!(error(r#"{"method":"m","args":{"a":{"hash":[]}}}"#).contains("column names"));
        assert!(error(r#"{"method":"m","args":{},"more":1}"#).contains("more"));
        assert_eq!(value(json!({ "column": "none" }), &Type::Text), Err("there is no column `none`".into()));
    }
}
