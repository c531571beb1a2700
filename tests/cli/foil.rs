//! The two binaries, run in a folder of a test's own.

use serde_json::Value;
use std::fs;
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes so long, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// Before the first flight, in Unix seconds.
pub(crate) const MIDNIGHT: &str = "1356998400";

/// The top of the checkout.
pub(crate) fn root() -> PathBuf {
    let package =
        std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&package).parent().expect("the package is in the checkout").to_path_buf()
}

/// The pinned wasm of a guest.
pub(crate) fn guest(name: &str) -> PathBuf {
    root().join(format!("guests/wasm/{name}.wasm"))
}

/// A file of `tests/data`.
pub(crate) fn data(name: &str) -> PathBuf {
    root().join("tests/data").join(name)
}

/// Whether long tests are to be long.
pub(crate) fn soak() -> bool {
    std::env::var_os("FOIL_SOAK").is_some_and(|value| value == "1")
}

/// A binary: where the environment says, else next to the tests.
fn binary(variable: &str, name: &str) -> PathBuf {
    let beside = || {
        let test = std::env::current_exe().expect("a test knows where it is");
        test.ancestors().nth(2).expect("tests are in `deps`").join(name)
    };
    let path = std::env::var_os(variable).map_or_else(beside, PathBuf::from);
    assert!(path.exists(), "{} is missing: cargo build --release --bins", path.display());
    path
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; none where a signal ended it.
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Its answer, which must have this exit code.
    #[track_caller]
    pub(crate) fn exits(&self, exit: i32) -> Value {
        assert_eq!(self.exit, Some(exit), "{}{}", self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).unwrap_or(Value::Null)
    }

    /// Its answer, which must be success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        self.exits(0)
    }

    /// It refuses, with this exit code and error number, and says so in one line; the line.
    #[track_caller]
    pub(crate) fn refuses(&self, exit: i32, number: u16) -> &str {
        self.exits(exit);
        assert!(self.stderr.contains(&format!("E{number}: ")), "no E{number}: {}", self.stderr);
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        &self.stderr
    }
}

