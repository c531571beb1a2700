//! Types that have no form in an interface, and what to write instead.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Error, Result, Type};

/// Names of types that cannot be arguments, answers or state, and what to write instead. They are looked for by name:
/// what hides behind another name, the compiler refuses.
const FORMLESS: &[(&str, &str)] = &[
    ("f32", "a float has no canonical bytes: keep a whole number of small units, or the float's bits as u32"),
    ("f64", "a float has no canonical bytes: keep a whole number of small units, or the float's bits as u64"),
    ("usize", "usize is not as wide on wasm as natively: write u32 or u64"),
    ("isize", "isize is not as wide on wasm as natively: write i32 or i64"),
    ("i128", "there is no form for i128: write i64, or a u128 and a sign"),
    ("char", "there is no form for char: write u32 or String"),
    ("HashMap", "a map is no value: pass Vec<(K, V)>, and keep it as a Map<K, V> in the state"),
    ("BTreeMap", "a map is no value: pass Vec<(K, V)>, and keep it as a Map<K, V> in the state"),
    ("HashSet", "a set is no value: pass Vec<T>, and keep it as a Set<T> in the state"),
    ("BTreeSet", "a set is no value: pass Vec<T>, and keep it as a Set<T> in the state"),
];

/// Refuses a type that borrows, or that has one of these names anywhere in it.
pub(crate) fn check(form: &Type) -> Result<()> {
    if let Type::Reference(_) | Type::ImplTrait(_) | Type::TraitObject(_) = form {
        return Err(Error::new_spanned(
            form,
            "a value is owned, and of one type: write String, Vec<T> or Bytes",
        ));
    }
    match formless(form.to_token_stream()) {
        Some((name, instead)) => Err(Error::new_spanned(name, instead)),
        None => Ok(()),
    }
}

fn formless(tokens: TokenStream) -> Option<(Ident, &'static str)> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(name) => {
            FORMLESS.iter().find(|(known, _)| name == known).map(|(_, instead)| (name, *instead))
        }
        TokenTree::Group(group) => formless(group.stream()),
        _ => None,
    })
}
