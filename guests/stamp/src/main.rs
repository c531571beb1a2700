//! Writes into a module how it was built: `stamp MODULE STAMPED COMPILER LOCK`, where LOCK is the lock file.
//!
//! The custom section `counterfoil.build` comes after all others. A hash of the source tree is left out: it
//! would change with every comment, and with it the id of every guest.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "a tool of the build, which has files")]

use abi::Hash;
use abi::codec::Encode;
use abi::provenance::{Provenance, SECTION};
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let [module, stamped, compiler, lock] = args.as_slice() else {
        eprintln!("usage: stamp MODULE STAMPED COMPILER LOCK");
        return ExitCode::from(2);
    };
    match stamp(module, stamped, compiler, lock) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stamp: {error}");
            ExitCode::FAILURE
        }
    }
}

fn stamp(module: &str, stamped: &str, compiler: &str, lock: &str) -> io::Result<()> {
    let lock = Hash(*blake3::hash(&fs::read(lock)?).as_bytes());
    let built = Provenance { compiler: compiler.into(), lock, source: None };
    let wasm = [fs::read(module)?, section(&built.to_bytes())].concat();
    fs::write(stamped, wasm)
}

/// A custom section: 0, its length, its name's length, its name, its data.
fn section(data: &[u8]) -> Vec<u8> {
    let name = [leb128(SECTION.len()), SECTION.as_bytes().to_vec()].concat();
    [vec![0], leb128(name.len() + data.len()), name, data.to_vec()].concat()
}

/// An unsigned number as wasm writes it: seven bits a byte, the lowest first.
fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_wasm_writes_them() {
        assert_eq!((leb128(0), leb128(127), leb128(128)), (vec![0], vec![127], vec![0x80, 1]));
        let section = section(&[7; 200]);
        assert_eq!(section[..5], [0, 0xda, 1, 17, b'c']);
        assert_eq!(section.len(), 3 + 0xda);
    }
}
