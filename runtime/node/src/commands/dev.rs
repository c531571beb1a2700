//! `foil dev`: a node for the author alone, which serves each version of the program that is saved.

use super::act::ActArgs;
use super::build::shown;
use super::deploy;
use super::serve::{self, ServeArgs};
use super::shard::{self, CreateArgs};
use super::upgrade::{self, UpgradeArgs};
use crate::authors::{self, Built, Project, Watch};
use crate::cli::{Address, At, Global};
use crate::data::Data;
use crate::error::NodeError;
use crate::keys;
use crate::output;
use crate::place::reach;
use crate::program::Serving;
use abi::interface::Kind;
use abi::{Coded, Hash};
use clap::Args;
use kernel::Rejected;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use verify::Exit;

/// The data directory of a project, if none is named.
const DATA: &str = "foil-data";
/// The key of the shard's authority, which deploys.
const AUTHORITY: &str = "authority.key";
/// A key to call with.
const CALLER: &str = "me.key";

/// Serve a project's program.
#[derive(Args, Debug)]
pub struct DevArgs {
    /// The project's folder, which gets a data directory and two keys.
    #[arg(default_value = ".", value_name = "FOLDER")]
    project: PathBuf,
    /// The address to listen on, on loopback; 127.0.0.1:7450 if not given, or any port where that is taken.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Begin with an empty shard: what the data directory holds is removed.
    #[arg(long)]
    fresh: bool,
    /// Build and take into service once, and serve nothing.
    #[arg(long)]
    once: bool,
}

/// A project that is being worked on, and its shard.
struct Work {
    project: Project,
    global: Global,
}

/// Runs the command until a signal ends it.
pub fn run(global: &Global, args: &DevArgs) -> Result<Exit, NodeError> {
    if let Some(address) = args.listen.filter(|address| !address.ip().is_loopback()) {
        return Err(NodeError::Usage(format!(
            "{address} can be reached from elsewhere, and `foil dev` asks for no tokens: `foil serve` serves others"
        )));
    }
    let project = Project::find(&args.project)?;
    let data = match global.data()? {
        data if At::Data(data.into()) == At::default() => project.dir.join(DATA),
        data => data.to_owned(),
    };
    let here = Global { at: At::Data(data.clone()), serve: ServeArgs::alone(args.listen), ..global.clone() };
    let work = Work { global: here, project };
    let built = authors::build(&work.project)?;
    if args.fresh {
        remove(&data)?;
    }
    work.begin(&data)?;
    let serving = work.take_over(&work.global, &built)?;
    if args.once {
        return Ok(Exit::Verified);
    }
    serve::until_told(&work.global, &|url, shards| {
        work.tell(
            &json!({ "listening": url, "shards": shards }),
            &format!("serves at {url}, with no tokens asked for"),
        )?;
        work.hint(url, &serving, shards)?;
        let address = Address { url: url.into(), token_file: None, ca: None };
        let there = Global { at: At::Node(address), ..work.global.clone() };
        let watcher = Work { project: work.project.clone(), global: there };
        // It ends with the process: whatever it does is an act that is made whole or not at all.
        std::thread::spawn(move || watcher.watch());
        Ok(())
    })
}

/// Removes a data directory that nobody uses; what is none is left alone.
fn remove(data: &Path) -> Result<(), NodeError> {
    match Data::open(data) {
        Err(NodeError::NotData { .. }) => return Ok(()),
        opened => drop(opened?),
    }
    std::fs::remove_dir_all(data).map_err(|e| NodeError::io(format!("remove {}", data.display()), e))
}

impl Work {
    /// Makes what is not there yet: the keys, and a shard.
    fn begin(&self, data: &Path) -> Result<(), NodeError> {
        for name in [AUTHORITY, CALLER] {
            let path = self.project.dir.join(name);
            if !path.exists() {
                keys::generate(&path)?;
            }
        }
        if data.join("FORMAT").exists() {
            return Ok(());
        }
        let authority = keys::read(&self.project.dir.join(AUTHORITY))?.public();
        let made = shard::create(&self.global, &CreateArgs::alone(Hash(authority.0)))?;
        let data = shown(data);
        let line = format!("made shard {} in {data}", made["shard"].as_str().unwrap_or_default());
        self.tell(&json!({ "made": made["shard"], "data": data }), &line)
    }

