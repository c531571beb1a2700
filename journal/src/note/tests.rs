use super::*;
use abi::sign::SecretKey;
use proptest::prelude::*;

/// The example of the signed-note specification, section "Verifier keys".
const FOO: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const FOO_NOTE: &str = "This is an example message.\n\n— example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/// A checkpoint that the certificate transparency log `arche2025h1` published, with its signature (and one
/// of a kind that we do not know) and four witnesses' cosignatures, and the public keys of the five.
const ARCHE: &str = "arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzal\
ApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bf\
TW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVk\
jZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQt\
mJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0\
WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI\
7cUiOvKFYe/TmN9DAg==
";
const ARCHE_KEYS: [&str; 5] = [
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f",
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
];

fn key(text: &str) -> NoteKey {
    text.parse().unwrap()
}

#[test]
fn the_example_of_the_specification_verifies() {
    let note = Note::parse(FOO_NOTE.as_bytes()).unwrap();
    assert_eq!((note.text(), note.to_string().as_str()), ("This is an example message.\n", FOO_NOTE));
    assert_eq!(note.verify(&[key(FOO)]), Ok(note.clone()));
    assert_eq!(note.verify(&[key(ARCHE_KEYS[0])]), Err(NoteError::Unsigned));
}

#[test]
fn a_published_checkpoint_and_its_cosignatures_verify() {
    let note = Note::parse(ARCHE.as_bytes()).unwrap();
    assert_eq!(note.to_string(), ARCHE);
    for text in ARCHE_KEYS {
        assert_eq!(key(text).to_string(), text);
        assert_eq!(note.verify(&[key(text)]).unwrap().lines().len(), 1, "{text}");
    }
    assert_eq!(note.verify(&ARCHE_KEYS.map(key)).unwrap().lines().len(), 5);
    let other = Note::parse(ARCHE.replace("1432088532", "1432088533").as_bytes()).unwrap();
    for text in ARCHE_KEYS {
        assert!(matches!(other.verify(&[key(text)]), Err(NoteError::Signature(_))), "{text}");
    }
}

/// Wherever a bit flips, the note is refused, or what is left of it is the signed text alone.
#[test]
fn a_flipped_bit_is_never_signed() {
    let keys = ARCHE_KEYS.map(key);
    for (keys, bytes) in [(&keys[3..4], ARCHE), (&[key(FOO)][..], FOO_NOTE)] {
        let right = Note::parse(bytes.as_bytes()).unwrap().verify(keys).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.as_bytes().to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let read = Note::parse(&flipped).and_then(|note| note.verify(keys));
            assert!(read.is_err() || read.as_ref() == Ok(&right), "bit {bit}");
        }
    }
}

#[test]
fn one_wrong_signature_of_a_known_key_refuses_the_note() {
    let (log, witness) = (key(ARCHE_KEYS[0]), key(ARCHE_KEYS[3]));
    let note = Note::parse(ARCHE.as_bytes()).unwrap();
    let mut line = note.verify(std::slice::from_ref(&witness)).unwrap().lines[0].clone();
    line.signature[20] ^= 1;
    let note = note.with(line).unwrap();
    assert_eq!(note.verify(&[log.clone(), witness]), Err(NoteError::Signature("remora.n621.de".into())));
    assert!(note.verify(&[log]).is_ok(), "who is unknown says nothing");
}

#[test]
fn what_is_signed_verifies_under_its_own_scheme_alone() {
    let secret = SecretKey::from_seed(&[3; 32]);
    let log = NoteKey::new("a.example/log", Scheme::Text, secret.public()).unwrap();
    let witness = NoteKey::new("a.example/log", Scheme::Cosignature, secret.public()).unwrap();
    let (by_log, by_witness) = (std::slice::from_ref(&log), std::slice::from_ref(&witness));
    let note = Note::new("a text\n\nof two parts\n".into()).unwrap();
    let signed = note.clone().with(log.sign(&secret, note.text())).unwrap();
    let cosigned = note.clone().with(witness.cosign(&secret, note.text(), 1_700_000_000)).unwrap();
    assert_eq!(Note::parse(signed.to_string().as_bytes()), Ok(signed.clone()));
    assert_eq!(signed.verify(by_log), Ok(signed.clone()));
    assert_eq!(signed.verify(by_witness), Err(NoteError::Unsigned));
    assert_eq!(cosigned.verify(by_witness), Ok(cosigned.clone()));
    assert_eq!(cosigned.verify(by_log), Err(NoteError::Unsigned));
    // The time is part of what is signed.
    let mut later = cosigned;
    later.lines[0].signature[7] ^= 1;
    assert!(matches!(later.verify(by_witness), Err(NoteError::Signature(_))));
}

