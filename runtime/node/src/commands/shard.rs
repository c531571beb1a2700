//! `foil shard`: a shard's birth, and where it stands.

use super::act::{ActArgs, act};
use super::time::{now_ms, parse_duration, parse_seconds};
use crate::cli::Global;
use crate::commands::{build, random};
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::output;
use crate::place::reach;
use abi::genesis::{CommitPolicy, Genesis, JUMP_MS_DEFAULT, Quorum, TimePolicy, WINDOW_MS_DEFAULT};
use abi::id::Hash;
use abi::profile::Profile;
use abi::sign::PublicKey;
use abi::system::{Act, SetProfile, SetWriter};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use verify::Exit;

/// The greatest step of logical time of an author's own shard: ten years.
const JUMP_MS_ALONE: u64 = 10 * 366 * 24 * 3_600_000;

/// Make and show shards.
#[derive(Subcommand, Debug)]
pub enum ShardCommand {
    /// Make a shard, and the data directory where there is none.
    Create(Box<CreateArgs>),
    /// List the shards of the data directory.
    List,
    /// Show where a shard stands.
    Show,
    /// Make another key the shard's writer: by an act of its authority, from that act's block on.
    SetWriter(SetWriterArgs),
    /// Put the shard under a newer profile, by an act of its authority, from that act on.
    SetProfile(SetProfileArgs),
}

/// Who is to write.
#[derive(Args, Debug)]
pub struct SetWriterArgs {
    /// The key file of the new writer, which is copied into the data directory; a new key, if not given.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    act: ActArgs,
}

/// Which rules are to hold.
#[derive(Args, Debug)]
pub struct SetProfileArgs {
    /// The profile's name.
    #[arg(value_parser = parse_profile, value_name = "NAME")]
    profile: Profile,
    #[command(flatten)]
    act: ActArgs,
}

/// What a shard is born with.
#[derive(Args, Debug)]
pub struct CreateArgs {
    /// A public key that may change the shard's program and rules; may be given again.
    #[arg(long, required = true, value_name = "KEY")]
    authority: Vec<Hash>,
    /// How many authority keys must sign an act.
    #[arg(long, default_value_t = 1)]
    threshold: u32,
    /// Who runs it, as a name like `ledger.example/main`.
    #[arg(long, default_value = "localhost")]
    origin: String,
    /// Logical time before the first call, in Unix seconds; now, if not given.
    #[arg(long, value_parser = parse_seconds, value_name = "SECONDS")]
    start: Option<u64>,
    /// The greatest step of logical time between two calls.
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    jump: Option<u64>,
    /// The rules that hold from the start; 2 knows more acts of the authority than 1.
    #[arg(long, value_parser = parse_profile, default_value = "1", value_name = "NAME")]
    profile: Profile,
    /// How long an idempotency key may live.
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    window: Option<u64>,
    /// Sixteen bytes in hexadecimal that tell this shard from its twins; drawn, if not given.
    #[arg(long, value_name = "HEX")]
    nonce: Option<String>,
}

impl CreateArgs {
    /// A shard for its author alone, which this key may change, and whose time follows the host's however long it slept.
    pub(super) fn alone(authority: Hash) -> CreateArgs {
        CreateArgs {
            authority: vec![authority],
            threshold: 1,
            origin: "localhost".into(),
            start: None,
            jump: Some(JUMP_MS_ALONE),
            profile: Profile::Two,
            window: None,
            nonce: None,
        }
    }
}

/// Runs the command.
pub fn run(global: &Global, command: &ShardCommand) -> Result<Exit, NodeError> {
    let answer = match command {
        ShardCommand::Create(args) => create(global, args)?,
        ShardCommand::List => {
            let shards = Data::open(global.data()?)?.shards()?;
            json!({ "shards": shards.iter().map(|id| json!({ "shard": id.to_string() })).collect::<Vec<_>>() })
        }
        ShardCommand::Show => {
            let mut place = reach(global)?;
            let answer = place.standing()?;
            place.close()?;
            answer
        }
        ShardCommand::SetWriter(args) => set_writer(global, args)?,
        ShardCommand::SetProfile(args) => {
            let set = SetProfile { profile: args.profile.hash() };
            act(reach(global)?, &Act::SetProfile(set), &args.act)?
        }
    };
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

fn set_writer(global: &Global, args: &SetWriterArgs) -> Result<Value, NodeError> {
    let mut place = reach(global)?;
    let key = place.keep_writer(args.key.as_deref())?;
    let mut answer = Map::from_iter([("writer".into(), key.to_string().into())]);
    let done = act(place, &Act::SetWriter(SetWriter { key }), &args.act)?;
    answer.extend(done.as_object().cloned().unwrap_or_default());
    Ok(Value::Object(answer))
}

pub(super) fn create(global: &Global, args: &CreateArgs) -> Result<Value, NodeError> {
    let nonce = match &args.nonce {
        Some(hex) => {
            let bytes = crate::value::unhex(hex).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
            bytes.ok_or_else(|| NodeError::Usage("--nonce is 32 hexadecimal digits".into()))?
        }
        None => random()?,
    };
    let mut data = Data::create(global.data()?)?;
    data.remember_in(global.remember.as_deref());
    let mut keys: Vec<PublicKey> = args.authority.iter().map(|key| PublicKey(key.0)).collect();
    keys.sort();
    let genesis = Genesis {
        version: abi::VERSION,
        profile: args.profile.hash(),
        origin: args.origin.clone(),
        authority: Quorum { threshold: args.threshold, keys },
        writer: data.key()?.public(),
        commit: CommitPolicy { writes: 1, replicas: Vec::new() },
        window_ms: args.window.unwrap_or(WINDOW_MS_DEFAULT),
        time: TimePolicy {
            start_ms: args.start.unwrap_or_else(now_ms),
            jump_ms: args.jump.unwrap_or(JUMP_MS_DEFAULT),
        },
        witnesses: Quorum::default(),
        nonce,
    };
    let shard = data.create_shard(&genesis, build())?;
    let answer = describe(&shard)?;
    shard.close()?;
    Ok(answer)
}

fn parse_profile(name: &str) -> Result<Profile, String> {
    let known = || Profile::ALL.map(Profile::name).join(", ");
    let found = Profile::ALL.into_iter().find(|profile| profile.name() == name);
    found.ok_or_else(|| format!("no such profile; there are {}", known()))
}

/// Where a shard stands.
pub fn describe(shard: &NodeShard) -> Result<Value, NodeError> {
    let (at, genesis) = (shard.position(), shard.genesis());
    let mut answer = json!({
        "shard": shard.id().to_string(),
        "origin": genesis.origin,
        "profile": shard.profile_at(at.seq).name(),
        "writer": shard.writer().to_string(),
        "program": shard.serving()?.map(|id| id.to_string()),
        "height": at.height,
        "records": at.seq,
        "time_ms": at.time_ms,
        "root": at.root.to_string(),
        "head": shard.head().to_string(),
    });
    if shard.first() > 1 {
        answer["first_block"] = shard.first().into();
    }
    Ok(answer)
}
