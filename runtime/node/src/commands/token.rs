//! `foil token`: who may ask a node that serves, and for what.

use super::time::{now_ms, parse_duration};
use crate::cli::Global;
use crate::data::format;
use crate::error::NodeError;
use crate::output;
use crate::serve::access::Role;
use crate::serve::tokens::{Grant, Tokens};
use abi::id::Hash;
use abi::limits::PRINCIPAL_BYTES_MAX;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use verify::Exit;

/// Make, list and revoke tokens, also while the node serves.
#[derive(Subcommand, Debug)]
pub enum TokenCommand {
    /// Make a token, which is printed this once.
    Create(CreateArgs),
    /// List the tokens by their ids, which are their hashes.
    List,
    /// Revoke a token: the next request with it is refused.
    Revoke {
        /// Its id, or the start of it.
        id: String,
    },
}

/// What a token is for.
#[derive(Args, Debug)]
pub struct CreateArgs {
    /// Whom it is given to: the node vouches for this name in calls.
    name: String,
    /// What they may do.
    #[arg(long, default_value = "client")]
    role: Role,
    /// A shard that it is for, by its whole id; may be given again. For all, if none is named.
    #[arg(long, value_name = "ID")]
    shard: Vec<Hash>,
    /// For how long.
    #[arg(long, value_parser = parse_duration, default_value = "90d", value_name = "DURATION")]
    lasts: u64,
}

/// Runs the command, without the data directory being held: the node may be serving.
pub fn run(global: &Global, command: &TokenCommand) -> Result<Exit, NodeError> {
    let answer = match command {
        TokenCommand::Create(args) => create(&tokens(global)?, args)?,
        TokenCommand::List => {
            let rows = tokens(global)?.list()?;
            json!({ "tokens": rows.iter().map(|(id, grant)| shown(*id, grant)).collect::<Vec<_>>() })
        }
        TokenCommand::Revoke { id } => json!({ "revoked": tokens(global)?.revoke(id)?.to_string() }),
    };
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

fn tokens(global: &Global) -> Result<Tokens, NodeError> {
    let path = global.data()?;
    let not_data = |_| NodeError::NotData { path: path.into() };
    let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(not_data)?;
    format(&dir, path)?;
    Tokens::open(&dir)
}

fn create(tokens: &Tokens, args: &CreateArgs) -> Result<Value, NodeError> {
    if args.name.is_empty() || args.name.len() > PRINCIPAL_BYTES_MAX {
        return Err(NodeError::Usage(format!("a name has 1 to {PRINCIPAL_BYTES_MAX} bytes")));
    }
    let created_ms = now_ms();
    let grant = Grant {
        name: args.name.clone(),
        role: args.role,
        shards: args.shard.iter().map(Hash::to_string).collect(),
        created_ms,
        expires_ms: created_ms.saturating_add(args.lasts),
    };
    let (id, token) = tokens.create(&grant)?;
    let mut answer = shown(id, &grant);
    answer["token"] = token.into();
    Ok(answer)
}

fn shown(id: Hash, grant: &Grant) -> Value {
    json!({
        "id": id.to_string(),
        "name": grant.name,
        "role": format!("{:?}", grant.role).to_lowercase(),
        "shards": if grant.shards.is_empty() { "all".into() } else { grant.shards.join(" ") },
        "expires_ms": grant.expires_ms,
        "expired": grant.expires_ms <= now_ms(),
    })
}
