//! Commits over states that no cache holds: what an update of tens of times as many keys costs beside one of as many as
//! elsewhere. It takes some minutes, and the disk is to have room.

use crate::commits::{Ours, SIZES, updates};
use crate::draw::Draw;
use crate::{Asked, Goal, Result, Row};

/// How many times as many keys there are, and what the ratio should be.
const TIMES: [(u64, Goal); 3] = [(1, Goal::None), (10, Goal::None), (30, Goal::AtLeast(0.5))];

/// Updates in a second of committing, and the memory of the tree for a key.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let (mut rows, mut few) = (Vec::new(), [0.0; SIZES.len()]);
    for (times, goal) in TIMES {
        let (dir, mut draw) = (tempfile::tempdir_in(&asked.dir)?, Draw::new(9));
        let keys = times * asked.keys;
        let mut ours = Ours::filled(dir.path(), keys, &mut draw)?;
        for (size, few) in SIZES.into_iter().zip(&mut few) {
            // What filling has left to do in the background is not timed.
            updates(&mut ours, size, (keys, asked.time), &mut draw)?;
            let rate = updates(&mut ours, size, (keys, asked.time), &mut draw)?;
            let what = format!("updates, {size} to a commit, of {keys} keys");
            if times == 1 {
                *few = rate;
            }
            let peer = (times > 1).then_some(("with fewer keys", *few));
            rows.push(Row { what, ours: rate, peer, unit: "/s", goal });
        }
        let what = format!("memory of the tree for a key, of {keys}");
        let per_key = ours.tree.bytes() as f64 / keys as f64;
        rows.push(Row { what, ours: per_key, peer: None, unit: "B", goal: Goal::AtMost(100.0) });
    }
    Ok(rows)
}
