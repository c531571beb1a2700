//! CosmWasm's virtual machine, with the contract of its own benchmarks, `hackatom`, as the package of the machine
//! brings it.
//!
//! API: as what every call in its hosts does, and as its own benchmark of that does: the module is pinned in the cache,
//! [`Cache::get_instance`] makes a fresh instance of it, and `call_execute_raw` takes and gives bytes, as hosts do.
//! The call is `release`: it reads the contract's one record, asks for a balance and answers with one message.
//!
//! Durable when a call counts: nothing. The state is a map in memory, there is no root, no block and no receipt: what
//! is measured is bare execution, on one core. The state is moved into each instance and out of it again.
//!
//! Options: the memory and the gas of its own benchmarks; the compiler is the one it has, Wasmer's single pass.

use crate::{Result, say};
use cosmwasm_std::{Checksum, coins};
use cosmwasm_vm::testing::{MockApi, MockQuerier, MockStorage};
use cosmwasm_vm::testing::{mock_backend, mock_env, mock_info};
use cosmwasm_vm::{Backend, Cache, CacheOptions, Instance, InstanceOptions, Size, VmResult};
use cosmwasm_vm::{call_execute_raw, call_instantiate_raw, capabilities_from_csv, to_vec};
use std::io::BufRead;
use std::path::Path;
use std::time::{Duration, Instant};

static HACKATOM: &[u8] = include_bytes!(env!("HACKATOM"));
const CAPABILITIES: &str = "cosmwasm_1_1,cosmwasm_1_2,cosmwasm_1_3,cosmwasm_1_4,cosmwasm_2_0,cosmwasm_2_1,\
     cosmwasm_2_2,iterator,staking";
const MEMORY_MAX: Size = Size::mebi(64);
/// For modules that are not pinned, of which there are none.
const CACHE: Size = Size::mebi(200);
/// About a millisecond.
const OPTIONS: InstanceOptions = InstanceOptions { gas_limit: 1_000_000_000 };
/// Calls between two looks at the clock.
const CALLS: u32 = 100;

/// What the host says for a contract that has returned an error.
const REFUSED: &[u8] = b"{\"error\"";

/// A contract that is pinned, and its state between two calls.
struct Contract {
    cache: Cache<MockApi, MockStorage, MockQuerier>,
    checksum: Checksum,
    backend: Option<Backend<MockApi, MockStorage, MockQuerier>>,
    env: Vec<u8>,
    info: Vec<u8>,
}

impl Contract {
    #[expect(unsafe_code, reason = "the cache can be opened in no other way")]
    fn new(dir: &Path) -> Result<Contract> {
        let options = CacheOptions::new(dir, capabilities_from_csv(CAPABILITIES), CACHE, MEMORY_MAX);
        // SAFETY: what the cache loads, it has compiled itself and stored in this directory, which nobody else
        // writes to.
        let cache = unsafe { Cache::new(options) }?;
        let checksum = cache.store_code(HACKATOM, true, true)?;
        cache.pin(&checksum)?;
        let (api, backend) = (MockApi::default(), Some(mock_backend(&coins(1_000, "earth"))));
        let (verifier, beneficiary) = (api.addr_make("verifies"), api.addr_make("benefits"));
        let (env, info) = (to_vec(&mock_env())?, to_vec(&mock_info(&verifier, &[]))?);
        let mut contract = Contract { cache, checksum, backend, env, info };
        let message = format!(r#"{{"verifier": "{verifier}", "beneficiary": "{beneficiary}"}}"#);
        contract.call(|instance, env, info| call_instantiate_raw(instance, env, info, message.as_bytes()))?;
        Ok(contract)
    }

    /// A call of a fresh instance, which has to succeed.
    fn call(
        &mut self,
        entry: impl FnOnce(&mut Instance<MockApi, MockStorage, MockQuerier>, &[u8], &[u8]) -> VmResult<Vec<u8>>,
    ) -> Result<()> {
        let backend = self.backend.take().ok_or("a call has failed")?;
        let mut instance = self.cache.get_instance(&self.checksum, backend, OPTIONS)?;
        let answer = entry(&mut instance, &self.env, &self.info)?;
        if answer.starts_with(REFUSED) {
            return Err(format!("the contract said {}", String::from_utf8_lossy(&answer)).into());
        }
        self.backend = instance.recycle();
        Ok(())
    }

    /// A second's calls.
    fn rate(&mut self, time: Duration) -> Result<f64> {
        let (begun, mut calls) = (Instant::now(), 0.0);
        while begun.elapsed() < time {
            for _ in 0..CALLS {
                self.call(|instance, env, info| {
                    call_execute_raw(instance, env, info, br#"{"release":{"denom":"earth"}}"#)
                })?;
            }
            calls += f64::from(CALLS);
        }
        Ok(calls / begun.elapsed().as_secs_f64())
    }
}

pub(crate) fn run(dir: &Path) -> Result<()> {
    let mut contract = Contract::new(dir)?;
    say("ready")?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let seconds = line.strip_prefix("calls ").ok_or_else(|| format!("not a line: {line}"))?;
        say(&format!("{:.0}", contract.rate(Duration::from_secs_f64(seconds.parse()?))?))?;
    }
    Ok(())
}
