//! `foil context`: nodes and data directories by names.

use crate::cli::{At, Global};
use crate::commands::open_dir;
use crate::config::{CONTEXT, CONTEXTS, Settings, Sources};
use crate::data::write_durably;
use crate::error::NodeError;
use crate::{output, remote};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use verify::Exit;
use verify::files::place;

/// Nodes and data directories by names.
///
/// `foil --context NAME …` goes by a context once, `foil context use NAME` from now on.
#[derive(Subcommand, Debug)]
pub enum ContextCommand {
    /// Keep a context: what `--node` or `--data`, `--token-file`, `--ca` and `--on` say, by a name.
    Add(NameArgs),
    /// Go by a context from now on.
    Use(NameArgs),
    /// Go by no context.
    Leave,
    /// List all contexts.
    List,
    /// Forget a context.
    Remove(NameArgs),
}

/// Which.
#[derive(Args, Debug)]
pub struct NameArgs {
    /// Its name.
    name: String,
}

/// Runs the command.
pub fn run(global: &Global, command: &ContextCommand) -> Result<Exit, NodeError> {
    let sources = Sources::of_process()?;
    let answer = match command {
        ContextCommand::Add(args) => add(global, &sources, &args.name)?,
        ContextCommand::Use(args) => {
            sources.context(&args.name)?;
            let file = sources.context_file(&args.name)?;
            write(&user(&file).join(CONTEXT), &format!("{}\n", args.name))?;
            json!({ "context": args.name })
        }
        ContextCommand::Leave => json!({ "left": leave(&sources, None)? }),
        ContextCommand::List => list(&sources)?,
        ContextCommand::Remove(args) => {
            sources.context(&args.name)?;
            leave(&sources, Some(&args.name))?;
            remove(&sources.context_file(&args.name)?)?;
            json!({ "removed": args.name })
        }
    };
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

fn add(global: &Global, sources: &Sources, name: &str) -> Result<Value, NodeError> {
    let file = sources.context_file(name)?;
    let absolute = |path: &Path| {
        std::path::absolute(path).map_err(|e| NodeError::io(format!("find {}", path.display()), e))
    };
    let path = |path: &Option<PathBuf>| path.as_deref().map(absolute).transpose();
    let mut settings = Settings { on: global.on.clone(), ..Settings::default() };
    match &global.at {
        At::Data(data) => settings.data = Some(absolute(data)?),
        At::Node(address) => {
            remote::check_url(&address.url)?;
            settings.node = Some(address.url.clone());
            settings.token_file = path(&address.token_file)?;
            settings.ca = path(&address.ca)?;
        }
    }
    write(&file, &settings.text())?;
    Ok(json!({ "context": name, "file": file.display().to_string() }))
}

/// Leaves the context that is chosen, if it is this one; which it was.
fn leave(sources: &Sources, only: Option<&str>) -> Result<Option<String>, NodeError> {
    let chosen = sources.chosen()?.filter(|chosen| only.is_none_or(|only| only == chosen));
    if let (Some(_), Some(user)) = (&chosen, &sources.user) {
        remove(&user.join(CONTEXT))?;
    }
    Ok(chosen)
}

fn list(sources: &Sources) -> Result<Value, NodeError> {
    let (chosen, mut rows) = (sources.chosen()?, Vec::new());
    for name in names(sources)? {
        let row = sources.context(&name).map(|it| {
            let data = it.data.map(|data| data.display().to_string());
            (it.node.or(data).unwrap_or_default(), it.on)
        });
        let (at, on, wrong) = match row {
            Ok((at, on)) => (at, on, None),
            Err(error) => (String::new(), None, Some(error.to_string())),
        };
        let is_chosen = chosen.as_ref() == Some(&name);
        rows.push(json!({ "context": name, "used": is_chosen, "at": at, "on": on, "wrong": wrong }));
    }
    Ok(json!({ "contexts": rows }))
}

/// The names of all contexts, in order.
fn names(sources: &Sources) -> Result<Vec<String>, NodeError> {
    let Some(dir) = sources.user.as_ref().map(|user| user.join(CONTEXTS)) else { return Ok(Vec::new()) };
    let failed = |e| NodeError::io(format!("list {}", dir.display()), e);
    let entries = match place(&dir.join(CONTEXT)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        opened => opened.and_then(|(dir, _)| dir.entries()).map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(".toml")).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// The directory that a context's file lies below.
fn user(file: &Path) -> &Path {
    file.parent().and_then(Path::parent).unwrap_or(file)
}

fn write(file: &Path, text: &str) -> Result<(), NodeError> {
    let dir = open_dir(file.parent().unwrap_or(Path::new(".")))?;
    let name = file.file_name().unwrap_or_default();
    write_durably(&dir, &name.to_string_lossy(), text.as_bytes())
}

fn remove(file: &Path) -> Result<(), NodeError> {
    let removed = place(file).and_then(|(dir, name)| dir.remove_file(name));
    removed.map_err(|e| NodeError::io(format!("remove {}", file.display()), e))
}
