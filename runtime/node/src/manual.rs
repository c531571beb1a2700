//! What a method takes and answers, as the program's interface says it.

use crate::cli::Format;
use crate::error::NodeError;
use crate::output;
use crate::place::Place;
use crate::program::{Serving, word};
use abi::interface::{ErrorForm, Kind, MethodForm, Type};
use serde_json::{Value, json};
use std::fmt::Write;
use verify::{Exit, printable};

/// Prints it for a method of the program that serves.
pub(crate) fn print(
    format: Format,
    mut place: Box<dyn Place>,
    method: &str,
    kind: Kind,
) -> Result<Exit, NodeError> {
    let serving = place.serving()?;
    place.close()?;
    let form = serving.method(method, kind)?;
    match format {
        Format::Table => output::text(&page(form, errors(&serving, form)))?,
        _ => output::print(format, &shown(form, errors(&serving, form)))?,
    }
    Ok(Exit::Verified)
}

/// What a method can fail with.
fn errors<'a>(serving: &'a Serving, form: &MethodForm) -> &'a [ErrorForm] {
    if form.fails { &serving.interface.errors } else { &[] }
}

fn shown(form: &MethodForm, errors: &[ErrorForm]) -> Value {
    let fields = |fields: &[(String, Type)]| -> Vec<Value> {
        fields.iter().map(|(name, form)| json!({ "name": name, "type": spelled(form) })).collect()
    };
    let error = |it: &ErrorForm| json!({ "code": it.code, "name": it.name, "doc": it.doc, "fields": fields(&it.fields) });
    json!({
        "kind": word(form.kind),
        "method": form.name,
        "doc": form.doc,
        "arguments": fields(&form.params),
        "returns": spelled(&form.returns),
        "errors": errors.iter().map(error).collect::<Vec<_>>(),
    })
}

/// The same for a person, as the help of commands is laid out. The words are the author's: only what is printable of
/// them is shown.
fn page(form: &MethodForm, errors: &[ErrorForm]) -> String {
    let (kind, name) = (word(form.kind), &form.name);
    let mut page = String::new();
    // Writing to a string does not fail.
    if !form.doc.is_empty() {
        _ = writeln!(page, "{}\n", form.doc);
    }
    let takes = if form.params.is_empty() { "" } else { " [ARGUMENTS]" };
    _ = writeln!(page, "Usage: foil {kind} {name}{takes} [OPTIONS]");
    if !form.params.is_empty() {
        page += "\nArguments:\n";
        let width = form.params.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, form) in &form.params {
            _ = writeln!(page, "  --{name:<width$}  {}", spelled(form));
        }
    }
    _ = writeln!(page, "\nAnswers: {}", spelled(&form.returns));
    if !errors.is_empty() {
        page += "\nErrors:\n";
        let width = errors.iter().map(|error| error.name.len()).max().unwrap_or_default();
        for ErrorForm { code, name, doc, .. } in errors {
            _ = writeln!(page, "{}", format!("  {code:>3}  {name:<width$}  {doc}").trim_end());
        }
    }
    _ = writeln!(
        page,
        "\nAn argument called as an option is written name=value. Options: foil {kind} --help"
    );
    page.lines().map(|line| printable(line) + "\n").collect()
}

/// A type with everything that is in it.
fn spelled(form: &Type) -> String {
    let all = |fields: &[(String, Type)]| {
        fields.iter().map(|(name, form)| format!("{name}: {}", spelled(form))).collect::<Vec<_>>().join(", ")
    };
    match form {
        Type::Option(inner) => format!("{} or null", spelled(inner)),
        Type::List(inner) => format!("[{}]", spelled(inner)),
        Type::Tuple(members) => {
            format!("({})", members.iter().map(spelled).collect::<Vec<_>>().join(", "))
        }
        Type::Struct(name, fields) => format!("{name} {{ {} }}", all(fields)),
        Type::Enum(_, variants) => variants.join(" | "),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_a_method_takes_answers_and_fails_with() {
        let u64 = Type::Unsigned(64);
        let account = Type::Struct("Account".into(), vec![("kind".into(), Type::Unsigned(8))]);
        let form = MethodForm {
            kind: Kind::Call,
            name: "pay".into(),
            doc: "Pays.\u{1b}[2J".into(),
            params: vec![
                ("to".into(), Type::Option(Box::new(account))),
                ("amounts".into(), Type::List(Box::new(u64.clone()))),
                ("how".into(), Type::Enum("How".into(), vec!["now".into(), "later".into()])),
            ],
            returns: Type::Tuple(vec![u64, Type::Text]),
            fails: true,
        };
        let error = ErrorForm { code: 7, name: "Poor".into(), doc: "No money.".into(), fields: Vec::new() };
        let page = page(&form, &[error]);
        assert!(!page.contains('\u{1b}'), "{page:?}");
        let lines = [
            "Usage: foil call pay [ARGUMENTS] [OPTIONS]",
            "  --to       Account { kind: u8 } or null",
            "  --amounts  [u64]",
            "  --how      now | later",
            "Answers: (u64, text)",
            "    7  Poor  No money.",
        ];
        lines.iter().for_each(|line| assert!(page.lines().any(|it| it == *line), "{line}: {page}"));
    }
}
