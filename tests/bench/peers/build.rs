//! Says where the contract of the CosmWasm peer is: among the test data of the package `cosmwasm-vm`, wherever cargo
//! has that, so that no copy of it is kept here.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=Cargo.lock");
    #[cfg(feature = "cosmwasm")]
    println!("cargo::rustc-env=HACKATOM={}", hackatom()?);
    Ok(())
}

#[cfg(feature = "cosmwasm")]
fn hackatom() -> Result<String, Box<dyn Error>> {
    use std::path::Path;
    use std::process::Command;
    let (cargo, target) = (std::env::var("CARGO")?, std::env::var("TARGET")?);
    let options =
        ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &target];
    let answer = Command::new(cargo).args(options).output()?;
    if !answer.status.success() {
        return Err(String::from_utf8_lossy(&answer.stderr).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&answer.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    let package = packages.iter().find(|it| it["name"] == "cosmwasm-vm").ok_or("no package cosmwasm-vm")?;
    let manifest = Path::new(package["manifest_path"].as_str().ok_or("no manifest")?);
    let contract = manifest.with_file_name("testdata").join("hackatom.wasm");
    match contract.is_file() {
        true => Ok(contract.to_str().ok_or("a path that is no text")?.into()),
        false => Err("cosmwasm-vm no longer brings testdata/hackatom.wasm".into()),
    }
}
