//! Clients that `foil client` writes: compiled by the languages' own tools, and run against a node.

use crate::client::Connection;
use crate::foil::{Folder, guest, root};
use crate::node::{Node, Place};
use crate::strange;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The programs whose clients are compiled; the scenarios call those that come first.
const GUESTS: [&str; 6] = ["counter", "memory", "connectome", "volume", "ledger", "frontier"];

/// The scenarios and what they are compiled with.
fn sources(name: &str) -> PathBuf {
    root().join("tests/authors/clients").join(name)
}

/// A folder beside what cargo builds, for what is slow to install and to compile.
fn beside(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let folder = test.ancestors().nth(3).expect("tests are in `release/deps`").join("clients").join(name);
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap_or_else(|error| panic!("{} to {}: {error}", from.display(), to.display()));
}

/// Runs a tool to its end, in a folder.
fn run(folder: &Path, program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Output {
    let mut command = Command::new(program.as_ref());
    // What cargo says to this test is not meant for another workspace.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO")) {
        if name != "CARGO_HOME" {
            command.env_remove(name);
        }
    }
    let ran = command.args(args).current_dir(folder).env("CARGO_TARGET_DIR", beside("target")).output();
    ran.unwrap_or_else(|error| panic!("{}: {error}", program.as_ref().to_string_lossy()))
}

/// Everything that a tool said.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[track_caller]
fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", said(output));
}

/// Writes the clients of all guests into a folder, and that of a program with the strangest names; their files.
fn write_clients(folder: &Path, language: &str, ending: &str) -> Vec<String> {
    let here = Folder::new();
    here.write("strange.wasm", strange::wasm());
    let guests = GUESTS.map(|name| (name, guest(name)));
    let all = guests.into_iter().chain([("strange", here.path("strange.wasm"))]);
    let write = |(name, wasm): (&str, PathBuf)| {
        let file = folder.join(format!("{name}.{ending}")).display().to_string();
        here.foil(&format!("client {} --lang {language} --out {file}", wasm.display())).ok();
        file
    };
    all.map(write).collect()
}

/// A node that serves a shard of each program, and one call that a key's holder has signed.
struct Served {
    place: Place,
    node: Node,
    /// What a scenario is told: names and values.
    told: Vec<(&'static str, String)>,
}

impl Served {
    fn new() -> Served {
        let place = Place::new();
        let mut told = vec![("NAME", "alice".to_owned()), ("TOKEN", place.client.clone())];
        let authority = place.folder.foil("key show authority.key").ok()["public_key"].clone();
        let create = format!("shard create --authority {}", authority.as_str().expect("a key is a text"));
        told.push(("COUNTER", place.shard.clone()));
        for (name, program) in [("MEMORY", "memory"), ("CONNECTOME", "connectome"), ("VOLUME", "volume")] {
            let shard = place.folder.foil(&create).ok()["shard"].as_str().expect("it has an id").to_owned();
            let deploy = format!("deploy {} --sign authority.key --on {shard}", guest(program).display());
            place.folder.foil(&deploy).ok();
            told.push((name, shard));
        }
        let connectome = &told[4].1;
        let found = "call found half_life_ms=18446744073709551557 degree_max=4 --as clerk.key";
        place.folder.foil(&format!("{found} --on {connectome}")).ok();
        let node = place.serve("");
        let url = format!("http://{}", node.address);
        place.write_private("token", &place.client);
        let reach = format!("--node {url} --token-file token --on {}", place.shard);
        let signed = place.folder.foil(&format!("{reach} call hit --as clerk.key --key signed-1")).ok();
        assert_eq!(signed["outcome"], "returned");
        let seed = String::from_utf8(place.folder.read("clerk.key")).expect("a key file is text");
        told.extend([("SEED", seed.trim().to_owned()), ("URL", url), ("UNSTEADY", unsteady(&node.address))]);
        Served { place, node, told }
    }

