//! What is generated for a program: entries, dispatch, exports and interface.

use super::method::Method;
use super::state::{State, StateField};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, LitByteStr, LitStr, Type};

/// The name of a method's entry.
fn entry_name(method: &Method) -> Ident {
    format_ident!("__{}_{}", kind(method), method.name)
}

fn kind(method: &Method) -> &'static str {
    if method.is_call { "call" } else { "query" }
}

/// What a field's keys begin with.
fn prefix(field: &StateField) -> LitByteStr {
    LitByteStr::new(format!("{}\0", field.name).as_bytes(), field.name.span())
}

/// `attach()`: the state, at its place. The fields of a state hold no values, only where these are.
pub(super) fn attach(state: &State) -> TokenStream {
    let name = &state.ident;
    let fields = state.fields.iter().map(|field| {
        let (ident, form, at) = (&field.name, &field.form, prefix(field));
        let field = quote_spanned!(form.span()=> <#form as ::guest_sdk::rt::Stored>::at(#at));
        match links(state, ident, form) {
            Some(links) => quote!(#ident: { #links #field.linked(LINKS) }),
            None => quote!(#ident: #field),
        }
    });
    quote! {
        impl #name {
            fn __attach() -> Self {
                #name { #(#fields),* }
            }
        }
    }
}

/// What finds the entries of a field in its indexes, if it has any.
fn links(state: &State, map: &Ident, form: &Type) -> Option<TokenStream> {
    let mut indexes = state.indexes(map).peekable();
    indexes.peek()?;
    let links = indexes.map(|(index, keys)| {
        let (form, at) = (&index.form, prefix(index));
        quote! {
            ::guest_sdk::rt::Link {
                of: |key, value| ::guest_sdk::rt::entries::<#form, _, _>(#at, key, value, #keys),
                all: || ::guest_sdk::rt::all::<#form>(#at),
            }
        }
    });
    Some(quote!(const LINKS: &[::guest_sdk::rt::Link<#form>] = &[#(#links),*];))
}

/// A method's entry: arguments in, answer out.
pub(super) fn entry(method: &Method, state: &Ident) -> TokenStream {
    let (entry, name, count) = (entry_name(method), &method.name, method.params.len());
    let (params, forms): (Vec<_>, Vec<_>) =
        method.params.iter().map(|(param, form)| (format_ident!("arg_{param}"), form)).unzip();
    let taken = params.iter().zip(&forms).map(|(param, form)| {
        let take = quote_spanned!(form.span()=> ::guest_sdk::rt::Args::take::<#form>(&mut args));
        quote!(let #param = #take;)
    });
    let context = method.takes_context.then(|| quote!(&::guest_sdk::rt::context(),));
    let answer = match method.error {
        Some(_) => quote!(::guest_sdk::rt::finish(answer)),
        None => quote!(::guest_sdk::rt::answer(&answer)),
    };
    let args = match count {
        0 => quote!(let args),
        _ => quote!(let mut args),
    };
    quote! {
        fn #entry() {
            let input = ::guest_sdk::rt::input();
            #args = ::guest_sdk::rt::Args::new(&input, #count);
            #(#taken)*
            args.end();
            #[allow(unused_mut)]
            let mut state = #state::__attach();
            #[allow(clippy::let_unit_value)]
            let answer = state.#name(#context #(#params),*);
            #answer;
        }
    }
}

/// The type `Program`: the interface, and dispatch for native runs.
pub(super) fn program(name: &str, state: &State, methods: &[Method], events: &[Ident]) -> TokenStream {
    let slots = state.fields.iter().map(|field| {
        let (text, form) = (field.name.to_string(), &field.form);
        quote_spanned! {form.span()=>
            ::guest_sdk::rt::Slot {
                name: #text,
                key: <#form as ::guest_sdk::rt::Stored>::KEY,
                value: <#form as ::guest_sdk::rt::Stored>::VALUE,
            }
        }
    });
    let events = events.iter().map(
        |event| quote!((<#event as ::guest_sdk::Event>::NAME, <#event as ::guest_sdk::rt::Describe>::SCHEMA)),
    );
    let errors = error_types(methods);
    let arms = methods.iter().map(|method| {
        let (kind, text, entry) = (kind_path(method), method.name.to_string(), entry_name(method));
        quote!((#kind, #text) => #entry())
    });
    let methods = methods.iter().map(described);
    quote! {
        /// The program, for a native host.
        pub struct Program;

        impl ::guest_sdk::Program for Program {
            const INTERFACE: &'static ::guest_sdk::rt::Interface = &::guest_sdk::rt::Interface {
                name: #name,
                methods: &[#(#methods),*],
                state: &[#(#slots),*],
                events: &[#(#events),*],
                errors: &[#(<#errors as ::guest_sdk::ProgramError>::CASES),*],
            };

            fn dispatch(kind: ::guest_sdk::rt::Kind, method: &str) -> bool {
                match (kind, method) {
                    #(#arms,)*
                    _ => return false,
                }
                true
            }
        }
    }
}

fn kind_path(method: &Method) -> TokenStream {
    if method.is_call { quote!(::guest_sdk::rt::Kind::Call) } else { quote!(::guest_sdk::rt::Kind::Query) }
}

/// A method as a constant of the interface.
fn described(method: &Method) -> TokenStream {
    let (kind, name, doc) = (kind_path(method), method.name.to_string(), &method.doc);
    let (returns, fails) = (&method.returns, method.error.is_some());
    let params = method.params.iter().map(|(param, form)| {
        let text = param.to_string();
        quote_spanned!(form.span()=> (#text, ::guest_sdk::rt::schema::<#form>()))
    });
    let answered = quote_spanned!(returns.span()=> ::guest_sdk::rt::schema::<#returns>());
    quote! {
        ::guest_sdk::rt::Method {
            kind: #kind,
            name: #name,
            doc: #doc,
            params: &[#(#params),*],
            returns: #answered,
            fails: #fails,
        }
    }
}

/// The error types of the methods, each once, as they are written.
fn error_types(methods: &[Method]) -> Vec<&Type> {
    let mut types: Vec<(String, &Type)> = Vec::new();
    for error in methods.iter().filter_map(|method| method.error.as_ref()) {
        let text = quote!(#error).to_string();
        if types.iter().all(|(known, _)| *known != text) {
            types.push((text, error));
        }
    }
    types.into_iter().map(|(_, error)| error).collect()
}

/// On wasm: the exports, and the section.
pub(super) fn exports(methods: &[Method]) -> TokenStream {
    let exports = methods.iter().map(|method| {
        let (entry, ident) = (entry_name(method), format_ident!("{}_{}", kind(method), method.name));
        let name = LitStr::new(&format!("{}:{}", kind(method), method.name), method.name.span());
        quote! {
            #[unsafe(export_name = #name)]
            extern "C" fn #ident() {
                #entry();
            }
        }
    });
    quote! {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, reason = "names of exports and of a section are attributes marked unsafe")]
        const _: () = {
            #(#exports)*

            const INTERFACE: &::guest_sdk::rt::Interface = <Program as ::guest_sdk::Program>::INTERFACE;

            #[unsafe(link_section = "counterfoil")]
            static SECTION: [u8; ::guest_sdk::rt::encoded_len(INTERFACE)] = ::guest_sdk::rt::encode(INTERFACE);
        };
    }
}
