use super::*;
use crate::limits::CURSORS_MAX;
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
    assert_eq!(session.send(Hash::ZERO, b"hit", &[0x80]), Err(Stop::Trapped(Trap::ReadOnly)));
}

#[test]
fn a_call_that_does_not_return_leaves_nothing() {
    for ended in [Err(Stop::Failed(vec![1])), Err(Stop::Trapped(Trap::Unreachable)), Ok(())] {
        let mut session = session(Mode::Call);
        session.put(&[1], b"x").unwrap();
        session.emit(b"event", b"").unwrap();
        session.send(Hash::ZERO, b"hit", &[0x80]).unwrap();
        let execution = session.finish(ended, 5).unwrap();
        assert!(execution.diff.is_empty() && execution.events.is_empty() && execution.messages.is_empty());
        assert_eq!(execution.fuel, 5);
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
fn a_closed_cursor_is_none_and_makes_room_for_another() {
    let mut session = session(Mode::Call);
    for opened in 0..2 * CURSORS_MAX {
        let cursor = session.scan_open(&[], &[], false).unwrap();
        assert_eq!(cursor as usize, opened, "no number comes twice");
        assert!(session.scan_peek(cursor).unwrap().is_some());
        assert_eq!(session.scan_close(cursor), Ok(()));
        assert_eq!(session.scan_peek(cursor), Err(Stop::Trapped(Trap::BadArgument)));
        assert_eq!(session.scan_close(cursor), Err(Stop::Trapped(Trap::BadArgument)));
    }
    assert_eq!(session.scan_close(u32::MAX), Err(Stop::Trapped(Trap::BadArgument)));
    let open: Vec<u32> = (0..CURSORS_MAX).map(|_| session.scan_open(&[], &[], false).unwrap()).collect();
    assert_eq!(session.scan_open(&[], &[], false), Err(Stop::Trapped(Trap::TooManyCursors)));
    session.scan_close(open[7]).unwrap();
    assert!(session.scan_open(&[], &[], false).is_ok());
    assert_eq!(drain(&mut session, open[8]).len(), 2, "the others go on");
}

#[test]
fn messages_come_in_the_order_in_which_they_were_sent() {
    let mut session = session(Mode::Call);
    let sent = [(Hash([1; 32]), "hit"), (Hash::ZERO, "a_1"), (Hash([1; 32]), "hit")];
    for (to, method) in sent {
        session.send(to, method.as_bytes(), &[0x81, 0x07]).unwrap();
    }
    session.answer(b"").unwrap();
    let messages = session.finish(Ok(()), 1).unwrap().messages;
    let args = || Bytes(vec![0x81, 0x07]);
    let expected = sent.map(|(to, method)| Message { to, method: method.into(), args: args() });
    assert_eq!(messages, expected);
}

#[test]
fn a_message_is_a_call_that_could_be_made() {
    let mut session = session(Mode::Call);
    let mut send = |method: &[u8], args: &[u8]| session.send(Hash::ZERO, method, args);
    for method in [&b""[..], b"Hit", b"h it", b"hit-1", b"\xff", b"call:hit", &[b'a'; 65]] {
        assert_eq!(send(method, &[0x80]), Err(Trap::BadArgument.into()), "{method:?}");
    }
    for args in [&[][..], &[0x82, 0x00], &[0x80, 0x00], &[0x18, 0x07], &[0xf9, 0x00, 0x00], &[0x81; 40]] {
        assert_eq!(send(b"hit", args), Err(Trap::BadArgument.into()), "{args:02x?}");
    }
    assert_eq!(send(&[b'a'; 64], &[0x80]), Ok(()));
}

#[test]
fn messages_have_limits() {
    // A byte string that makes a message, with `hit`, as long as it may be: three bytes of head.
    let mut longest = vec![0x59, 0xff, 0xfa];
    longest.resize(MESSAGE_BYTES_MAX - 3, 0);
    let refused = |size, max| Err(Stop::Over { trap: Trap::TooManyMessages, size, max });
    let mut one = session(Mode::Call);
    assert_eq!(one.send(Hash::ZERO, b"hits", &longest), refused(MESSAGE_BYTES_MAX + 1, MESSAGE_BYTES_MAX));
    for _ in 0..MESSAGES_BYTES_MAX / MESSAGE_BYTES_MAX {
        assert_eq!(one.send(Hash::ZERO, b"hit", &longest), Ok(()));
    }
    assert_eq!(one.send(Hash::ZERO, b"a", &[0x80]), refused(MESSAGES_BYTES_MAX + 2, MESSAGES_BYTES_MAX));
    let mut many = session(Mode::Call);
    for _ in 0..MESSAGES_MAX {
        many.send(Hash::ZERO, b"a", &[0x80]).unwrap();
    }
    assert_eq!(many.send(Hash::ZERO, b"a", &[0x80]), refused(MESSAGES_MAX + 1, MESSAGES_MAX));
}

#[test]
fn limits_are_traps() {
    let over = |trap, size, max| Stop::Over { trap, size, max };
    let mut session = session(Mode::Call);
    assert_eq!(session.put(&[], b""), Err(Trap::BadArgument.into()));
    assert_eq!(
        session.put(&[1; KEY_BYTES_MAX + 1], b""),
        Err(over(Trap::KeyTooLong, KEY_BYTES_MAX + 1, KEY_BYTES_MAX))
    );
    assert_eq!(
        session.put(&[1], &vec![0; VALUE_BYTES_MAX + 1]),
        Err(over(Trap::ValueTooLong, VALUE_BYTES_MAX + 1, VALUE_BYTES_MAX))
    );
    assert_eq!(
        session.answer(&vec![0; OUTPUT_BYTES_MAX + 1]),
        Err(over(Trap::OutputTooLong, OUTPUT_BYTES_MAX + 1, OUTPUT_BYTES_MAX))
    );
    assert_eq!(
        session.emit(b"e", &vec![0; EVENT_BYTES_MAX]),
        Err(over(Trap::TooManyEvents, EVENT_BYTES_MAX + 1, EVENT_BYTES_MAX))
    );
    assert_eq!(
        session.random(RANDOM_BYTES_MAX + 1),
        Err(over(Trap::BadArgument, RANDOM_BYTES_MAX + 1, RANDOM_BYTES_MAX))
    );
    for _ in 0..WRITES_BYTES_MAX / VALUE_BYTES_MAX - 1 {
        session.put(&[1], &vec![0; VALUE_BYTES_MAX]).unwrap();
    }
    assert_eq!(
        session.put(&[1], &vec![0; VALUE_BYTES_MAX]),
        Err(over(
            Trap::TooManyWrites,
            WRITES_BYTES_MAX + 2 * (WRITES_BYTES_MAX / VALUE_BYTES_MAX),
            WRITES_BYTES_MAX
        ))
    );
}
