//! The arguments of a program's methods on the command line: `--name value`, as options are written.
//!
//! What methods take is not known before the program is found. So whatever stands behind `foil call METHOD` or
//! `foil query METHOD` and is no option of that command becomes `name=value` before clap sees it.
//!
//! # Limits
//!
//! An argument that is called as an option of the command (`--key`, `--as`, …) is to be written `name=value`.

use crate::cli::Cli;
use clap::{Arg, ArgAction, Command, CommandFactory};
use std::ffi::OsString;

/// The commands whose further words are a method's.
const COMMANDS: [&str; 2] = ["call", "query"];

/// The words of a command line, with the arguments of methods as `name=value`, and a method's `--help` as the option
/// that has it described.
pub fn named(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut words = words.into_iter();
    let mut command = Cli::command();
    command.build();
    let mut out: Vec<OsString> = words.next().into_iter().collect();
    let mut words = words.peekable();
    let (mut is_command, mut is_method) = (false, false);
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default().to_owned();
        if text == "--" {
            out.push(word);
            break;
        }
        match option(&command, &text) {
            Some(arg) if is_method && matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort) => {
                out.push("--describe".into());
            }
            Some(arg) => {
                out.push(word);
                let alone = if text.starts_with("--") { !text.contains('=') } else { text.len() == 2 };
                if alone && takes_value(arg) {
                    out.extend(words.next());
                }
            }
            None if is_method && text.starts_with("--") => {
                let is_value = |word: &OsString| !is_option(word.to_str().unwrap_or_default());
                out.push(argument(&text, || words.next_if(is_value)));
            }
            None => {
                out.push(word);
                match command.find_subcommand(&text) {
                    Some(found) if !is_command && COMMANDS.contains(&text.as_str()) => {
                        (command, is_command) = (found.clone(), true);
                    }
                    _ if !is_command => break,
                    _ => is_method |= !text.starts_with('-'),
                }
            }
        }
    }
    out.extend(words);
    out
}

/// `--name value` as `name=value`; alone, it is true.
fn argument(text: &str, value: impl FnOnce() -> Option<OsString>) -> OsString {
    let text = text.trim_start_matches('-');
    let (name, said) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value.into())));
    let mut pair = OsString::from(name.replace('-', "_"));
    pair.push("=");
    pair.push(said.or_else(value).unwrap_or_else(|| "true".into()));
    pair
}

/// Whether a word is an option and no value; a negative number is one.
fn is_option(word: &str) -> bool {
    let rest = word.strip_prefix('-').unwrap_or_default();
    !rest.is_empty() && !rest.starts_with(|first: char| first.is_ascii_digit())
}

/// The option of a command that a word is.
fn option<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    let long = word.strip_prefix("--").map(|rest| rest.split('=').next().unwrap_or_default());
    let short = word.strip_prefix('-').and_then(|rest| rest.chars().next());
    command.get_arguments().find(|arg| match long {
        Some(long) => arg.get_long() == Some(long),
        None => short.is_some() && arg.get_short() == short,
    })
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values() && arg.get_num_args().is_none_or(|count| count.min_values() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &str) -> String {
        let named = named(words.split(' ').map(OsString::from));
        named.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_no_option_of_the_command_is_an_argument_of_the_method() {
        for (words, expected) in [
            ("foil call pay --to bob --amount 3", "foil call pay to=bob amount=3"),
            ("foil call pay --to=bob --opened-ms -3 --now", "foil call pay to=bob opened_ms=-3 now=true"),
            ("foil -o json call pay n=1 --as a.key --to x", "foil -o json call pay n=1 --as a.key to=x"),
            ("foil query hits --now --data d --id 7", "foil query hits now=true --data d id=7"),
            ("foil query hits --now -o json", "foil query hits now=true -o json"),
            ("foil call --at 3 pay -- --x", "foil call --at 3 pay -- --x"),
            ("foil --data call call call --x y", "foil --data call call call x=y"),
        ] {
            assert_eq!(of(words), expected, "{words}");
        }
    }

    #[test]
    fn help_is_a_methods_where_it_stands_behind_one() {
        assert_eq!(of("foil call pay --help"), "foil call pay --describe");
        assert_eq!(of("foil query hits -h --node u"), "foil query hits --describe --node u");
        for words in ["foil call --help", "foil --help", "foil", "foil deploy --help", "foil call -h"] {
            assert_eq!(of(words), words);
        }
    }

    #[test]
    fn other_commands_are_left_as_they_are() {
        for words in
            ["foil run rows.csv --map m --typo x", "foil state get call --typo x", "foil call --typo x"]
        {
            assert_eq!(of(words), words);
        }
    }
}
