//! `#[program]`: what the author's module says.

use generate::{attach, entry, exports, program};
use method::take_methods;
use proc_macro2::TokenStream;
use quote::quote;
use state::State;
use syn::{Attribute, Error, Ident, ImplItem, Item, ItemImpl, ItemMod, Meta, Result, Type};

mod generate;
mod method;
mod state;

pub(crate) fn expand(options: TokenStream, module: TokenStream) -> Result<TokenStream> {
    if !options.is_empty() {
        return Err(Error::new_spanned(options, "a program takes no options: write #[program]"));
    }
    let Ok(mut module) = syn::parse2::<ItemMod>(module.clone()) else {
        return Err(Error::new_spanned(module, "a program is a module: write #[program] mod name { … }"));
    };
    let span = module.ident.span();
    let name = module.ident.to_string();
    let Some((_, items)) = &mut module.content else {
        return Err(Error::new(span, "the program's module must stand in this file: write mod name { … }"));
    };
    let state = State::take(items, span)?;
    let mut methods = Vec::new();
    for item in items.iter_mut() {
        match item {
            Item::Impl(block) if is_of(block, &state.ident) => take_methods(block, &mut methods)?,
            item => no_method(item, &state.ident)?,
        }
    }
    if methods.is_empty() {
        return Err(Error::new(span, "a program has a method marked #[call] or #[query], on its state"));
    }
    let events: Vec<_> = items.iter().filter_map(event).collect();
    let generated = [
        attach(&state),
        methods.iter().map(|method| entry(method, &state.ident)).collect(),
        program(&name, &state, &methods, &events),
        exports(&methods),
    ];
    let generated: TokenStream = generated.into_iter().collect();
    items.push(Item::Verbatim(generated));
    Ok(quote!(#module))
}

/// Takes a marker such as `#[state]` off, and says whether it was there.
fn take_marker(attributes: &mut Vec<Attribute>, marker: &str) -> bool {
    let before = attributes.len();
    attributes.retain(|attribute| !attribute.path().is_ident(marker));
    attributes.len() < before
}

fn is_of(block: &ItemImpl, state: &Ident) -> bool {
    block.trait_.is_none() && matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident(state))
}

/// Refuses the markers of methods on anything but the state's own.
fn no_method(item: &Item, state: &Ident) -> Result<()> {
    let is_marked = |attributes: &[Attribute]| {
        attributes
            .iter()
            .any(|attribute| attribute.path().is_ident("call") || attribute.path().is_ident("query"))
    };
    let why = || {
        format!(
            "a method of the program stands in `impl {state} {{ … }}`, not in a trait's or another type's"
        )
    };
    match item {
        Item::Fn(function) if is_marked(&function.attrs) => Err(Error::new_spanned(&function.sig, why())),
        Item::Impl(block) => block.items.iter().try_for_each(|item| match item {
            ImplItem::Fn(function) if is_marked(&function.attrs) => {
                Err(Error::new_spanned(&function.sig, why()))
            }
            _ => Ok(()),
        }),
        _ => Ok(()),
    }
}

/// The name of a struct that derives `Event`.
fn event(item: &Item) -> Option<Ident> {
    let Item::Struct(item) = item else {
        return None;
    };
    let derives = item.attrs.iter().any(|attribute| {
        let mut derives = false;
        if let Meta::List(list) = &attribute.meta
            && list.path.is_ident("derive")
        {
            // What cannot be read here, the compiler refuses by itself.
            let _ = list.parse_nested_meta(|meta| {
                derives |= meta.path.segments.last().is_some_and(|segment| segment.ident == "Event");
                Ok(())
            });
        }
        derives
    });
    derives.then(|| item.ident.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(items: TokenStream) -> String {
        match expand(TokenStream::new(), quote!(mod program { #items })) {
            Ok(_) => "accepted".into(),
            Err(error) => error.to_string(),
        }
    }

    fn method_refusal(method: TokenStream) -> String {
        refusal(quote! {
            #[state] struct State { cell: Cell<u64> }
            impl State { #method }
        })
    }

    #[test]
    fn what_is_no_program_is_refused_with_the_reason() {
        let method_refusal = |method: &str| method_refusal(method.parse().unwrap());
        assert_eq!(method_refusal("#[query] fn f(&self, ctx: &Context, a: u8) -> u64 { 0 }"), "accepted");
        for (method, reason) in [
            ("#[query] fn f(&mut self) {}", "a query takes `&self`"),
            ("#[query] fn f(self) {}", "a query takes `&self`"),
            ("#[call] fn f(a: u8) {}", "a call takes `&mut self`"),
            ("#[call] #[query] fn f(&self) {}", "a call or a query"),
            ("#[call] fn f<T>(&self, a: T) {}", "is not generic"),
            ("#[call] fn f(&self, a: &str) {}", "arguments are owned"),
            ("#[call] fn f(&self, (a, b): (u8, u8)) {}", "needs a name"),
            ("#[call] fn f(&self) -> Result<u8> {}", "write the error type"),
            ("fn f(&self) {}", "a program has a method"),
        ] {
            let refusal = method_refusal(method);
            assert!(refusal.contains(reason), "{refusal}");
        }
        let refusal = |items: &str| refusal(items.parse().unwrap());
        assert!(refusal("struct State {}").contains("#[state]"));
        assert!(refusal("#[state] struct A {} #[state] struct B {}").contains("one state"));
    }
}
