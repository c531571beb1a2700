//! The state of a program, as its author writes it.

use super::take_marker;
use crate::form;
use proc_macro2::{Ident, Span};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Expr, Field, Fields, Item, ItemStruct, Result, Token, Type};

/// The struct marked `#[state]`.
pub(super) struct State {
    pub(super) ident: Ident,
    pub(super) fields: Vec<StateField>,
}

/// A field of it.
pub(super) struct StateField {
    pub(super) name: Ident,
    pub(super) form: Type,
    /// What its mark says, if it is an index.
    index: Option<IndexMark>,
}

/// `#[index(MAP, KEYS)]`.
struct IndexMark {
    map: Ident,
    keys: Expr,
}

impl Parse for IndexMark {
    fn parse(input: ParseStream<'_>) -> Result<IndexMark> {
        let map = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok(IndexMark { map, keys: input.parse()? })
    }
}

impl State {
    /// Finds the state among the items of a module, and takes its marks off.
    pub(super) fn take(items: &mut [Item], span: Span) -> Result<State> {
        let mut found = None;
        for item in items {
            let (attributes, name) = match item {
                Item::Struct(item) => (&mut item.attrs, item.ident.clone()),
                Item::Enum(item) => (&mut item.attrs, item.ident.clone()),
                _ => continue,
            };
            if !take_marker(attributes, "state") {
                continue;
            }
            if found.is_some() {
                let why = "a program has one state: make this a field of the other, or a program of its own";
                return Err(Error::new_spanned(name, why));
            }
            found = match item {
                Item::Struct(item) => Some(State::of(item)?),
                _ => return Err(Error::new_spanned(name, "a state is a struct with named fields")),
            };
        }
        found.ok_or(Error::new(span, "mark the struct of the program's state with #[state]"))
    }

    fn of(item: &mut ItemStruct) -> Result<State> {
        if !item.generics.params.is_empty() {
            return Err(Error::new_spanned(
                &item.generics,
                "a state is not generic: name the types that it keeps",
            ));
        }
        let Fields::Named(fields) = &mut item.fields else {
            return Err(Error::new_spanned(item, "a state has named fields: their names are its keys"));
        };
        let fields = fields.named.iter_mut().map(StateField::of).collect::<Result<_>>()?;
        let state = State { ident: item.ident.clone(), fields };
        state.check_indexes()?;
        Ok(state)
    }

    fn check_indexes(&self) -> Result<()> {
        for field in &self.fields {
            let Some(IndexMark { map, .. }) = &field.index else { continue };
            let is_map = |other: &&StateField| other.name == *map && is_named(&other.form, &["IndexedMap"]);
            if !self.fields.iter().any(|other| is_map(&other)) {
                let why = format!("an index is of an IndexedMap, and the state has none called `{map}`");
                return Err(Error::new_spanned(map, why));
            }
        }
        Ok(())
    }

    /// The indexes of a field: each with the expression that says what an entry is found by.
    pub(super) fn indexes<'a>(&'a self, map: &'a Ident) -> impl Iterator<Item = (&'a StateField, &'a Expr)> {
        self.fields.iter().filter_map(move |field| {
            let mark = field.index.as_ref().filter(|mark| mark.map == *map)?;
            Some((field, &mark.keys))
        })
    }
}

impl StateField {
    fn of(field: &mut Field) -> Result<StateField> {
        let is_index = |attribute: &&Attribute| attribute.path().is_ident("index");
        let how = "write #[index(MAP, |key, value| …)]: the map's field, and what an entry is found by";
        let index = field.attrs.iter().find(is_index).map(Attribute::parse_args::<IndexMark>);
        let index = index.transpose().map_err(|error| Error::new(error.span(), how))?;
        take_marker(&mut field.attrs, "index");
        match (&index, is_named(&field.ty, &["Index", "UniqueIndex"])) {
            (None, true) => return Err(Error::new_spanned(&field.ty, how)),
            (Some(_), false) => {
                let why = "what #[index] marks is an Index<By, Key> or a UniqueIndex<By, Key>";
                return Err(Error::new_spanned(&field.ty, why));
            }
            _ => form::check(&field.ty)?,
        }
        let Some(name) = field.ident.clone() else {
            return Err(Error::new_spanned(field, "a state has named fields: their names are its keys"));
        };
        Ok(StateField { name, form: field.ty.clone(), index })
    }
}

/// Whether a type's name is one of these, whatever module it is written to be in.
fn is_named(form: &Type, names: &[&str]) -> bool {
    matches!(form, Type::Path(path)
        if path.path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name)))
}
