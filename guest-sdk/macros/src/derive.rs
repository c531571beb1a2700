//! The derives: canonical bytes and a description for values, events and errors.

use crate::form;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, Ident, Lit, LitInt, Meta, Result, Type, Variant};

/// Parses the item and runs `derive` on it; an error becomes the compiler's.
pub(crate) fn expand(
    item: TokenStream,
    derive: fn(&DeriveInput) -> Result<TokenStream>,
) -> proc_macro::TokenStream {
    let derived = syn::parse2(item).and_then(|item| no_generics(&item).and_then(|()| derive(&item)));
    derived.unwrap_or_else(|error| error.to_compile_error()).into()
}

fn no_generics(item: &DeriveInput) -> Result<()> {
    if item.generics.params.is_empty() {
        return Ok(());
    }
    Err(syn::Error::new_spanned(
        &item.generics,
        "a type of the interface is not generic: write it out for each type that is used",
    ))
}

/// `#[derive(Value)]`.
pub(crate) fn value(item: &DeriveInput) -> Result<TokenStream> {
    match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(_) => record(item, &data.fields),
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                form::check(&fields.unnamed[0].ty)?;
                Ok(wrapper(&item.ident, &fields.unnamed[0].ty))
            }
            _ => {
                let what = "a value has named fields, or is a struct around one value: name the fields";
                Err(syn::Error::new_spanned(&item.ident, what))
            }
        },
        Data::Enum(data) => names(&item.ident, data.variants.iter()),
        Data::Union(_) => {
            Err(syn::Error::new_spanned(&item.ident, "a union has no canonical bytes: write a struct"))
        }
    }
}

/// `#[derive(Event)]`.
pub(crate) fn event(item: &DeriveInput) -> Result<TokenStream> {
    let name = &item.ident;
    let text = name.to_string();
    let value = match &item.data {
        Data::Struct(data) if matches!(data.fields, Fields::Named(_)) => record(item, &data.fields)?,
        _ => {
            return Err(syn::Error::new_spanned(
                &item.ident,
                "an event is a struct with named fields: name the fields",
            ));
        }
    };
    Ok(quote! {
        #value

        impl ::guest_sdk::Event for #name {
            const NAME: &'static str = #text;
        }
    })
}

/// A struct with named fields: an array.
fn record(item: &DeriveInput, fields: &Fields) -> Result<TokenStream> {
    let name = &item.ident;
    let text = name.to_string();
    let described = described(fields)?;
    let idents: Vec<_> = fields.iter().filter_map(|field| field.ident.as_ref()).collect();
    let len = idents.len();
    Ok(quote! {
        impl ::guest_sdk::rt::Encode for #name {
            fn encode(&self, w: &mut ::guest_sdk::rt::Writer) {
                w.array(#len);
                #(::guest_sdk::rt::Encode::encode(&self.#idents, w);)*
            }
        }

        impl ::guest_sdk::rt::Decode for #name {
            fn decode(
                r: &mut ::guest_sdk::rt::Reader<'_>,
            ) -> ::core::result::Result<Self, ::guest_sdk::rt::Error> {
                r.array_of(#len)?;
                ::core::result::Result::Ok(#name { #(#idents: ::guest_sdk::rt::Decode::decode(r)?),* })
            }
        }

        impl ::guest_sdk::rt::Describe for #name {
            const SCHEMA: &'static ::guest_sdk::rt::Schema = &::guest_sdk::rt::Schema::Struct(#text, #described);
        }
    })
}

/// A struct around one value: that value.
fn wrapper(name: &Ident, inner: &Type) -> TokenStream {
    quote! {
        impl ::guest_sdk::rt::Encode for #name {
            fn encode(&self, w: &mut ::guest_sdk::rt::Writer) {
                ::guest_sdk::rt::Encode::encode(&self.0, w);
            }
        }

        impl ::guest_sdk::rt::Decode for #name {
            fn decode(
                r: &mut ::guest_sdk::rt::Reader<'_>,
            ) -> ::core::result::Result<Self, ::guest_sdk::rt::Error> {
                ::guest_sdk::rt::Decode::decode(r).map(#name)
            }
        }

        impl ::guest_sdk::rt::Describe for #name {
            const SCHEMA: &'static ::guest_sdk::rt::Schema = <#inner as ::guest_sdk::rt::Describe>::SCHEMA;
        }
    }
}

/// An enumeration of bare names: an index.
fn names<'a>(name: &Ident, variants: impl Iterator<Item = &'a Variant>) -> Result<TokenStream> {
    let variants: Vec<_> = variants.collect();
    for variant in &variants {
        if !matches!(variant.fields, Fields::Unit) || variant.discriminant.is_some() {
            let what = "a value's variants are bare names, each encoded as its index: put what goes with one into a struct";
            return Err(syn::Error::new_spanned(&variant.ident, what));
        }
    }
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let texts: Vec<_> = idents.iter().map(ToString::to_string).collect();
    let indices: Vec<_> = (0u64..).take(idents.len()).collect();
    let text = name.to_string();
    Ok(quote! {
        impl ::guest_sdk::rt::Encode for #name {
            fn encode(&self, w: &mut ::guest_sdk::rt::Writer) {
                w.unsigned(match *self { #(#name::#idents => #indices),* });
            }
        }

        impl ::guest_sdk::rt::Decode for #name {
            fn decode(
                r: &mut ::guest_sdk::rt::Reader<'_>,
            ) -> ::core::result::Result<Self, ::guest_sdk::rt::Error> {
                let start = r.offset();
                match r.unsigned()? {
                    #(#indices => ::core::result::Result::Ok(#name::#idents),)*
                    _ => ::core::result::Result::Err(r.error(start, ::guest_sdk::rt::Reason::Unknown)),
                }
            }
        }

        impl ::guest_sdk::rt::Describe for #name {
            const SCHEMA: &'static ::guest_sdk::rt::Schema =
                &::guest_sdk::rt::Schema::Enum(#text, &[#(#texts),*]);
        }
    })
}

