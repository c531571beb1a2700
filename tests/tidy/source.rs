//! A Rust file, measured.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// One Rust file and what the rules ask about it.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) lines: usize,
    /// Name and length of every function that has a body, from the line of `fn` to that of its last brace.
    pub(crate) functions: Vec<(String, usize)>,
    /// How many of the lines only tests compile.
    pub(crate) lines_test: usize,
    /// The lines with an `unwrap` or `expect` outside tests.
    pub(crate) unwraps: Vec<usize>,
    /// Line and name of every `todo!`, `unimplemented!`, `HashMap` and `HashSet`.
    pub(crate) banned: Vec<(usize, String)>,
    /// The modules in files of their own that only tests compile.
    test_modules: Vec<String>,
}

/// Measures all Rust files among `files`, read by `read`.
pub(crate) fn measure(files: &[String], read: fn(&str) -> String) -> Vec<Source> {
    let rust = files.iter().filter(|file| file.ends_with(".rs"));
    let mut sources: Vec<Source> = rust.map(|file| Source::parse(file, &read(file))).collect();
    let test_places: BTreeSet<String> = sources.iter().flat_map(Source::test_places).collect();
    for source in &mut sources {
        if source.file.starts_with("tests/") || within(&source.file, &test_places) {
            source.lines_test = source.lines;
            source.unwraps.clear();
        }
    }
    sources
}

/// Whether one of `places` is the file, without its `.rs`, or a folder around it.
fn within(file: &str, places: &BTreeSet<String>) -> bool {
    let parts: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    (1..=parts.len()).any(|len| parts[len - 1] == "tests" || places.contains(&parts[..len].join("/")))
}

impl Source {
    pub(crate) fn parse(file: &str, text: &str) -> Source {
        let mut source = Source { file: file.to_owned(), lines: text.lines().count(), ..Source::default() };
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        source.visit_file(&parsed);
        let tokens: TokenStream = text.parse().expect("what parses as a file has tokens");
        source.walk(&tokens.into_iter().collect::<Vec<_>>(), false);
        source
    }

    /// Where the modules that only tests compile are, without `.rs`.
    fn test_places(&self) -> Vec<String> {
        let stem = self.file.trim_end_matches(".rs");
        let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
        let folder = if ["lib", "main", "mod"].contains(&name) { folder } else { stem };
        self.test_modules.iter().map(|module| format!("{folder}/{module}")).collect()
    }

    fn walk(&mut self, tokens: &[TokenTree], in_test: bool) {
        let mut at = 0;
        while at < tokens.len() {
            let rest = &tokens[at..];
            let item_len = if in_test { 0 } else { test_item_len(rest) };
            if item_len > 0 {
                self.enter_test(&rest[..item_len]);
                at += item_len;
                continue;
            }
            self.note(rest, in_test);
            if let TokenTree::Group(group) = &tokens[at] {
                self.walk(&group.stream().into_iter().collect::<Vec<_>>(), in_test);
            }
            at += 1;
        }
    }

    fn enter_test(&mut self, item: &[TokenTree]) {
        let (first, last) = (line(&item[0]), item[item.len() - 1].span().end().line);
        self.lines_test += last - first + 1;
        if let [.., TokenTree::Ident(word), TokenTree::Ident(module), end] = item
            && word == "mod"
            && is_punct(end, ';')
        {
            self.test_modules.push(module.to_string());
        }
        self.walk(item, true);
    }

    fn note(&mut self, tokens: &[TokenTree], in_test: bool) {
        match tokens {
            [dot, TokenTree::Ident(word), TokenTree::Group(_), ..]
                if is_punct(dot, '.') && !in_test && (word == "unwrap" || word == "expect") =>
            {
                self.unwraps.push(word.span().start().line);
            }
            [TokenTree::Ident(word), bang, ..]
                if is_punct(bang, '!') && (word == "todo" || word == "unimplemented") =>
            {
                self.banned.push((line(&tokens[0]), format!("{word}!")));
            }
            [TokenTree::Ident(word), ..] if word == "HashMap" || word == "HashSet" => {
                self.banned.push((line(&tokens[0]), word.to_string()));
            }
            _ => {}
        }
    }

    fn measure_function(&mut self, sig: &syn::Signature, block: &syn::Block) {
        let last = block.brace_token.span.close().end().line;
        self.functions.push((sig.ident.to_string(), last - sig.fn_token.span.start().line + 1));
    }
}

impl<'ast> Visit<'ast> for Source {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure_function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure_function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.measure_function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn line(tree: &TokenTree) -> usize {
    tree.span().start().line
}

fn is_punct(tree: &TokenTree, expected: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == expected)
}

/// How many tokens the item takes that `tokens` begin with, attribute included, if only tests compile it;
/// else 0. An item ends at its first braces or semicolon.
fn test_item_len(tokens: &[TokenTree]) -> usize {
    let [hash, TokenTree::Group(attribute), ..] = tokens else { return 0 };
    let text: String = attribute.stream().to_string().split_whitespace().collect();
    if !is_punct(hash, '#') || !(text == "test" || text == "cfg(test)" || text.starts_with("cfg(all(test")) {
        return 0;
    }
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        tree => is_punct(tree, ';'),
    };
    tokens.iter().position(ends).map_or(tokens.len(), |end| end + 1)
}
