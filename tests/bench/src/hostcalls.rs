//! What host calls take, beside what they are paid.
//!
//! Every point is one host call at one size. A loop makes the call, another is the same without it; the
//! difference of their times and of their fuel is that call's. Everything that a call causes in the vm is in
//! it: copying back what it wrote when the instance is put back, dropping what it left. Nanoseconds by unit of
//! fuel are then held against those of the kernels, of which the median counts: no price may be under a
//! third or over three times what the time is worth.
//!
//! Off: what comes after the execution (hashing, committing and storing the writes), and the state's own store:
//! the view is a map in memory. Prices know both, which is why reads and writes may be dearer here than what they
//! take; so may calls whose time depends on more than their length. Nothing may be cheaper.

mod point;
mod points;

use crate::Result;
use crate::clock::Clock;
use crate::kernels;
use crate::variants::Engines;
use abi::Hash;
use abi::call::Caller;
use abi::limits::FUEL_MAX;
use abi::session::{Context, Mode};
use abi::sign::PublicKey;
use abi::view::View;
use point::{Point, State};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use vm::{Engine, Job, Program, Vm};

/// How far time and price may be apart.
pub(crate) const APART_MAX: f64 = 3.0;
/// How often every point gets its turn, each time for a part of the rounds.
const TURNS: u32 = 5;

/// What all points came to.
pub(crate) struct HostCalls {
    /// Nanoseconds by unit of fuel, the median of the kernels.
    pub(crate) median: f64,
    pub(crate) prices: Vec<Price>,
}

/// What one call of a point takes and costs.
pub(crate) struct Price {
    pub(crate) name: String,
    ns: f64,
    fuel: f64,
    /// Its nanoseconds by unit of fuel as a multiple of the median: over 1 is cheap, under 1 is dear.
    pub(crate) ratio: f64,
    /// Why it may be dearer than others may.
    pub(crate) why_dear: Option<&'static str>,
}

impl Price {
    fn verdict(&self) -> &'static str {
        match self.why_dear {
            _ if self.ratio > APART_MAX => "CHEAP",
            None if self.ratio < 1.0 / APART_MAX => "DEAR",
            Some(why) if self.ratio < 1.0 / APART_MAX => why,
            _ => "pass",
        }
    }

    fn passes(&self) -> bool {
        !["CHEAP", "DEAR"].contains(&self.verdict())
    }
}

/// A point that is being measured.
struct Timed<'a> {
    point: &'a Point,
    program: Program,
    view: Arc<dyn View>,
    /// The least times of all runs, with the call and without.
    least: [Duration; 2],
    /// The fuel of one run.
    fuel: [u64; 2],
}

const METHODS: [&str; 2] = ["with", "without"];

/// Times every point and the kernels, in turns.
pub(crate) fn measure(engines: &Engines, rounds: u32) -> Result<HostCalls> {
    let vm = Vm::new(Engine::Cranelift)?;
    let points = points::all();
    let mut views = BTreeMap::new();
    let mut timed = Vec::new();
    for point in &points {
        let view = Arc::clone(views.entry(point.state).or_insert_with(|| view(point.state)));
        let program = vm.admit(&wat::parse_str(point.module())?)?;
        timed.push(Timed { point, program, view, least: [Duration::MAX; 2], fuel: [0; 2] });
    }
    let mut kernels = kernels::Paid::new(engines)?;
    for _ in 0..TURNS {
        kernels.turn(rounds.div_ceil(TURNS))?;
        for timed in &mut timed {
            timed.turn(&vm, rounds.div_ceil(TURNS))?;
        }
    }
    let median = kernels.median();
    Ok(HostCalls { median, prices: timed.iter().map(|timed| timed.price(median)).collect() })
}

/// A program's keys with their values.
fn view(state: State) -> Arc<dyn View> {
    let entries = (0..state.count()).map(|at| ([&[1], &*state.key(at)].concat(), vec![7; state.value_len]));
    Arc::new(entries.collect::<BTreeMap<_, _>>())
}

