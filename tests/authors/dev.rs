//! A node for an author alone, which follows what they save.

use crate::foil::Folder;
use crate::projects::{demo, edit, foil, turn};
use serde_json::Value;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

/// `foil dev`, as a process, and what it says.
struct Dev {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Dev {
    fn start(folder: &Folder, options: &str) -> Dev {
        let mut command = folder.command("FOIL", "foil", &format!("dev demo --listen 127.0.0.1:0 {options}"));
        let mut process = command
            .env("CARGO_TARGET_DIR", crate::projects::target())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("foil starts");
        let lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        Dev { process, lines }
    }

    /// The next thing that it says, which must be about this.
    #[track_caller]
    fn says(&mut self, about: &str) -> Value {
        let line = self.lines.next().expect("it goes on").expect("it can be read");
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(!said[about].is_null(), "not {about}: {said}");
        said[about].clone()
    }

    /// Ends it by a signal: its exit code.
    fn ends_by(&mut self, signal: &str) -> Option<i32> {
        let kill = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(kill.is_ok_and(|status| status.success()));
        self.process.wait().expect("it can be waited for").code()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// What the program has counted.
fn total(folder: &Folder, url: &str) -> Value {
    folder.foil(&format!("--node {url} query total")).ok()["value"].clone()
}

#[test]
fn each_version_that_is_saved_serves_and_what_is_kept_stays() {
    let _turn = turn();
    let folder = demo();
    let mut dev = Dev::start(&folder, "");
    let shard = dev.says("made");
    let first = dev.says("deployed")["program"].clone();
    let url = dev.says("listening").as_str().expect("a URL").to_owned();
    let hints = dev.says("try");
    // What it says to try is what works.
    let call = hints[0].as_str().expect("a command").strip_prefix("foil ").expect("of foil");
    assert_eq!(folder.foil(call).ok()["value"], 1);
    let verify = hints[1].as_str().expect("a command").strip_prefix("foil ").expect("of foil");
    assert!(verify.ends_with(shard.as_str().expect("an id")));
    folder.foil(verify).ok();

    // The same program, and a program that does not compile: nothing changes.
    edit(&folder, "//! Counts its callers", "//! Counts those who call");
    let unchanged = dev.says("unchanged");
    assert_eq!(unchanged, first);
    edit(&folder, "unwrap_or(0) + 1;", "unwrap_or(0) + one;");
    assert_eq!(dev.says("error")["code"], "E7106");
    assert_eq!(total(&folder, &url), 1);

    edit(&folder, "unwrap_or(0) + one;", "unwrap_or(0) + 10;");
    let upgraded = dev.says("upgraded");
    assert_eq!((&upgraded["serves"], upgraded["program"] == first), (&true.into(), false));
    let hit = folder.foil(&format!("--node {url} call hit --as demo/me.key")).ok();
    assert_eq!((&hit["value"], total(&folder, &url)), (&11.into(), 2.into()), "what is kept stayed");

    // A program that does not read what is kept: the one before goes on serving.
    edit(&folder, "total: Cell<u64>", "total: Cell<String>");
    edit(
        &folder,
        "self.total.set(&(self.total() + 1));",
        "self.total.set(&format!(\"{}\", self.total() + 1));",
    );
    edit(
        &folder,
        "self.total.get().unwrap_or(0)",
        "self.total.get().map_or(0, |text| text.parse().unwrap_or(0))",
    );
    let mut refused = dev.says("error");
    while refused["code"] == "E7106" {
        // Saved in pieces.
        refused = dev.says("error");
    }
    assert_eq!(refused["code"], "E7112", "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("`total` was u64, and is to be text"), "{refused}");
    assert_eq!(total(&folder, &url), 2);
    assert_eq!(dev.ends_by("-TERM"), Some(0));

    // The same when it starts again, and how to go on.
    let again = foil(&folder, "dev demo --once");
    assert_eq!(again.exit, Some(7), "{}", again.stderr);
    let fresh = foil(&folder, "dev demo --once --fresh");
    assert_eq!(fresh.exit, Some(0), "{}", fresh.stderr);
    assert_eq!(folder.foil("--data demo/foil-data query total").ok()["value"], 0);
}

#[test]
fn it_ends_when_it_is_interrupted_and_goes_on_where_it_was() {
    let _turn = turn();
    let folder = demo();
    let once = foil(&folder, "dev demo --once");
    assert_eq!(once.exit, Some(0), "{}", once.stderr);
    folder.foil("--data demo/foil-data call hit --as demo/me.key").ok();
    let mut dev = Dev::start(&folder, "");
    dev.says("unchanged");
    let url = dev.says("listening").as_str().expect("a URL").to_owned();
    assert_eq!(total(&folder, &url), 1);
    // One at a time.
    let other = foil(&folder, "dev demo --once");
    assert!(other.stderr.contains("E7007: ") && other.stderr.contains(&url), "{}", other.stderr);
    assert_eq!(dev.ends_by("-INT"), Some(0));
}

#[test]
fn what_it_cannot_do_is_refused() {
    let _turn = turn();
    let folder = demo();
    folder.foil("dev demo --node http://127.0.0.1:1").refuses(2, 7001);
    let outside = foil(&folder, "dev demo --listen 0.0.0.0:0");
    assert_eq!(outside.exit, Some(2), "{}", outside.stderr);
    assert!(outside.stderr.contains("E7001: "), "{}", outside.stderr);
    // What is no data directory is not removed.
    std::fs::create_dir(folder.path("demo/foil-data")).unwrap();
    folder.write("demo/foil-data/mine", "");
    assert_ne!(foil(&folder, "dev demo --once --fresh").exit, Some(0));
    assert!(folder.path("demo/foil-data/mine").exists());
}