    /// Has a program take over where the shard is, if another one serves there: as that says of itself.
    fn take_over(&self, global: &Global, built: &Built) -> Result<Serving, NodeError> {
        let new = Serving::of_program(&built.program)?;
        let mut place = reach(global)?;
        let serving = place.serving();
        place.close()?;
        let act = ActArgs::by(self.project.dir.join(AUTHORITY));
        let named = format!("{} of {} bytes", &new.id.to_string()[..16], built.wasm.len());
        let (said, line) = match serving {
            Ok(old) if old.id == new.id => {
                (json!({ "unchanged": new.id.to_string() }), format!("serves program {named}, as before"))
            }
            Ok(_) => self.upgraded(global, &UpgradeArgs::of(built.path.clone(), act), built, &named)?,
            Err(error) if is_no_program(&error) => {
                let done = deploy::deployed(global, &act, &built.wasm)?;
                (json!({ "deployed": done }), format!("deployed program {named}"))
            }
            Err(error) => return Err(error),
        };
        self.tell(&said, &line)?;
        Ok(new)
    }

    fn upgraded(
        &self,
        global: &Global,
        args: &UpgradeArgs,
        built: &Built,
        named: &str,
    ) -> Result<(Value, String), NodeError> {
        let (done, exit) = upgrade::to_program(global, args, &built.wasm, &built.program)?;
        let mut line = match exit {
            Exit::Verified => format!("upgraded to program {named}; what is kept stays"),
            _ => format!(
                "not upgraded to program {named}: its migration {}",
                output::one_line(&done["outcome"])
            ),
        };
        for warning in done.get("warnings").and_then(Value::as_array).into_iter().flatten() {
            line += &format!("\n  {}", output::one_line(warning));
        }
        Ok((json!({ "upgraded": done }), line))
    }

    /// What to do first, with a method that takes nothing, if there is one.
    fn hint(&self, url: &str, serving: &Serving, shards: &[String]) -> Result<(), NodeError> {
        let calls = || serving.interface.methods.iter().filter(|method| method.kind == Kind::Call);
        let first = calls().find(|method| method.params.is_empty());
        let words = match (first, calls().next()) {
            (Some(method), _) => method.name.clone(),
            (None, Some(method)) => format!("{} --help", method.name),
            (None, None) => return Ok(()),
        };
        let key = shown(&self.project.dir.join(CALLER));
        let call = format!("foil --node {url} call {words} --as {key} --receipt first.receipt");
        let verify =
            format!("foil verify first.receipt --shard {}", shards.first().map_or("", String::as_str));
        let line = format!("try:\n  {call}\n  {verify}");
        self.tell(&json!({ "try": [call, verify] }), &line)
    }

    /// Builds each version that is saved, and has it take over. Whatever goes wrong is told, and the version before
    /// goes on serving.
    fn watch(&self) {
        let mut watch = Watch::new(&self.project.dir);
        loop {
            watch.wait();
            let done = authors::build(&self.project).and_then(|built| self.take_over(&self.global, &built));
            if let Err(error) = done {
                let code = error.code();
                let fresh = "; or begin anew with `foil dev --fresh`";
                let line = format!("E{code}: {error}{}", if code == 7112 { fresh } else { "" });
                // Nobody is left to tell if standard output is gone.
                _ = self.tell(
                    &json!({ "error": { "code": format!("E{code}"), "message": error.to_string() } }),
                    &line,
                );
            }
        }
    }

    fn tell(&self, said: &Value, line: &str) -> Result<(), NodeError> {
        output::item(self.global.output, said, |_| line.to_owned()).map(drop)
    }
}

/// Whether a shard has no program yet.
fn is_no_program(error: &NodeError) -> bool {
    matches!(error, NodeError::Rejected(Rejected::NoProgram))
}
