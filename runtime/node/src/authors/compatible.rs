//! Whether a program reads what another has kept, by the interfaces of both.
//!
//! What decides is the encoding. A value that was written as one type is read as another exactly where each of its
//! encodings is one of the other's:
//!
//! ```text
//! u32 → u64, i64    integers that all fit; likewise from any width to a greater one
//! T → T or null     a null that was kept is no T
//! hash → bytes      a byte string of any length; likewise from N bytes, hash and u128 to others as long
//! [T] → [U], (T, …) → (U, …), struct → struct    as many members, each of which is read
//! enum → enum       the same variants, and more behind them
//! ```
//!
//! Keys are ordered bytes without lengths of their own, so they must stay as they are.
//!
//! # Limits
//!
//! What a program *says* of its state is compared, not what it does with it. Members and fields go by their place: one
//! that only has another name is read, and that is told.

use abi::interface::{Described, SlotForm, Type};

/// What of the old program's state the new one does not read, and what somebody should know.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Differences {
    /// What is not read.
    pub(crate) breaks: Vec<String>,
    /// What is read or kept, and may be meant otherwise.
    pub(crate) warnings: Vec<String>,
}

/// Compares what `new` says of its state with what `old` says.
pub(crate) fn compare(old: &Described, new: &Described) -> Differences {
    let mut found = Differences::default();
    for slot in &old.state {
        match new.state.iter().find(|it| it.name == slot.name) {
            Some(now) => found.slot(slot, now),
            None => found.warnings.push(format!(
                "`{}` is no field any more: what it holds is kept, and no method reads it",
                slot.name
            )),
        }
    }
    found
}

impl Differences {
    fn slot(&mut self, old: &SlotForm, new: &SlotForm) {
        let name = &old.name;
        match (&old.key, &new.key) {
            (None, None) => {}
            (Some(before), Some(now)) if is_same(before, now) => {}
            (Some(before), Some(now)) => {
                self.breaks.push(format!("the keys of `{name}` were {before}, and are to be {now}"));
            }
            (None, Some(_)) => self.breaks.push(format!("`{name}` was one value, and is to be a map")),
            (Some(_), None) => self.breaks.push(format!("`{name}` was a map, and is to be one value")),
        }
        self.value(name, &old.value, &new.value);
    }

    fn value(&mut self, at: &str, old: &Type, new: &Type) {
        let all = |fields: &[(String, Type)]| fields.iter().map(|(_, form)| form.clone()).collect::<Vec<_>>();
        match (old, new) {
            (Type::Unsigned(before), Type::Unsigned(now)) if before <= now => {}
            (Type::Unsigned(before), Type::Signed(now)) if before < now => {}
            (Type::Signed(before), Type::Signed(now)) if before <= now => {}
            (Type::Option(before), Type::Option(now)) => self.value(at, before, now),
            (before, Type::Option(now)) => self.value(at, before, now),
            (Type::List(before), Type::List(now)) => self.value(&format!("{at}[]"), before, now),
            (Type::Struct(_, before), Type::Struct(_, now)) if before.len() == now.len() => {
                for ((name, before), (renamed, now)) in before.iter().zip(now) {
                    if name != renamed {
                        self.warnings.push(format!("what was kept as `{at}.{name}` is read as `{renamed}`"));
                    }
                    self.value(&format!("{at}.{renamed}"), before, now);
                }
            }
            (Type::Enum(_, before), Type::Enum(_, now)) => self.variants(at, before, now),
            (Type::Tuple(before), Type::Tuple(now)) => self.members(at, old, new, before, now),
            (Type::Tuple(before), Type::Struct(_, now)) => self.members(at, old, new, before, &all(now)),
            (Type::Struct(_, before), Type::Tuple(now)) => self.members(at, old, new, &all(before), now),
            _ if old == new || is_bytes_of(old, new) => {}
            _ => self.breaks.push(format!("`{at}` was {}, and is to be {}", told(old), told(new))),
        }
    }

    fn members(&mut self, at: &str, old: &Type, new: &Type, before: &[Type], now: &[Type]) {
        if before.len() != now.len() {
            self.breaks.push(format!("`{at}` was {}, and is to be {}", told(old), told(new)));
            return;
        }
        for (index, (before, now)) in before.iter().zip(now).enumerate() {
            self.value(&format!("{at}.{index}"), before, now);
        }
    }

    fn variants(&mut self, at: &str, before: &[String], now: &[String]) {
        if now.len() < before.len() {
            let gone = before[now.len()..].join(", ");
            self.breaks.push(format!(
                "`{at}` had {} variants, and is to have {}: {gone}",
                before.len(),
                now.len()
            ));
        }
        for (name, renamed) in before.iter().zip(now).filter(|(name, renamed)| name != renamed) {
            self.warnings.push(format!("what was kept in `{at}` as {name} is read as {renamed}"));
        }
    }
}

/// Whether each value of one type is a byte string of the other.
fn is_bytes_of(old: &Type, new: &Type) -> bool {
    let length = |form: &Type| match form {
        Type::U128 => Some(16),
        Type::Hash => Some(32),
        Type::Fixed(len) => Some(*len),
        _ => None,
    };
    length(old).is_some() && (*new == Type::Bytes || length(old) == length(new))
}

/// Whether two types of keys differ in names alone.
fn is_same(old: &Type, new: &Type) -> bool {
    let members = |before: &[Type], now: &[Type]| {
        before.len() == now.len() && before.iter().zip(now).all(|(before, now)| is_same(before, now))
    };
    match (members_of(old), members_of(new)) {
        (Some(before), Some(now)) => members(&before, &now),
        (None, None) => match (old, new) {
            (Type::Enum(_, before), Type::Enum(_, now)) => now.starts_with(before),
            _ => old == new,
        },
        _ => false,
    }
}

