//! Acts of a shard's authority, as commands make them.

use super::time::{given_or_now, parse_seconds};
use crate::commands::{Submitted, random, submit};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::keys;
use abi::call::{Call, Caller, SignedCall};
use abi::codec::Bytes;
use abi::sign::SecretKey;
use abi::system::Act;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Who acts, and when.
#[derive(Args, Debug)]
pub struct ActArgs {
    /// The key file of an authority; may be given again.
    #[arg(long, required = true, value_name = "FILE")]
    pub(super) sign: Vec<PathBuf>,
    /// The host's time, in Unix seconds; now, if not given.
    #[arg(long, value_parser = parse_seconds, value_name = "SECONDS")]
    pub(super) at: Option<u64>,
}

/// Fuel that is enough for any act that runs no program.
pub const ACT_FUEL_MAX: u64 = 1_000_000;

/// Makes an act history, and closes the shard; where it stands then.
pub fn act(mut shard: NodeShard, act: &Act, args: &ActArgs) -> Result<Value, NodeError> {
    let submitted = perform(&mut shard, act, args, ACT_FUEL_MAX);
    let position = shard.position().clone();
    let closed = shard.close();
    let seq = submitted?.seq;
    closed?;
    Ok(json!({ "seq": seq, "height": position.height, "root": position.root.to_string() }))
}

/// Makes an act history that may use this much fuel.
pub fn perform(
    shard: &mut NodeShard,
    act: &Act,
    args: &ActArgs,
    fuel_max: u64,
) -> Result<Submitted, NodeError> {
    let signers = args.sign.iter().map(|path| keys::read(path)).collect::<Result<Vec<SecretKey>, _>>()?;
    let now_ms = given_or_now(args.at);
    let (method, acted) = act.to_call();
    let current = shard.profile_at(shard.position().seq);
    let profile = act.profile().unwrap_or(current);
    if !profile.acts().contains(&method) {
        let name = profile.name();
        return Err(NodeError::Usage(format!(
            "profile {name} has no act `{method}`: put the shard under a newer one with `foil shard set-profile`"
        )));
    }
    let call = Call {
        version: abi::VERSION,
        shard: shard.id(),
        program: Some(profile.system()),
        method: method.into(),
        args: Bytes(acted),
        salt: random()?,
        caller: Caller::Nobody,
        key: random()?,
        expires_ms: now_ms.max(shard.position().time_ms).saturating_add(shard.genesis().window_ms),
        fuel_max,
    };
    let signed = SignedCall::authorize(call, &signers.iter().collect::<Vec<_>>());
    submit(shard, signed, now_ms)
}
