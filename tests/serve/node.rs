//! A node that serves, as a process.

use crate::client::{Answer, Connection};
use crate::foil::{Folder, guest};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A folder with a shard of the counter, and a token for each role.
pub(crate) struct Place {
    pub(crate) folder: Folder,
    pub(crate) shard: String,
    pub(crate) client: String,
    pub(crate) operator: String,
}

impl Place {
    pub(crate) fn new() -> Place {
        let folder = Folder::new();
        let authority = folder.foil("key generate authority.key").ok()["public_key"].clone();
        folder.foil("key generate clerk.key").ok();
        let create = format!("shard create --authority {}", authority.as_str().expect("a key is a text"));
        let shard = folder.foil(&create).ok()["shard"].as_str().expect("a shard has an id").to_owned();
        folder.foil(&format!("deploy {} --sign authority.key", guest("counter").display())).ok();
        let (client, operator) = (token(&folder, "alice", ""), token(&folder, "root", "--role operator"));
        Place { folder, shard, client, operator }
    }

    /// The path of something of the shard.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/shards/{}/{rest}", self.shard)
    }

    /// Starts to serve.
    #[track_caller]
    pub(crate) fn serve(&self, options: &str) -> Node {
        self.serve_under(&[], options).unwrap_or_else(|| panic!("it does not serve: {}", self.log()))
    }

    /// Starts to serve under another command, which has the node's as its last arguments; none, if it ends before it
    /// serves.
    pub(crate) fn serve_under(&self, under: &[&str], options: &str) -> Option<Node> {
        let words = format!("serve --listen 127.0.0.1:0 {options}");
        let plain = self.folder.command("FOIL", "foil", &words);
        let mut words =
            under.iter().map(std::ffi::OsStr::new).chain([plain.get_program()]).chain(plain.get_args());
        let mut command = Command::new(words.next().expect("there is the node's"));
        command.args(words).current_dir(self.folder.path("")).env_remove("RUST_LOG").stdin(Stdio::null());
        let log = std::fs::File::create(self.folder.path("serve.log")).expect("a log can be made");
        let mut process = command.stdout(Stdio::piped()).stderr(log).spawn().expect("foil starts");
        let mut out = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut text = String::new();
        // One JSON value, which ends with a brace alone on its line.
        while !text.ends_with("\n}\n") {
            if out.read_line(&mut text).expect("it can be read") == 0 {
                _ = process.wait();
                return None;
            }
        }
        let said: Value = serde_json::from_str(&text).expect("an answer is JSON");
        let address = said["listening"].as_str().expect("it says where it listens");
        Some(Node { address: address.split("//").nth(1).unwrap_or_default().to_owned(), process })
    }

    /// Writes a file that nobody but its owner may read.
    pub(crate) fn write_private(&self, name: &str, bytes: impl AsRef<[u8]>) {
        self.folder.write(name, bytes);
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(self.folder.path(name), private)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&self.folder.read("serve.log")).into_owned()
    }
}

/// A new token.
pub(crate) fn token(folder: &Folder, name: &str, options: &str) -> String {
    let made = folder.foil(&format!("token create {name} {options}")).ok();
    made["token"].as_str().expect("a token is a text").to_owned()
}

/// The body of a hit with an idempotency key.
pub(crate) fn hit(key: &str) -> Vec<u8> {
    json!({ "method": "hit", "key": key }).to_string().into_bytes()
}

/// A node that serves until this is dropped.
pub(crate) struct Node {
    pub(crate) address: String,
    pub(crate) process: Child,
}

impl Node {
    pub(crate) fn connect(&self, token: Option<&str>) -> Connection {
        Connection::new(&self.address, token).expect("it accepts connections")
    }

    /// One request on a connection of its own.
    #[track_caller]
    pub(crate) fn ask(
        &self,
        token: Option<&str>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.connect(token)
            .ask(method, path, headers, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    #[track_caller]
    pub(crate) fn get(&self, token: &str, path: &str) -> Answer {
        self.ask(Some(token), "GET", path, &[], b"")
    }

    #[track_caller]
    pub(crate) fn post(&self, token: &str, path: &str, body: &[u8]) -> Answer {
        self.ask(Some(token), "POST", path, &[], body)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.process.id().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -{name}");
    }

    /// Asks it to stop; its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.process.wait().expect("it ends").code()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
