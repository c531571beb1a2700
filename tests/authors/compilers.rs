//! Programs in other languages, compiled as their SDKs say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A language that has an SDK.
#[derive(Clone, Copy)]
pub(crate) struct Language {
    pub(crate) name: &'static str,
    /// Its folder in guest-sdk.
    folder: &'static str,
    /// What a project's `sdk` holds.
    pub(crate) sdk: &'static [&'static str],
    /// A project's main file.
    pub(crate) program: &'static str,
}

/// All but Rust.
pub(crate) const LANGUAGES: [Language; 3] = [
    Language { name: "C", folder: "c", sdk: &["counterfoil.h"], program: "program.c" },
    Language {
        name: "AssemblyScript",
        folder: "assemblyscript",
        sdk: &["counterfoil.ts", "exports.mjs"],
        program: "program.ts",
    },
    Language { name: "Zig", folder: "zig", sdk: &["counterfoil.zig"], program: "program.zig" },
];

fn root() -> PathBuf {
    let package =
        std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    PathBuf::from(package).join("..")
}

impl Language {
    /// The folder of its SDK.
    pub(crate) fn sdk_folder(&self) -> PathBuf {
        root().join("guest-sdk").join(self.folder)
    }

    /// The counter of its template, with its interface.
    pub(crate) fn counter(&self) -> Vec<u8> {
        let template = self.sdk_folder().join("template");
        let wasm = self.compiled(&template.join(self.program));
        let interface = fs::read(template.join("interface.json")).unwrap();
        node::authors::attach(&wasm, &interface).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// The program of `probe`.
    pub(crate) fn probe(&self) -> Vec<u8> {
        self.compiled(&root().join("tests/authors/probe").join(self.program))
    }

    /// The module of a program that is in one file, compiled in a project of its own.
    fn compiled(&self, program: &Path) -> Vec<u8> {
        let project = tempfile::tempdir().unwrap();
        let at = |file: &str| project.path().join(file);
        fs::create_dir(at("sdk")).unwrap();
        fs::create_dir(at("target")).unwrap();
        fs::copy(program, at(self.program)).unwrap();
        for file in self.sdk {
            fs::copy(self.sdk_folder().join(file), at("sdk").join(file)).unwrap();
        }
        let build = fs::read_to_string(self.sdk_folder().join("build.txt")).unwrap();
        let line: Vec<String> =
            build.lines().map(|word| word.replace("{out}", "target/program.wasm")).collect();
        let ran = Command::new(&line[0]).args(&line[1..]).current_dir(project.path()).output();
        let output = ran.unwrap_or_else(|error| {
            panic!("{} does not run ({error}); tests/run.sh --suite authors has all compilers", line[0])
        });
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {} does not compile:\n{said}", self.name, program.display());
        fs::read(at("target/program.wasm")).unwrap()
    }
}
