//! One byte of one file of a data directory, changed: the node serves what it would have served, or refuses
//! with a number.

use crate::foil::{Folder, guest, soak};
use crate::injected::sparse_copy;
use crate::{each, nothing, spread};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// What is asked of a node; `OUT` is a file for the answer.
const QUESTIONS: [&str; 4] = ["bundle --out OUT", "query total", "receipt 1 --out OUT", "snapshot verify"];

/// A node with a few calls in its history, and what it answers.
struct Scene {
    folder: Folder,
    answers: Vec<(String, Vec<u8>)>,
}

/// A byte of a file, with one bit changed.
struct Flip {
    file: String,
    at: u64,
    bit: u8,
}

impl Scene {
    fn new() -> Scene {
        let (folder, _) = Folder::serving(&guest("counter"));
        for second in 0..6 {
            folder.foil(&format!("call hit --as clerk.key --at {}", 1_357_000_000 + second)).ok();
        }
        folder.foil("query total").ok();
        folder.foil("snapshot create").ok();
        sparse_copy(&folder, "foil-data", "whole");
        sparse_copy(&folder, "whole", "asked");
        let mut scene = Scene { folder, answers: Vec::new() };
        scene.answers =
            QUESTIONS.map(|question| scene.ask("asked", question).expect("a whole node answers")).into();
        scene
    }

    /// The answer to a question, on standard output and in a file; or why there is none.
    fn ask(&self, data: &str, question: &str) -> Result<(String, Vec<u8>), String> {
        let out = format!("{data}.out");
        let ran = self.folder.foil_on(data, &question.replace("OUT", &out));
        match ran.exit {
            Some(0) => {
                let file = if question.contains("OUT") { self.folder.read(&out) } else { Vec::new() };
                Ok((ran.stdout.replace(&out, "OUT"), file))
            }
            // A refusal has a number, and a signal none.
            Some(_) if is_numbered(&ran.stderr) => Err(String::new()),
            exit => Err(format!("exit {exit:?}: {}{}", ran.stdout, ran.stderr)),
        }
    }

    /// Flips of every file: so many of each, spread, where `step` does not say how far apart.
    fn flips(&self, per_file: usize, step: Option<u64>) -> Vec<Flip> {
        let root = self.folder.path("whole");
        let mut files = Vec::new();
        collect(&root, &root, &mut files);
        let mut flips = Vec::new();
        for (file, bytes) in files {
            // What is zeros to the end was never written: one flip in there stands for all.
            let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1);
            let places: Vec<u64> = match step {
                Some(step) => (0..used).step_by(usize::try_from(step).expect("a small step")).collect(),
                None => spread((0..used).collect(), per_file),
            };
            let beyond = (bytes.len() as u64 > used).then_some(used + (bytes.len() as u64 - used) / 2);
            let flip = |at| Flip { file: file.clone(), at, bit: u8::try_from(at * 5 % 8).expect("a bit") };
            flips.extend(places.into_iter().chain(beyond).map(flip));
        }
        flips
    }

    /// What is asked after a flip: true if it was answered, which must be as before.
    fn judge(&self, index: usize, flip: &Flip) -> Result<bool, String> {
        let data = format!("flipped-{index}");
        sparse_copy(&self.folder, "whole", &data);
        let path = self.folder.path(&data).join(&flip.file);
        let changed = || -> std::io::Result<()> {
            let file = fs::OpenOptions::new().read(true).write(true).open(&path)?;
            let mut byte = [0];
            file.read_exact_at(&mut byte, flip.at)?;
            file.write_all_at(&[byte[0] ^ (1 << flip.bit)], flip.at)
        };
        changed().map_err(|error| format!("{}: {error}", flip.file))?;
        let asked = index % QUESTIONS.len();
        let place = format!("{} byte {} bit {}", flip.file, flip.at, flip.bit);
        let answered = match self.ask(&data, QUESTIONS[asked]) {
            Ok(answer) if answer == self.answers[asked] => true,
            Ok((stdout, _)) => {
                return Err(format!("{place}: {}: a wrong answer: {stdout}", QUESTIONS[asked]));
            }
            Err(why) if why.is_empty() => false,
            Err(why) => return Err(format!("{place}: {}: {why}", QUESTIONS[asked])),
        };
        fs::remove_dir_all(self.folder.path(&data)).map_err(|error| error.to_string())?;
        Ok(answered)
    }
}

/// Whether there is a word like `E1102:` in it.
fn is_numbered(said: &str) -> bool {
    let is_number = |word: &str| word.len() == 6 && word.starts_with('E') && word.ends_with(':');
    said.split_whitespace().any(is_number)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
            files.push((name, fs::read(&path).expect("a file")));
        }
    }
}

/// What a file is, by its name.
fn kind(file: &str) -> String {
    if file.contains("/chunks/") {
        return "chunk".into();
    }
    let name = file.rsplit('/').next().unwrap_or(file);
    let plain: String = name.chars().filter(|c| !c.is_ascii_digit()).collect();
    match plain.rsplit_once('.') {
        Some((_, end)) if ["wasm", "compiled", "segment", "past", "sst", "key", "log"].contains(&end) => {
            format!("*.{end}")
        }
        _ => plain.trim_end_matches('-').to_owned(),
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "the table is for whoever runs this with --nocapture")]
fn a_changed_byte_is_refused_or_does_no_harm() {
    let scene = Scene::new();
    let flips = if soak() { scene.flips(0, Some(64)) } else { spread(scene.flips(400, None), 2_000) };
    let served = std::sync::Mutex::new(BTreeMap::<String, [u64; 2]>::new());
    let wrong = each(&flips, |index, flip| {
        let answered = scene.judge(index, flip)?;
        let mut served = served.lock().map_err(|_| "a worker panicked")?;
        served.entry(kind(&flip.file)).or_default()[usize::from(answered)] += 1;
        Ok(())
    });
    let served = served.into_inner().expect("no worker panicked");
    println!("| file | refused | served right |\n|---|---|---|");
    served.iter().for_each(|(kind, [refused, right])| println!("| {kind} | {refused} | {right} |"));
    nothing(wrong);
    let segments = served.get("*.segment").expect("there are segments");
    assert!(segments[0] > segments[1], "most bytes of a segment matter: {segments:?}");
}
