//! Acts of a shard's authority, as commands make them.

use super::time::{given_or_now, parse_seconds};
use crate::commands::{Submitted, random, submit};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::keys;
use crate::place::{Place, Terms};
use abi::call::{Call, SignedCall};
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

impl ActArgs {
    /// Now, by one authority.
    pub(super) fn by(key: PathBuf) -> ActArgs {
        ActArgs { sign: vec![key], at: None }
    }
}

/// Fuel that is enough for any act that runs no program.
pub const ACT_FUEL_MAX: u64 = 1_000_000;

/// Makes an act history; where the shard stands then.
pub(crate) fn act(mut place: Box<dyn Place>, act: &Act, args: &ActArgs) -> Result<Value, NodeError> {
    let made =
        perform(&mut *place, act, args, ACT_FUEL_MAX).and_then(|made| Ok((made.seq, place.standing()?)));
    let closed = place.close();
    let (seq, standing) = made?;
    closed?;
    Ok(json!({ "seq": seq, "height": standing["height"], "root": standing["root"] }))
}

/// Makes an act history that may use this much fuel.
pub(crate) fn perform(
    place: &mut dyn Place,
    act: &Act,
    args: &ActArgs,
    fuel_max: u64,
) -> Result<Submitted, NodeError> {
    let signed = signed(&place.terms()?, act, args, fuel_max)?;
    place.submit(signed, args.at)
}

/// Makes an act the history of a shard that is open here, and stays so.
pub fn decide(shard: &mut NodeShard, act: &Act, args: &ActArgs) -> Result<Submitted, NodeError> {
    let signed = signed(&Terms::of(shard), act, args, ACT_FUEL_MAX)?;
    submit(shard, signed, given_or_now(args.at))
}

/// An act, signed by whoever has to.
fn signed(terms: &Terms, act: &Act, args: &ActArgs, fuel_max: u64) -> Result<SignedCall, NodeError> {
    let signers = args.sign.iter().map(|path| keys::read(path)).collect::<Result<Vec<SecretKey>, _>>()?;
    let (method, acted) = act.to_call();
    let profile = act.profile().unwrap_or(terms.profile);
    if !profile.acts().contains(&method) {
        let name = profile.name();
        return Err(NodeError::Usage(format!(
            "profile {name} has no act `{method}`: put the shard under a newer one with `foil shard set-profile`"
        )));
    }
    let expires_ms = terms.latest_ms(given_or_now(args.at));
    let call = Call {
        program: Some(profile.system()),
        salt: random()?,
        ..terms.call(method, acted, random()?, expires_ms, fuel_max)
    };
    Ok(SignedCall::authorize(call, &signers.iter().collect::<Vec<_>>()))
}
