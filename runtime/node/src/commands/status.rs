//! `foil status`: what there is, and whether it serves.

use crate::cli::{At, Global};
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::output;
use crate::remote::Remote;
use abi::Coded;
use abi::id::Hash;
use serde_json::{Value, json};
use verify::Exit;

/// Runs the command.
pub fn run(global: &Global) -> Result<Exit, NodeError> {
    let answer = match &global.at {
        At::Node(address) => {
            let listed = Remote::new(address)?.get("/v1/shards")?;
            json!({ "at": address.url, "shards": listed["shards"] })
        }
        At::Data(path) => {
            let mut data = Data::open(path)?;
            data.remember_in(global.remember.as_deref());
            let mut rows = Vec::new();
            for id in data.meant(global.on.as_deref())? {
                rows.push(row(&data, id)?);
            }
            json!({ "at": path.display().to_string(), "shards": rows })
        }
    };
    output::print(global.output, &answer)?;
    let serve = |row: &Value| row["serves"] == true;
    let all_serve = answer["shards"].as_array().is_none_or(|rows| rows.iter().all(serve));
    Ok(if all_serve { Exit::Verified } else { Exit::Failure })
}

/// A shard of a data directory, which serves if it can be opened.
fn row(data: &Data, id: Hash) -> Result<Value, NodeError> {
    let origin = data.home(id)?.genesis.origin;
    match data.open_shard(id, super::build()) {
        Ok((shard, _)) => {
            let row = standing(&shard, &origin);
            shard.close()?;
            Ok(row)
        }
        Err(error) => {
            tracing::error!(shard = %id, code = error.code(), %error, "the shard cannot be opened");
            let code = Some(format!("E{}", error.code()));
            Ok(described(id, &origin, None, code))
        }
    }
}

fn standing(shard: &NodeShard, origin: &str) -> Value {
    let at = shard.position();
    described(shard.id(), origin, Some((at.height, at.seq)), None)
}

/// A shard in a list: its height and records, if they are known, and the number of what keeps it from serving.
pub(crate) fn described(id: Hash, origin: &str, at: Option<(u64, u64)>, halted: Option<String>) -> Value {
    json!({
        "shard": id.to_string(),
        "origin": origin,
        "height": at.map(|(height, _)| height),
        "records": at.map(|(_, records)| records),
        "serves": halted.is_none(),
        "because": halted,
    })
}
