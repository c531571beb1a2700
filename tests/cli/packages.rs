//! What is given away: the Debian package, and the tarball that needs nothing of where it is unpacked.

use crate::foil::{Folder, root, soak};
use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Output};

/// A folder with the two binaries as they are tested, in `built`.
fn built() -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.path("built")).expect("there is room");
    for (variable, name) in [("FOIL", "foil"), ("FOIL_VERIFY", "foil-verify")] {
        let binary = folder.command(variable, name, "");
        symlink(binary.get_program(), folder.path("built").join(name)).expect("there is room");
    }
    folder
}

/// A script that makes a package.
fn packs(script: &str, folder: &Folder) -> Command {
    let mut command = Command::new("bash");
    command.arg(root().join("runtime/node/packaging").join(script)).arg(folder.path(""));
    command.env("DPKG_DEB_COMPRESSOR_TYPE", "none");
    command
}

#[track_caller]
fn done(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("it starts");
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("output is UTF-8")
}

#[test]
fn a_package_brings_what_a_service_needs_and_runs() {
    let folder = built();
    done(packs("deb.sh", &folder).env("FOIL_BUILT", folder.path("built")));
    let is_package = |name: &String| name.ends_with(".deb");
    let names =
        fs::read_dir(folder.path("")).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let package = names.into_iter().find(is_package).expect("it makes a package");
    let mut unpack = Command::new("dpkg-deb");
    done(unpack.current_dir(folder.path("")).args(["--raw-extract", &package, "tree"]));
    let text = |name: &str| String::from_utf8(folder.read(&format!("tree/{name}"))).expect("it is a text");
    let version = done(Command::new(folder.path("tree/usr/bin/foil")).arg("--version"));
    let version = version.trim().strip_prefix("foil ").expect("it says its name first");
    assert!(text("DEBIAN/control").contains(&format!("\nVersion: {version}\n")), "{version}");
    let unit = text("usr/lib/systemd/system/foil.service");
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/")).expect("it starts something");
    let started: Vec<&str> = start.split(' ').collect();
    assert!(folder.path("tree").join(started[0]).exists() && started.contains(&"serve"), "{start}");
    let user = unit.lines().find_map(|line| line.strip_prefix("User=")).expect("it has a user");
    assert!(text("usr/lib/sysusers.d/foil.conf").starts_with(&format!("u {user} ")));
    for name in
        ["man/man1/foil.1.gz", "man/man1/foil-serve.1.gz", "doc/foil/copyright", "doc/foil/alerts.yml"]
    {
        assert!(folder.path("tree/usr/share").join(name).exists(), "{name}");
    }
    assert!(text("usr/share/bash-completion/completions/foil").contains("serve"));
    assert!(text("usr/share/zsh/vendor-completions/_foil").starts_with("#compdef foil"));
}

#[test]
fn a_tarball_of_what_needs_libraries_is_not_made() {
    let folder = built();
    let ran =
        packs("tarball.sh", &folder).env("FOIL_BUILT", folder.path("built")).output().expect("it starts");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.code() == Some(1) && said.contains("foil is not linked statically"), "{said}");
    assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), 1, "nothing but what is built");
}

/// Builds all for it, which takes a quarter of an hour the first time.
#[test]
fn a_tarball_is_made_twice_the_same() {
    if !soak() {
        return;
    }
    let make = || {
        let folder = Folder::new();
        let said = done(packs("tarball.sh", &folder).env_remove("FOIL_BUILT"));
        let bytes = fs::read(said.lines().last().expect("it says where it is")).expect("there it is");
        (said, bytes)
    };
    let (said, bytes) = make();
    assert!(said.starts_with("foil ") && said.contains("verified"), "{said}");
    assert!(make().1 == bytes, "the same binaries, packed again, are other bytes");
}