impl Timed<'_> {
    fn job(&self, method: &str) -> Job {
        let zero = Hash::ZERO;
        let caller = Caller::Key(PublicKey([3; 32]));
        Job {
            view: Arc::clone(&self.view),
            context: Context { shard: zero, seq: 0, time_ms: 0, caller, call: zero },
            mode: Mode::Call,
            method: method.into(),
            input: vec![5; self.point.input],
            fuel_max: FUEL_MAX,
        }
    }

    fn turn(&mut self, vm: &Vm, rounds: u32) -> Result<()> {
        // The first round is for the instance to be made and caches to fill.
        for round in 0..=rounds {
            for (at, method) in METHODS.into_iter().enumerate() {
                let jobs: Vec<Job> = (0..self.point.runs).map(|_| self.job(method)).collect();
                let start = Clock::start();
                for job in jobs {
                    self.fuel[at] = self.run(vm, job, at == 0)?;
                }
                if round > 0 {
                    self.least[at] = self.least[at].min(start.elapsed());
                }
            }
        }
        Ok(())
    }

    /// The fuel of a run that ended as it should.
    fn run(&self, vm: &Vm, job: Job, with: bool) -> Result<u64> {
        let execution = vm.run(&self.program, job)?;
        let fails = with && self.point.call == "fail";
        if execution.outcome.code() == u8::from(fails) {
            Ok(execution.fuel)
        } else {
            let Point { call, what, .. } = self.point;
            Err(format!("{call} {what} came to {:?}, {:?}", execution.outcome, execution.detail).into())
        }
    }

    fn price(&self, median: f64) -> Price {
        let Point { call, what, calls, runs, why_dear, .. } = self.point;
        let [with, without] = self.least;
        let ns = with.saturating_sub(without).as_secs_f64() * 1e9 / f64::from(calls * runs);
        let fuel = (self.fuel[0] - self.fuel[1]) as f64 / f64::from(*calls);
        let name = format!("{call} {what}").trim_end().into();
        Price { name, ns, fuel, ratio: ns / fuel / median, why_dear: *why_dear }
    }
}

impl HostCalls {
    /// The price that is the least for its time.
    pub(crate) fn cheapest(&self) -> Option<&Price> {
        self.prices.iter().max_by(|one, other| one.ratio.total_cmp(&other.ratio))
    }

    /// The price that is the most for its time, of those that have no reason to be.
    pub(crate) fn dearest(&self) -> Option<&Price> {
        let judged = self.prices.iter().filter(|price| price.why_dear.is_none());
        judged.min_by(|one, other| one.ratio.total_cmp(&other.ratio))
    }

    /// The figures as one JSON object.
    pub(crate) fn json(&self) -> String {
        let price = |price: &Price| {
            let Price { name, ns, fuel, ratio, .. } = price;
            let passes = price.passes();
            format!(
                "{{\"name\": \"{name}\", \"ns\": {ns:.2}, \"fuel\": {fuel:.1}, \"ratio\": {ratio:.3}, \
                 \"passes\": {passes}}}"
            )
        };
        let prices: Vec<String> = self.prices.iter().map(price).collect();
        format!("{{\"median_ns\": {:.4}, \"prices\": [\n{}\n]}}", self.median, prices.join(",\n"))
    }
}

impl fmt::Display for HostCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Host calls: the median of the kernels is {:.3} ns for a unit of fuel.", self.median)?;
        writeln!(
            f,
            "worth: the fuel that the time stands for. ×: worth / fuel; over 1 is cheap, under 1 dear.\n"
        )?;
        writeln!(f, "{:<52}{:>11}{:>11}{:>11}{:>8}", "call", "ns", "worth", "fuel", "×")?;
        for price in &self.prices {
            let Price { name, ns, fuel, ratio, .. } = price;
            let (worth, verdict) = (ns / self.median, price.verdict());
            writeln!(f, "{name:<52}{ns:>11.1}{worth:>11.0}{fuel:>11.0}{ratio:>8.2}  {verdict}")?;
        }
        Ok(())
    }
}
