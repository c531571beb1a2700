//! What the compiler refuses: each of these lines is an error.

#[path = "../memory.rs"]
mod memory;

use memory::MemoryClient;

fn main() {}

#[allow(dead_code, reason = "it is compiled, or rather not")]
fn wrong(memory: &MemoryClient) {
    _ = memory.memory("7");
    _ = memory.recall("s".into(), "00".to_owned(), 3);
    _ = memory.derived(7, 7, 3);
    _ = memory.scopes("a".into(), -1);
    _ = memory.memory(7).key("a");
}