    /// Runs a scenario, and checks the receipt that it ends with.
    fn try_out(&self, command: &mut Command) {
        let ran = command.envs(self.told.iter().map(|(name, value)| (name, value))).output();
        let ran = ran.expect("the scenario starts");
        assert!(ran.status.success(), "{}{}", said(&ran), self.place.log());
        let text = String::from_utf8_lossy(&ran.stdout);
        let digits = text.trim().as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair));
        let receipt: Vec<u8> =
            digits.map(|pair| u8::from_str_radix(&pair, 16).expect("a receipt in hexadecimal")).collect();
        self.place.folder.write("a.receipt", receipt);
        self.place.folder.verify(&format!("--shard {} a.receipt", self.place.shard)).ok();
    }
}

/// The address of something that is a node but for its first answers: it is busy, and then it loses one.
fn unsteady(node: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let (address, node) = (listener.local_addr().expect("it has an address"), node.to_owned());
    std::thread::spawn(move || {
        let mut first = None;
        for (index, stream) in listener.incoming().enumerate() {
            let mut stream = stream.expect("somebody connects");
            let request = request(&stream);
            if index == 0 {
                let busy = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\ncontent-length: 2\r\n\
                            connection: close\r\n\r\n{}";
                stream.write_all(busy.as_bytes()).expect("it is answered");
                first = Some(request);
                continue;
            }
            let body =
                |request: &[u8]| String::from_utf8_lossy(request).split("\r\n\r\n").nth(1).map(str::to_owned);
            assert_eq!(first.as_deref().map(body), Some(body(&request)), "a retry is the same call");
            let mut connection = Connection::new(&node, None).expect("the node accepts connections");
            connection.raw(&request).expect("the node reads");
            let answer = connection.answer().expect("the node answers");
            if index > 1 {
                let head = format!(
                    "HTTP/1.1 {} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    answer.status,
                    answer.body.len()
                );
                stream.write_all(&[head.as_bytes(), &answer.body].concat()).expect("it is answered");
            }
        }
    });
    format!("http://{address}")
}

/// The bytes of one request.
fn request(stream: &TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(stream);
    let (mut text, mut length) = (String::new(), 0);
    loop {
        let begin = text.len();
        let read = reader.read_line(&mut text).expect("a request can be read");
        let line = text[begin..].to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length is a number");
        }
        if read == 0 || line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body is as long as it says");
    [text.as_bytes(), &body].concat()
}

