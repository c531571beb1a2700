//! The methods of a program, as their author writes them.

use super::take_marker;
use crate::derive::doc;
use crate::form;
use proc_macro2::Ident;
use syn::{
    Error, FnArg, GenericArgument, ImplItem, ImplItemFn, ItemImpl, Pat, PathArguments, Receiver,
    ReceiverKind, Result, ReturnType, Signature, Type,
};

/// The longest method name a host accepts (`abi::limits::METHOD_BYTES_MAX`).
const METHOD_BYTES_MAX: usize = 64;

/// The call that only an upgrade makes (`abi::system::MIGRATE`).
const MIGRATE: &str = "migrate";

/// A method of the program.
pub(super) struct Method {
    pub(super) is_call: bool,
    pub(super) name: Ident,
    pub(super) doc: String,
    pub(super) takes_context: bool,
    pub(super) params: Vec<(Ident, Type)>,
    pub(super) returns: Type,
    /// The error type, where the method answers a `Result`.
    pub(super) error: Option<Type>,
}

/// Takes the markers off the methods of a block.
pub(super) fn take_methods(block: &mut ItemImpl, methods: &mut Vec<Method>) -> Result<()> {
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            let is_call = take_marker(&mut function.attrs, "call");
            let is_query = take_marker(&mut function.attrs, "query");
            match (is_call, is_query) {
                (false, false) => {}
                (true, true) => {
                    let why = "a method is a call or a query: keep one of #[call] and #[query]";
                    return Err(Error::new_spanned(&function.sig, why));
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
    check_kind(signature)?;
    check_name(&name)?;
    let mut inputs = signature.inputs.iter().peekable();
    match inputs.next() {
        Some(FnArg::Receiver(this)) if borrows(this, is_call) => {}
        _ if is_call => return Err(Error::new_spanned(signature, "a call takes `&mut self` or `&self`")),
        _ => {
            let why = "a query takes `&self`: it cannot write; mark what writes with #[call]";
            return Err(Error::new_spanned(signature, why));
        }
    }
    let takes_context = inputs.next_if(|input| is_context(input)).is_some();
    let params = inputs.map(param).collect::<Result<Vec<_>>>()?;
    let (returns, error) = returns(&signature.output)?;
    form::check(&returns)?;
    let is_bool = matches!(&returns, Type::Path(path) if path.path.is_ident("bool"));
    let is_step = is_bool && params.is_empty();
    if name == MIGRATE && !(is_call && is_step) {
        let why = "`migrate` is what an upgrade runs: a call without parameters that answers a bool, whether it is done";
        return Err(Error::new_spanned(signature, why));
    }
    Ok(Method { is_call, name, doc: doc(&function.attrs), takes_context, params, returns, error })
}

fn check_kind(signature: &Signature) -> Result<()> {
    if !signature.generics.params.is_empty() {
        let why = "a method is not generic: its interface tells of one type for each argument";
        return Err(Error::new_spanned(&signature.generics, why));
    }
    if let Some(word) = &signature.asyncness {
        return Err(Error::new_spanned(word, "a method is not async: a call has nothing to wait for"));
    }
    Ok(())
}

/// A name that a host accepts.
fn check_name(name: &Ident) -> Result<()> {
    let text = name.to_string();
    if text.len() > METHOD_BYTES_MAX {
        let why =
            format!("a method's name has at most {METHOD_BYTES_MAX} bytes, and this one {}", text.len());
        return Err(Error::new_spanned(name, why));
    }
    let is_plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if text.starts_with("__") || !text.bytes().all(is_plain) {
        let why = "a method's name is of a–z, 0–9 and _, and does not begin with __";
        return Err(Error::new_spanned(name, why));
    }
    Ok(())
}

/// Whether the state is borrowed, and only a call's mutably.
fn borrows(this: &Receiver, is_call: bool) -> bool {
    matches!(this.kind, ReceiverKind::Reference(_, _, mutable) if is_call || mutable.is_none())
}

fn is_context(input: &FnArg) -> bool {
    let FnArg::Typed(input) = input else {
        return false;
    };
    match &*input.ty {
        Type::Reference(reference) => reference.mutability.is_none() && is_named_context(&reference.elem),
        _ => false,
    }
}

fn is_named_context(form: &Type) -> bool {
    matches!(form, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Context"))
}

fn param(input: &FnArg) -> Result<(Ident, Type)> {
    let FnArg::Typed(input) = input else {
        return Err(Error::new_spanned(input, "`self` comes first"));
    };
    let inner = match &*input.ty {
        Type::Reference(reference) => &*reference.elem,
        form => form,
    };
    if is_named_context(inner) {
        return Err(Error::new_spanned(input, "write `ctx: &Context`, right behind `self`"));
    }
    if let Type::Reference(_) = &*input.ty {
        let why = "arguments are owned, as String and Vec<T> are; only `ctx: &Context`, right behind `self`, is borrowed";
        return Err(Error::new_spanned(&input.ty, why));
    }
    form::check(&input.ty)?;
    match &*input.pat {
        Pat::Ident(pattern) => Ok((pattern.ident.clone(), (*input.ty).clone())),
        pattern => Err(Error::new_spanned(pattern, "an argument needs a name, which its callers give")),
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
    Err(Error::new_spanned(form, "write the error type too: Result<T, Error>"))
}
