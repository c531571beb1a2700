use super::*;

const TEXT: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

#[test]
fn the_example_of_the_specification_reads_and_writes() {
    let head: Head = TEXT.parse().unwrap();
    assert_eq!((head.origin.as_str(), head.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(head.to_string(), TEXT);
}

#[test]
fn what_is_no_head_is_refused() {
    for bad in [
        "",
        "\n",
        &TEXT[..TEXT.len() - 1],
        &format!("{TEXT}\n"),
        &format!("{TEXT}an extension\n"),
        &TEXT.replace("example.com/behind-the-sofa", ""),
        &TEXT.replace("20852163", ""),
        &TEXT.replace("20852163", "020852163"),
        &TEXT.replace("20852163", "+20852163"),
        &TEXT.replace("20852163", "-1"),
        &TEXT.replace("20852163", "18446744073709551616"),
        &TEXT.replace("q2I=", "q2J="),
        &TEXT.replace("q2I=", "q2I"),
        &TEXT.replace("q2I=", ""),
        &TEXT.replace('\n', "\r\n"),
    ] {
        assert!(matches!(bad.parse::<Head>(), Err(NoteError::Head(_))), "{bad:?}");
    }
    assert_eq!(TEXT.replace("20852163", "18446744073709551615").parse::<Head>().unwrap().size, u64::MAX);
}

#[test]
fn a_shard_signs_under_its_origin() {
    let crate::sample::Sample { genesis, writer: key, .. } = crate::sample::Sample::new();
    let origin = Head::origin_of(&genesis);
    assert_eq!(origin, format!("{}/shard/{}", genesis.origin, genesis.id()));
    let head = Head { origin: origin.clone(), size: 0, root: crate::History::new().root() };
    let note = head.sign(&key).unwrap();
    assert_eq!(note.text().parse(), Ok(head));
    assert_eq!(note.verify(&[Head::key(&origin, key.public()).unwrap()]), Ok(note.clone()));
}
