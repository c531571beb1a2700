//! What the program `volume` is asked.

use super::{case as any_case, native};
use crate::case::{Ask, Case};
use guest_sdk::test::identity;
use volume::{BLOCK_BYTES, Extent};

const VOLUME: &[u8] = include_bytes!("../../../guests/wasm/volume.wasm");

pub(super) fn case() -> Case {
    let now = None::<u64>;
    let asks = vec![
        Ask::query("form", &()),
        Ask::query("read", &(0u64, 1u64, now)),
        write(&[(0, 1)]),
        Ask::call("create", &(200u64,)),
        Ask::call("create", &(200u64,)),
        write(&[(0, 3), (7, 1), (1, 1)]),
        write(&[(199, 2)]),
        write(&[(0, 128)]).by(identity(2)),
        write(&[(8, 0)]),
        Ask::call("write", &(vec![Extent { block: 9, data: vec![1; BLOCK_BYTES + 1].into() }],)),
        Ask::call("flush", &()),
        Ask::call("snapshot", &()),
        write(&[(1, 128)]),
        write(&[(1, 128), (0, 1)]),
        Ask::call("trim", &(0u64, 2u64)),
        Ask::call("trim", &(190u64, 11u64)),
        Ask::call("flush", &()),
        Ask::query("read", &(0u64, 128u64, now)),
        Ask::query("read", &(0u64, 9u64, Some(1u64))),
        Ask::query("read", &(0u64, 1u64, Some(2u64))),
        Ask::query("mapped", &(0u64, 9u64, Some(1u64))),
        Ask::query("mapped", &(0u64, 9u64, now)),
        Ask::call("collect", &(0u64, 200u64)),
        Ask::call("discard", &(1u64,)),
        Ask::call("discard", &(1u64,)),
        Ask::call("collect", &(0u64, 200u64)),
        Ask::query("snapshots", &()),
        Ask::query("form", &()),
    ];
    any_case("volume", VOLUME, asks, Some(|| native::<volume::Program>(VOLUME)))
}

/// A call that writes so many blocks from each of these on, no two of them alike.
fn write(extents: &[(u64, u64)]) -> Ask {
    let bytes = |block: u64| block.to_be_bytes().repeat(BLOCK_BYTES / 8);
    let extent = |&(block, count): &(u64, u64)| Extent {
        block,
        data: (block..block + count).flat_map(bytes).collect::<Vec<u8>>().into(),
    };
    Ask::call("write", &(extents.iter().map(extent).collect::<Vec<Extent>>(),))
}