#[test]
fn typescript_calls_a_node_that_serves() {
    let folder = beside("typescript");
    for name in ["package.json", "main.ts", "wrong.ts", "tsconfig.json"] {
        copy(&sources(name), &folder.join(name));
    }
    // The list is copied last, so that an installation that was cut short is made again.
    let (lock, installed) = (sources("package-lock.json"), folder.join("package-lock.json"));
    if fs::read(&installed).ok() != fs::read(&lock).ok() || !folder.join("node_modules").is_dir() {
        copy(&lock, &installed);
        let ran = run(&folder, "npm", &["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        if !ran.status.success() {
            fs::remove_file(&installed).expect("it was there");
            panic!("{}", said(&ran));
        }
    }
    write_clients(&folder, "typescript", "ts");
    // What `wrong.ts` says to be an error must be one.
    succeeds(&run(&folder, folder.join("node_modules/.bin/tsc"), &["--project", "."]));
    Served::new().try_out(Command::new("node").arg(folder.join("out/main.js")));
}

/// The table of dependencies that a client names, as a manifest has it.
fn dependencies(client: &Path) -> String {
    let text = fs::read_to_string(client).expect("a client is text");
    let lines = text.lines().skip_while(|line| *line != "//! ```toml").skip(1);
    lines.take_while(|line| *line != "//! ```").map(|line| line.replacen("//!", "", 1) + "\n").collect()
}

#[test]
fn rust_calls_a_node_that_serves() {
    let folder = beside("rust");
    fs::create_dir_all(folder.join("src/bin")).expect("a folder can be made");
    let clients = write_clients(&folder.join("src"), "rust", "rs");
    // As rustfmt formats where nobody says otherwise.
    fs::write(folder.join("rustfmt.toml"), "").expect("it can be written");
    let mut words = vec!["--edition", "2024", "--check", "--config-path", "rustfmt.toml"];
    words.extend(clients.iter().map(String::as_str));
    succeeds(&run(&folder, "rustfmt", &words));

    let package = "[package]\nname = \"calls\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n";
    let manifest = package.to_owned() + &dependencies(&folder.join("src/counter.rs"));
    fs::write(folder.join("Cargo.toml"), manifest).expect("it can be written");
    // The versions are those of the project's own list.
    copy(&root().join("Cargo.lock"), &folder.join("Cargo.lock"));
    copy(&sources("main.rs"), &folder.join("src/main.rs"));
    copy(&sources("wrong.rs"), &folder.join("src/bin/wrong.rs"));
    let modules: String = GUESTS.iter().map(|name| format!("pub mod {name};\n")).collect();
    let all = format!("//! All clients.\n{modules}pub mod strange;\n");
    fs::write(folder.join("src/lib.rs"), all).expect("it can be written");
    // What a stranger writes is not run by who tests the documentation.
    let strange = fs::read_to_string(folder.join("src/strange.rs")).expect("a client is text");
    assert_eq!(strange.matches("```").count(), 2);
    let strict = ["--", "-D", "warnings", "-D", "missing_docs"];
    succeeds(&run(
        &folder,
        "cargo",
        &[&["clippy", "--quiet", "--lib", "--bin", "calls"], &strict[..]].concat(),
    ));
    let wrong = run(&folder, "cargo", &["check", "--quiet", "--bin", "wrong"]);
    let errors = said(&wrong).lines().filter(|line| line.starts_with("error[")).count();
    let lines = fs::read_to_string(sources("wrong.rs")).expect("it is text");
    let refused = lines.lines().filter(|line| line.trim().starts_with("_ = ")).count();
    assert_eq!(errors, refused, "{}", said(&wrong));

    succeeds(&run(&folder, "cargo", &["build", "--quiet", "--bin", "calls"]));
    Served::new().try_out(&mut Command::new(beside("target").join("debug/calls")));
}

/// What is written is written again byte for byte, offline and of a node, and is what stands here.
#[test]
fn clients_of_the_counter_are_those_that_are_kept() {
    let served = Served::new();
    let folder = &served.place.folder;
    let reach =
        format!("--node http://{} --token-file token --on {}", served.node.address, served.place.shard);
    let mut differ = Vec::new();
    for (language, ending) in [("typescript", "ts"), ("rust", "rs")] {
        let wasm = guest("counter");
        folder.foil(&format!("client {} --lang {language} --out offline", wasm.display())).ok();
        folder.foil(&format!("{reach} client --lang {language} --out there")).ok();
        let (written, kept) = (folder.read("offline"), sources(&format!("counter.{ending}.txt")));
        assert!(written == folder.read("there"), "{language}: a node's is another");
        if std::env::var_os("FOIL_RECORD").is_some() {
            fs::write(&kept, &written).expect("it can be written");
        } else if fs::read(&kept).ok().as_deref() != Some(&written) {
            differ.push(language);
        }
    }
    assert!(differ.is_empty(), "{differ:?}: FOIL_RECORD=1 keeps them anew");
}

#[test]
fn what_has_no_client_is_refused() {
    let folder = Folder::new();
    let wrong = folder.foil(&format!("client {} --lang typscript --out a", guest("counter").display()));
    assert!(wrong.exit == Some(2) && wrong.stderr.contains("'typescript'"), "{}", wrong.stderr);
    folder.write("empty.wasm", b"\0asm\x01\0\0\0");
    let refused = folder.foil("client empty.wasm --lang rust --out a");
    assert!(refused.exit != Some(0) && !folder.path("a").exists(), "{}", refused.stderr);
    folder.foil("client --lang rust --out a").refuses(1, 7005);
    folder.foil("client none.wasm --lang rust --out a").refuses(3, 7002);
}