#[test]
fn what_is_no_note_is_refused() {
    let line = FOO_NOTE.split('\n').nth(2).unwrap();
    let refused = |text: String| assert!(Note::parse(text.as_bytes()).is_err(), "{text:?}");
    for text in
        ["", "\n", "\n\n", "a\n", "a\n\n", "a\n\n\n", &format!("a\n{line}\n"), &format!("a\n\n{line}")]
    {
        refused(text.into());
    }
    for bad in [
        line.replace("— ", "- "),
        line.replace("— ", "—  "),
        line.replace("example.com/foo ", "example.com/foo  "),
        line.replace("example", "exa+mple"),
        line.replace("example", "exa\u{2003}mple"),
        line.replace("example.com/foo", ""),
        line.trim_end_matches('=').into(),
        // The last letter before the padding has four bits that say nothing; one form alone is base64.
        line.replace("aQM=", "aQN="),
        line.replace("aQM=", "aQM=="),
        format!("{line} "),
        format!("{line}\r"),
        "— example.com/foo Uw2QOg==".into(),
        "— example.com/foo Uw2Q".into(),
    ] {
        refused(format!("a\n\n{bad}\n"));
    }
    refused(format!("a\tb\n\n{line}\n"));
    assert!(Note::parse(&[&[0xff, b'\n', b'\n'], line.as_bytes(), b"\n"].concat()).is_err());
}

#[test]
fn a_note_has_at_most_so_many_bytes_and_signatures() {
    let line = FOO_NOTE.split('\n').nth(2).unwrap();
    let note = |lines: usize| format!("a\n\n{}", format!("{line}\n").repeat(lines));
    assert_eq!(Note::parse(note(SIGNATURES_MAX).as_bytes()).unwrap().lines().len(), SIGNATURES_MAX);
    assert_eq!(Note::parse(note(SIGNATURES_MAX + 1).as_bytes()), Err(NoteError::TooLong));
    let long = format!("{}\n\n{line}\n", "a".repeat(NOTE_BYTES_MAX));
    assert_eq!(Note::parse(long.as_bytes()), Err(NoteError::TooLong));
}

#[test]
fn what_is_no_key_is_refused() {
    for bad in [
        "",
        "example.com/foo",
        &FOO.replace("530d903a", "530d903b"),
        &FOO.replace("530d903a", "530D903A"),
        &FOO.replace("530d903a", "0530d903a"),
        &FOO.replace("example.com/foo", "example.com/fop"),
        &FOO.replace("example.com/foo", ""),
        &FOO.replace("Aeky", "Beky"),
        &FOO[..FOO.len() - 4],
        &format!("{FOO}+"),
        &format!("{FOO}\n"),
    ] {
        assert!(matches!(bad.parse::<NoteKey>(), Err(NoteError::Key(_))), "{bad:?}");
    }
    let weak = abi::sign::PublicKey(std::array::from_fn(|i| u8::from(i == 0)));
    assert!(NoteKey::new("a.example", Scheme::Text, weak).is_err());
    let public = SecretKey::from_seed(&[3; 32]).public();
    assert!(NoteKey::new(&"a".repeat(255), Scheme::Text, public).is_ok());
    assert!(NoteKey::new(&"a".repeat(256), Scheme::Text, public).is_err());
}

proptest! {
    /// What is read is written back as the same bytes, and nothing panics.
    #[test]
    fn any_bytes_are_a_note_in_one_form_or_none(
        text in "[ -~\n]{0,20}", lines in prop::collection::vec("(— [a-z+ ]{0,3} [A-Z=]{0,12}|[ -~]{0,5})", 0..3)
    ) {
        let bytes = format!("{text}\n\n{}\n", lines.join("\n"));
        if let Ok(note) = Note::parse(bytes.as_bytes()) {
            prop_assert_eq!(note.to_string(), bytes);
        }
    }
}
