//! `#[program]`: what the author's module says.

use crate::derive::doc;
use generate::{attach, entry, exports, program};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{
    Attribute, FnArg, GenericArgument, Ident, ImplItem, ImplItemFn, Item, ItemImpl, ItemMod, ItemStruct,
    Meta, Pat, PathArguments, Receiver, ReceiverKind, Result, ReturnType, Type,
};

mod generate;

/// The longest method name a host accepts (`abi::limits::METHOD_BYTES_MAX`).
const METHOD_BYTES_MAX: usize = 64;

/// A method of the program.
struct Method {
    is_call: bool,
    name: Ident,
    doc: String,
    takes_context: bool,
    params: Vec<(Ident, Type)>,
    returns: Type,
    /// The error type, where the method answers a `Result`.
    error: Option<Type>,
}

pub(crate) fn expand(options: TokenStream, module: TokenStream) -> Result<TokenStream> {
    if !options.is_empty() {
        return Err(syn::Error::new_spanned(options, "a program takes no options"));
    }
    let mut module: ItemMod = syn::parse2(module)?;
    let span = module.ident.span();
    let name = module.ident.to_string();
    let Some((_, items)) = &mut module.content else {
        return Err(syn::Error::new(span, "the program's module must stand in this file"));
    };
    let state = take_state(items, span)?;
    let mut methods = Vec::new();
    for item in items.iter_mut() {
        match item {
            Item::Impl(block) if is_of(block, &state.ident) => take_methods(block, &mut methods)?,
            _ => {}
        }
    }
    if methods.is_empty() {
        return Err(syn::Error::new(span, "a program has a method marked #[call] or #[query]"));
    }
    let events: Vec<_> = items.iter().filter_map(event).collect();
    let generated = [
        attach(&state)?,
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

fn take_state(items: &mut [Item], span: Span) -> Result<ItemStruct> {
    let mut found = None;
    for item in items {
        if let Item::Struct(item) = item
            && take_marker(&mut item.attrs, "state")
        {
            if found.is_some() {
                return Err(syn::Error::new_spanned(item, "a program has one state"));
            }
            found = Some(item.clone());
        }
    }
    found.ok_or(syn::Error::new(span, "mark the struct of the program's state with #[state]"))
}

fn is_of(block: &ItemImpl, state: &Ident) -> bool {
    block.trait_.is_none() && matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident(state))
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

fn take_methods(block: &mut ItemImpl, methods: &mut Vec<Method>) -> Result<()> {
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            let is_call = take_marker(&mut function.attrs, "call");
            let is_query = take_marker(&mut function.attrs, "query");
            match (is_call, is_query) {
                (false, false) => {}
                (true, true) => {
                    return Err(syn::Error::new_spanned(&function.sig, "a method is a call or a query"));
                }
                _ => methods.push(method(function, is_call)?),
            }
        }
    }
    Ok(())
}

fn method(function: &ImplItemFn, is_call: bool) -> Result<Method> {
    let signature = &function.sig;
    let name = signature.ident.clone();
    if !signature.generics.params.is_empty() || signature.asyncness.is_some() {
        return Err(syn::Error::new_spanned(signature, "a method is neither generic nor async"));
    }
    if name.to_string().len() > METHOD_BYTES_MAX {
        return Err(syn::Error::new_spanned(&name, format!("longer than {METHOD_BYTES_MAX} bytes")));
    }
    let mut inputs = signature.inputs.iter().peekable();
    match inputs.next() {
        Some(FnArg::Receiver(this)) if borrows(this, is_call) => {}
        _ if is_call => {
            return Err(syn::Error::new_spanned(signature, "a call takes `&mut self` or `&self`"));
        }
        _ => return Err(syn::Error::new_spanned(signature, "a query takes `&self`: it cannot write")),
    }
    let takes_context = inputs.next_if(|input| is_context(input)).is_some();
    let params = inputs.map(param).collect::<Result<_>>()?;
    let (returns, error) = returns(&signature.output)?;
    Ok(Method { is_call, name, doc: doc(&function.attrs), takes_context, params, returns, error })
}

/// Whether the state is borrowed, and only a call's mutably.
fn borrows(this: &Receiver, is_call: bool) -> bool {
    matches!(this.kind, ReceiverKind::Reference(_, _, mutable) if is_call || mutable.is_none())
}

fn is_context(input: &FnArg) -> bool {
    let FnArg::Typed(input) = input else {
        return false;
    };
    let Type::Reference(reference) = &*input.ty else {
        return false;
    };
    matches!(&*reference.elem, Type::Path(path)
        if path.path.segments.last().is_some_and(|segment| segment.ident == "Context"))
}

fn param(input: &FnArg) -> Result<(Ident, Type)> {
    let FnArg::Typed(input) = input else {
        return Err(syn::Error::new_spanned(input, "`self` comes first"));
    };
    match (&*input.pat, &*input.ty) {
        (_, Type::Reference(_)) => {
            Err(syn::Error::new_spanned(&input.ty, "arguments are owned; only `ctx: &Context` is borrowed"))
        }
        (Pat::Ident(pattern), form) => Ok((pattern.ident.clone(), form.clone())),
        (pattern, _) => Err(syn::Error::new_spanned(pattern, "an argument needs a name")),
    }
}

/// The type of the answer, and of the error if the method answers a `Result`.
fn returns(output: &ReturnType) -> Result<(Type, Option<Type>)> {
    let form = match output {
        ReturnType::Default => return Ok((syn::parse_quote!(()), None)),
        ReturnType::Type(_, form) => &**form,
    };
    let Type::Path(path) = form else {
        return Ok((form.clone(), None));
    };
    let Some(last) = path.path.segments.last().filter(|segment| segment.ident == "Result") else {
        return Ok((form.clone(), None));
    };
    if let PathArguments::AngleBracketed(arguments) = &last.arguments {
        let arguments: Vec<_> = arguments.args.iter().collect();
        if let [GenericArgument::Type(value), GenericArgument::Type(error)] = arguments[..] {
            return Ok((value.clone(), Some(error.clone())));
        }
    }
    Err(syn::Error::new_spanned(form, "write the error type too: Result<T, Error>"))
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
            ("#[call] fn f<T>(&self, a: T) {}", "neither generic"),
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
