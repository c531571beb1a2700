//! Programs that name other programs' keys: they never reach one.

use crate::attack::Attack;
use crate::engines::{engines, job_over};
use crate::module::program;
use crate::rng::Rng;
use abi::outcome::Outcome;
use std::collections::BTreeMap;
use std::sync::Arc;
use vm::Job;

pub(crate) fn attacks() -> Vec<Attack> {
    vec![Attack::new("keys of other spaces, written and read", escapes)]
}

/// What is not the program's: the spaces on both sides, and everything that begins like a key of its own.
fn state() -> BTreeMap<Vec<u8>, Vec<u8>> {
    let others: [&[u8]; 8] =
        [b"", b"\0", b"\0program", b"\0\xff\xff", b"\x02", b"\x02a", b"\x02\0", b"\xff\xff"];
    let mut state: BTreeMap<_, _> = others.map(|key| (key.to_vec(), b"theirs".to_vec())).into();
    state.insert(b"\x01mine".to_vec(), b"mine".to_vec());
    state
}

/// For keys and ranges of every kind, random ones too: all that a program writes is in its space, and all that it reads,
/// by key and by cursor, forward and back, is its own.
fn escapes() -> String {
    let programs = program(
        r#"(memory (export "memory") 2 2)
        (global $len (mut i32) (i32.const 0)) (global $at (mut i32) (i32.const 2000))
        (func $walk (param $from i32) (param $reverse i32) (local $cursor i32) (local $size i64)
            (local.set $cursor (call $scan_open (i32.const 0) (local.get $from) (i32.const 0) (i32.const 0) (local.get $reverse)))
            (block (loop
                (local.set $size (call $scan_next (local.get $cursor) (global.get $at) (i32.const 2000)))
                (br_if 1 (i64.lt_s (local.get $size) (i64.const 0)))
                (global.set $at (i32.add (global.get $at) (i32.wrap_i64 (local.get $size))))
                (br 0))))
        (func (export "call:main")
            (global.set $len (call $input (i32.const 0) (i32.const 1000)))
            (drop (call $state_get (i32.const 0) (global.get $len) (global.get $at) (i32.const 100)))
            (global.set $at (i32.add (global.get $at) (i32.const 100)))
            (call $walk (i32.const 0) (i32.const 0))
            (call $walk (global.get $len) (i32.const 0))
            (call $walk (i32.const 0) (i32.const 1))
            (call $walk (global.get $len) (i32.const 1))
            (call $state_put (i32.const 0) (global.get $len) (i32.const 0) (global.get $len))
            (call $state_delete (i32.const 0) (global.get $len))
            (call $state_put (i32.const 0) (global.get $len) (i32.const 0) (global.get $len))
            (call $answer (i32.const 2000) (i32.sub (global.get $at) (i32.const 2000))))"#,
    );
    let view = Arc::new(state());
    let mut keys: Vec<Vec<u8>> = state().into_keys().filter(|key| !key.is_empty()).collect();
    keys.extend([b"../x".to_vec(), vec![0; 512], vec![0xff; 512], vec![1], vec![0, 1]]);
    let mut rng = Rng::new(3, "keys");
    for _ in 0..1_000 {
        let len = 1 + rng.index(24);
        keys.push((0..len).map(|_| [0, 1, 2, 0xff, b'm', b'a'][rng.index(6)]).collect());
    }
    for key in &keys {
        let job = Job { input: key.clone(), ..job_over(view.clone()) };
        let execution = engines().run(&programs, &job);
        let Outcome::Returned(read) = &execution.outcome else { panic!("{:?}", execution.outcome) };
        assert!(!read.windows(6).any(|window| window == b"theirs"), "{key:?} has read another space");
        let written: Vec<&[u8]> = execution.diff.iter().map(|(key, _)| key).collect();
        assert_eq!(written, [[&[1], key.as_slice()].concat()], "{key:?} has written elsewhere");
    }
    format!("{} keys, all in the program's space", keys.len())
}