/// A folder, gone when the test is over, that commands run in.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().expect("there is room for temporary files"))
    }

    /// A folder with the keys `authority.key` and `clerk.key`, and a shard that `wasm` serves; its id.
    pub(crate) fn serving(wasm: &Path) -> (Folder, String) {
        let folder = Folder::new();
        let shard = folder.create("");
        folder.foil(&format!("deploy {} --sign authority.key --at {MIDNIGHT}", wasm.display())).ok();
        (folder, shard)
    }

    /// Makes the keys, and a shard of January 2013; its id.
    pub(crate) fn create(&self, options: &str) -> String {
        let authority = self.foil("key generate authority.key").ok()["public_key"].clone();
        self.foil("key generate clerk.key").ok();
        let authority = authority.as_str().expect("a key is a text");
        let shard = self
            .foil(&format!("shard create --authority {authority} --start {MIDNIGHT} --jump 1d {options}"))
            .ok();
        shard["shard"].as_str().expect("a shard has an id").to_owned()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Copies a file or folder with all that is in it.
    pub(crate) fn copy(&self, from: &str, to: &str) {
        let copied = Command::new("cp").arg("-a").arg(self.path(from)).arg(self.path(to)).status();
        assert!(copied.is_ok_and(|status| status.success()), "cp {from} {to}");
    }

    /// Runs `foil` with these words as arguments, to its end.
    pub(crate) fn foil(&self, words: &str) -> Ran {
        self.run(&mut self.command("FOIL", "foil", words))
    }

    /// What `foil` says to a person.
    pub(crate) fn foil_to_people(&self, words: &str) -> String {
        let plain = self.command("FOIL", "foil", words);
        let mut command = Command::new(plain.get_program());
        let args = plain.get_args().map(|arg| if arg == "json" { "table".as_ref() } else { arg });
        command.args(args).current_dir(self.0.path()).env_remove("RUST_LOG").stdin(Stdio::null());
        self.run(command.env("XDG_CONFIG_HOME", self.path("config"))).stdout
    }

    /// Runs `foil` on another data directory than `foil-data`.
    pub(crate) fn foil_on(&self, data: &str, words: &str) -> Ran {
        self.foil(&format!("--data {data} {words}"))
    }

    /// Runs `foil` in an environment, and with so much address space, in KiB.
    pub(crate) fn foil_in(&self, environment: &[(&str, &str)], space_kib: Option<u64>, words: &str) -> Ran {
        let plain = self.command("FOIL", "foil", words);
        let limit = space_kib.map_or("unlimited".into(), |kib| kib.to_string());
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -v {limit}; exec \"$0\" \"$@\"")]);
        command.arg(plain.get_program()).args(plain.get_args()).current_dir(self.0.path());
        self.run(command.env_remove("RUST_LOG").envs(environment.iter().copied()).stdin(Stdio::null()))
    }

    /// Runs `foil-verify` with these words as arguments, to its end.
    pub(crate) fn verify(&self, words: &str) -> Ran {
        self.run(&mut self.command("FOIL_VERIFY", "foil-verify", words))
    }

    /// A bundle with witnesses of the whole history is verified in every mode, and so is the shard's directory.
    pub(crate) fn verifies_in_every_mode(&self, shard: &str, bundle: &str) {
        let modes = ["", "--jobs 2", "--engine wasmi", "--witness", "--no-execute", "--headers-only"];
        for mode in modes {
            self.verify(&format!("--shard {shard} {mode} {bundle}")).ok();
        }
        self.verify(&format!("--shard {shard} foil-data/shards/{shard}")).ok();
    }

    /// `foil-verify` with a file as its standard input.
    pub(crate) fn verify_input(&self, words: &str, file: &str) -> Ran {
        let input = fs::File::open(self.path(file)).expect("the input is there");
        self.run(self.command("FOIL_VERIFY", "foil-verify", words).stdin(input))
    }

    /// Starts `foil`, to be killed.
    pub(crate) fn start(&self, words: &str) -> Child {
        let mut command = self.command("FOIL", "foil", words);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("foil starts")
    }

    /// Starts `foil`, to be heard and killed.
    pub(crate) fn start_piped(&self, words: &str) -> Child {
        let mut command = self.command("FOIL", "foil", words);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("foil starts")
    }

    /// Runs a copy of `foil`, which may stand where nobody may go, as the user nobody.
    pub(crate) fn foil_as_nobody(&self, words: &str) -> Ran {
        let mut command = self.command("FOIL", "foil", words);
        let copy = self.path("foil-copy");
        // Copied by another process: a child that is started meanwhile would inherit the file open for writing, and
        // what somebody writes is not run.
        let copied = Command::new("cp").arg(command.get_program()).arg(&copy).status();
        assert!(copied.is_ok_and(|status| status.success()), "there is room for a copy");
        let mut as_nobody = Command::new(copy);
        as_nobody.args(command.get_args()).current_dir(self.0.path()).stdin(Stdio::null());
        command = as_nobody;
        self.run(command.uid(65_534).gid(65_534))
    }

    pub(crate) fn command(&self, variable: &str, name: &str, words: &str) -> Command {
        let mut command = Command::new(binary(variable, name));
        command.args(words.split_whitespace()).args(["-o", "json"]).current_dir(self.0.path());
        command.env_remove("RUST_LOG").env("XDG_CONFIG_HOME", self.path("config")).stdin(Stdio::null());
        command
    }

    fn run(&self, command: &mut Command) -> Ran {
        let (stdout, stderr) = (tempfile::tempfile_in(self.0.path()), tempfile::tempfile_in(self.0.path()));
        let (mut stdout, mut stderr) = (stdout.expect("a file"), stderr.expect("a file"));
        let mut child = command
            .stdout(stdout.try_clone().expect("a handle"))
            .stderr(stderr.try_clone().expect("a handle"))
            .spawn()
            .expect("the binary starts");
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                let _ = child.kill();
                panic!("{command:?} hangs");
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let ran = Ran { exit: status.code(), stdout: text(&mut stdout), stderr: text(&mut stderr) };
        assert!(!ran.stderr.contains("panicked"), "{command:?}: {}", ran.stderr);
        ran
    }
}

fn text(file: &mut fs::File) -> String {
    let mut text = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut text)).expect("output is UTF-8");
    text
}