/// `#[derive(Error)]`.
pub(crate) fn error(item: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &item.data else {
        let what = "a program's errors are an enumeration: write an enum, one variant for each reason";
        return Err(syn::Error::new_spanned(&item.ident, what));
    };
    let name = &item.ident;
    let mut codes: Vec<(u64, &Ident)> = Vec::new();
    let (mut heads, mut fields, mut cases) = (Vec::new(), Vec::new(), Vec::new());
    for variant in &data.variants {
        let code = code(variant)?;
        if let Some((_, other)) = codes.iter().find(|(known, _)| *known == code) {
            let what =
                format!("`{other}` has the code {code}: give each error one of its own, and never another");
            return Err(syn::Error::new_spanned(&variant.ident, what));
        }
        codes.push((code, &variant.ident));
        if matches!(variant.fields, Fields::Unnamed(_)) {
            return Err(syn::Error::new_spanned(
                variant,
                "an error's fields have names: write Name { field: Type }",
            ));
        }
        let (ident, text, doc) = (&variant.ident, variant.ident.to_string(), doc(&variant.attrs));
        let idents: Vec<_> = variant.fields.iter().filter_map(|field| field.ident.as_ref()).collect();
        let (len, described) = (2 + idents.len(), described(&variant.fields)?);
        heads.push(quote!(#name::#ident { .. } => (#len, #code, #text)));
        if !idents.is_empty() {
            fields.push(quote! {
                if let #name::#ident { #(#idents),* } = self {
                    #(::guest_sdk::rt::Encode::encode(#idents, w);)*
                }
            });
        }
        cases.push(quote! {
            ::guest_sdk::rt::ErrorCase { code: #code, name: #text, doc: #doc, fields: #described }
        });
    }
    Ok(quote! {
        impl ::guest_sdk::rt::Encode for #name {
            #[allow(irrefutable_let_patterns)]
            fn encode(&self, w: &mut ::guest_sdk::rt::Writer) {
                let (len, code, name): (usize, u64, &str) = match self { #(#heads),* };
                w.array(len);
                w.unsigned(code);
                w.text(name);
                #(#fields)*
            }
        }

        impl ::guest_sdk::ProgramError for #name {
            const CASES: &'static [::guest_sdk::rt::ErrorCase] = &[#(#cases),*];

            fn code(&self) -> u64 {
                let (_, code, _): (usize, u64, &str) = match self { #(#heads),* };
                code
            }
        }
    })
}

/// The code in `#[error(1)]`.
fn code(variant: &Variant) -> Result<u64> {
    let attribute = variant.attrs.iter().find(|attribute| attribute.path().is_ident("error"));
    let missing =
        || syn::Error::new_spanned(&variant.ident, "give the error its stable code, a number: #[error(1)]");
    let literal: LitInt = attribute.ok_or_else(missing)?.parse_args().map_err(|_| missing())?;
    match literal.base10_parse().map_err(|_| missing())? {
        0 => {
            let what = "code 0 means that the arguments do not decode: write a code from 1";
            Err(syn::Error::new_spanned(literal, what))
        }
        code => Ok(code),
    }
}

/// Named fields as a constant list of name and form.
fn described(fields: &Fields) -> Result<TokenStream> {
    fields.iter().try_for_each(|field| form::check(&field.ty))?;
    let pairs = fields.iter().filter_map(|field| {
        let (text, form) = (field.ident.as_ref()?.to_string(), &field.ty);
        Some(quote_spanned!(form.span()=> (#text, ::guest_sdk::rt::schema::<#form>())))
    });
    Ok(quote!(&[#(#pairs),*]))
}

/// The text of doc comments, one line each.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    type Derive = fn(&DeriveInput) -> Result<TokenStream>;

    #[test]
    fn what_has_no_canonical_form_is_refused_with_the_reason() {
        let cases: [(Derive, &str, &str); 11] = [
            (value, "struct A(u8, u8);", "named fields"),
            (value, "enum A { B(u8) }", "bare names"),
            (value, "enum A { B = 3 }", "bare names"),
            (value, "union A { b: u8 }", "union"),
            (event, "struct A;", "named fields"),
            (error, "struct A;", "enumeration"),
            (error, "enum A { B }", "stable code"),
            (error, "enum A { #[error(0)] B }", "code 0"),
            (error, "enum A { #[error(1)] B, #[error(1)] C }", "has the code 1"),
            (error, "enum A { #[error(\"no\")] B }", "stable code"),
            (value, "struct A { b: Vec<f64> }", "canonical bytes"),
        ];
        for (derive, item, reason) in cases {
            let refusal = derive(&syn::parse_str(item).unwrap()).map(|_| ()).unwrap_err().to_string();
            assert!(refusal.contains(reason), "{refusal}");
        }
        assert!(no_generics(&syn::parse_str("struct A<T> { b: T }").unwrap()).is_err());
    }
}