/// What a compound key is made of.
fn members_of(form: &Type) -> Option<Vec<Type>> {
    match form {
        Type::Tuple(members) => Some(members.clone()),
        Type::Struct(_, fields) => Some(fields.iter().map(|(_, form)| form.clone()).collect()),
        _ => None,
    }
}

/// A type in a sentence; structs with how many fields they have.
fn told(form: &Type) -> String {
    match form {
        Type::Struct(name, fields) => format!("{name} of {} fields", fields.len()),
        form => form.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(of: Type) -> Type {
        Type::Option(Box::new(of))
    }

    fn list(of: Type) -> Type {
        Type::List(Box::new(of))
    }

    fn record(fields: &[(&str, Type)]) -> Type {
        let fields = fields.iter().map(|(name, form)| ((*name).to_owned(), form.clone()));
        Type::Struct("R".into(), fields.collect())
    }

    fn variants(names: &str) -> Type {
        Type::Enum("E".into(), names.split(' ').map(str::to_owned).collect())
    }

    fn program(slots: &[(&str, Option<Type>, Type)]) -> Described {
        let slot = |(name, key, value): &(&str, Option<Type>, Type)| SlotForm {
            name: (*name).into(),
            key: key.clone(),
            value: value.clone(),
        };
        let state = slots.iter().map(slot).collect();
        Described { name: "p".into(), methods: Vec::new(), state, events: Vec::new(), errors: Vec::new() }
    }

    fn of_values(old: &Type, new: &Type) -> Differences {
        compare(&program(&[("it", None, old.clone())]), &program(&[("it", None, new.clone())]))
    }

    /// What the table of the module says, both ways.
    #[test]
    fn a_value_is_read_where_each_encoding_is_one_of_the_new_type() {
        use Type::{Bytes, Fixed, Hash, Signed, Text, Tuple, U128, Unit, Unsigned};
        let pair = |it: &Type| Tuple(vec![it.clone(), Text]);
        for (old, new, back) in [
            (Unsigned(32), Unsigned(32), true),
            (Unsigned(32), Unsigned(64), false),
            (Unsigned(32), Signed(64), false),
            (Signed(8), Signed(16), false),
            (Text, option(Text), false),
            (option(Unsigned(8)), option(Unsigned(16)), false),
            (Hash, Bytes, false),
            (Hash, Fixed(32), true),
            (U128, Fixed(16), true),
            (list(Unsigned(8)), list(Unsigned(64)), false),
            (pair(&Unsigned(8)), pair(&Unsigned(16)), false),
            (pair(&Unsigned(8)), record(&[("a", Unsigned(8)), ("b", Text)]), true),
            (variants("a b"), variants("a b c"), false),
            (Unit, Unit, true),
        ] {
            assert_eq!(of_values(&old, &new).breaks, Vec::<String>::new(), "{old} -> {new}");
            assert_eq!(of_values(&new, &old).breaks.is_empty(), back, "{new} -> {old}");
        }
        let three = record(&[("a", Unsigned(8)), ("b", Text), ("c", option(Text))]);
        for (old, new) in [
            (Text, Bytes),
            (Unsigned(64), Signed(64)),
            (Unsigned(64), U128),
            (Unsigned(8), Text),
            (record(&[("a", Unsigned(8)), ("b", Text)]), three),
            (list(Text), Text),
        ] {
            assert_eq!(of_values(&old, &new).breaks.len(), 1, "{old} -> {new}");
            assert_eq!(of_values(&new, &old).breaks.len(), 1, "{new} -> {old}");
        }
    }

    #[test]
    fn other_names_in_the_same_place_are_told() {
        let (old, new) = (record(&[("from", Type::Hash)]), record(&[("to", Type::Hash)]));
        let found = of_values(&old, &new);
        assert_eq!((found.breaks.len(), found.warnings.len()), (0, 1));
        assert_eq!(found.warnings[0], "what was kept as `it.from` is read as `to`");
        let found = of_values(&variants("a b"), &variants("b a"));
        assert_eq!((found.breaks.len(), found.warnings.len()), (0, 2));
    }

    #[test]
    fn keys_stay_as_they_are() {
        let with = |key: Type| program(&[("m", Some(key), Type::Bool)]);
        let found = compare(&with(Type::Unsigned(32)), &with(Type::Unsigned(64)));
        assert_eq!(found.breaks, ["the keys of `m` were u32, and are to be u64"]);
        let (named, renamed) = (record(&[("a", Type::Hash)]), record(&[("b", Type::Hash)]));
        assert_eq!(compare(&with(named), &with(renamed)), Differences::default());
        let cell = program(&[("m", None, Type::Bool)]);
        assert_eq!(compare(&cell, &with(Type::Text)).breaks.len(), 1);
        assert_eq!(compare(&with(Type::Text), &cell).breaks.len(), 1);
    }

    #[test]
    fn fields_may_come_and_those_that_go_are_told() {
        let (one, two) = (("a", None, Type::Bool), ("b", Some(Type::Hash), Type::Text));
        let (less, more) = (program(std::slice::from_ref(&one)), program(&[two, one]));
        assert_eq!(compare(&less, &more), Differences::default());
        let found = compare(&more, &less);
        assert_eq!((found.breaks.len(), found.warnings.len()), (0, 1));
        assert!(found.warnings[0].starts_with("`b` is no field any more"), "{found:?}");
    }
}
