use super::*;
use std::collections::BTreeMap;

fn session(mode: Mode) -> Session {
    let view = BTreeMap::from([
        (vec![0, 1], b"system".to_vec()),
        (vec![1, 1], b"one".to_vec()),
        (vec![1, 3], b"three".to_vec()),
        (vec![2, 1], b"beyond".to_vec()),
    ]);
    let context = Context { shard: Hash::ZERO, seq: 7, time_ms: 9, caller: Caller::Nobody, call: Hash::ZERO };
    Session::new(Arc::new(view), context, Space::Program, mode, Vec::new())
}

fn drain(session: &mut Session, cursor: u32) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut entries = Vec::new();
    while let Some((key, value)) = session.scan_peek(cursor).unwrap() {
        entries.push((key.to_vec(), value.to_vec()));
        session.scan_advance(cursor);
    }
    entries
}

#[test]
fn a_program_cannot_name_keys_outside_its_space() {
    let mut session = session(Mode::Call);
    assert_eq!(session.get(&[1]), Ok(Some(b"one".to_vec())));
    for (from, to) in [(&[][..], &[][..]), (&[0], &[255; 4])] {
        let cursor = session.scan_open(from, to, false).unwrap();
        let keys: Vec<_> = drain(&mut session, cursor).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, [[1], [3]]);
    }
    session.put(&[0], b"x").unwrap();
    assert!(session.overlay.writes().iter().all(|(key, _)| key[0] == Space::Program as u8));
}

#[test]
fn a_cursor_sees_the_calls_own_writes() {
    let mut session = session(Mode::Call);
    for reverse in [false, true] {
        let cursor = session.scan_open(&[], &[], reverse).unwrap();
        session.delete(&[1]).unwrap();
        session.put(&[2], b"two").unwrap();
        let mut expected = vec![(vec![2], b"two".to_vec()), (vec![3], b"three".to_vec())];
        if reverse {
            expected.reverse();
        }
        assert_eq!(drain(&mut session, cursor), expected);
    }
    assert_eq!(session.scan_peek(9), Err(Stop::Trapped(Trap::BadArgument)));
}

#[test]
fn a_cursor_never_goes_back() {
    for (reverse, behind) in [(false, 0), (true, 9)] {
        let mut session = session(Mode::Call);
        let cursor = session.scan_open(&[], &[], reverse).unwrap();
        let first = session.scan_peek(cursor).unwrap().map(|(key, _)| key.to_vec());
        session.put(&[behind], b"behind").unwrap();
        assert_eq!(session.scan_peek(cursor).unwrap().map(|(key, _)| key.to_vec()), first);
        assert_eq!(drain(&mut session, cursor).len(), 2);
        session.put(&[5], b"late").unwrap();
        assert_eq!(session.scan_peek(cursor), Ok(None), "its end is its end");
    }
}

#[test]
fn a_query_cannot_write() {
    let mut session = session(Mode::Query);
    assert_eq!(session.put(&[1], b""), Err(Stop::Trapped(Trap::ReadOnly)));
    assert_eq!(session.emit(b"event", b""), Err(Stop::Trapped(Trap::ReadOnly)));
}

#[test]
fn a_call_that_does_not_return_leaves_nothing() {
    for (ended, fuel) in
        [(Err(Stop::Failed(vec![1])), 5), (Err(Stop::Trapped(Trap::Unreachable)), 100), (Ok(()), 100)]
    {
        let mut session = session(Mode::Call);
        session.put(&[1], b"x").unwrap();
        session.emit(b"event", b"").unwrap();
        let execution = session.finish(ended, 5, 100).unwrap();
        assert!(execution.diff.is_empty() && execution.events.is_empty());
        assert_eq!(execution.fuel, fuel);
    }
}

#[test]
fn the_random_stream_does_not_depend_on_how_it_is_read() {
    let whole = session(Mode::Call).random(100).unwrap();
    let mut pieces = session(Mode::Call);
    let read: Vec<u8> = [1, 31, 33, 35].into_iter().flat_map(|len| pieces.random(len).unwrap()).collect();
    assert_eq!(whole, read);
}

#[test]
fn limits_are_traps() {
    let mut session = session(Mode::Call);
    assert_eq!(session.put(&[], b""), Err(Trap::BadArgument.into()));
    assert_eq!(session.put(&[1; KEY_BYTES_MAX + 1], b""), Err(Trap::KeyTooLong.into()));
    assert_eq!(session.put(&[1], &vec![0; VALUE_BYTES_MAX + 1]), Err(Trap::ValueTooLong.into()));
    assert_eq!(session.answer(&vec![0; OUTPUT_BYTES_MAX + 1]), Err(Trap::OutputTooLong.into()));
    assert_eq!(session.emit(b"e", &vec![0; EVENT_BYTES_MAX]), Err(Trap::TooManyEvents.into()));
    assert_eq!(session.random(RANDOM_BYTES_MAX + 1), Err(Trap::BadArgument.into()));
    for _ in 0..WRITES_BYTES_MAX / VALUE_BYTES_MAX - 1 {
        session.put(&[1], &vec![0; VALUE_BYTES_MAX]).unwrap();
    }
    assert_eq!(session.put(&[1], &vec![0; VALUE_BYTES_MAX]), Err(Trap::TooManyWrites.into()));
}
