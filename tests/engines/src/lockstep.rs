//! The same modules on several engines, step by step; after each step everything that can be seen from
//! outside has to be equal: results, the trap, every exported global (fuel and depth among them) and every
//! exported memory (the marks among them), bit by bit.

use crate::machine::{Engines, Machine, Stop};
use crate::shape::Shape;
use crate::value::Value;
use abi::outcome::Trap;
use std::fmt;
use vm::Engine;

/// The global in which a prepared module keeps its fuel.
pub const FUEL: &str = "\0fuel";
/// The global in which it keeps its depth.
pub const DEPTH: &str = "\0depth";

/// What a step came to on one engine.
pub type Answer<T> = Result<T, Stop>;

/// What a step came to, on each engine.
pub type Answers<T> = Vec<(Engine, Answer<T>)>;

/// Engines that differ, or differ from what was to be expected: always a bug.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Divergence(pub String);

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Divergence {}

/// Machines that do the same.
pub struct Lockstep {
    machines: Vec<(Engine, Box<dyn Machine>)>,
    shapes: Vec<Shape>,
}

impl Lockstep {
    /// A machine of each of these engines.
    pub fn new(engines: &Engines, on: &[Engine]) -> Lockstep {
        assert!(!on.is_empty(), "no engine, no answer");
        let machines = on.iter().map(|engine| (*engine, engines.machine(*engine))).collect();
        Lockstep { machines, shapes: Vec::new() }
    }

    /// Instantiates a module on every engine.
    pub fn instantiate(&mut self, wasm: &[u8], shape: Shape) -> Answers<usize> {
        let made = |(engine, machine): &mut (Engine, Box<dyn Machine>)| (*engine, machine.instantiate(wasm));
        let made: Answers<usize> = self.machines.iter_mut().map(made).collect();
        if made.iter().all(|(_, made)| *made == Ok(self.shapes.len())) {
            self.shapes.push(shape);
        }
        made
    }

    /// Lets later modules import from an instance as `module`.
    pub fn register(&mut self, instance: usize, module: &str) {
        self.machines.iter_mut().for_each(|(_, machine)| machine.register(instance, module));
    }

    /// Gives every instance its fuel and its depth, as the host does before each call.
    pub fn refill(&mut self, fuel: i64, depth: i64) {
        for instance in 0..self.shapes.len() {
            for (_, machine) in &mut self.machines {
                machine.set_global(instance, FUEL, Value::I64(fuel.cast_unsigned()));
                machine.set_global(instance, DEPTH, Value::I64(depth.cast_unsigned()));
            }
        }
    }

    /// Calls a function on every engine. `unreachable` is told from the end of fuel or depth.
    pub fn call(&mut self, instance: usize, function: &str, args: &[Value]) -> Answers<Vec<Value>> {
        let instances = self.shapes.len();
        let called = |(engine, machine): &mut (Engine, Box<dyn Machine>)| {
            let answer = machine.call(instance, function, args);
            let answer = answer.map_err(|stop| meaning(stop, machine.as_mut(), instances));
            (*engine, answer)
        };
        self.machines.iter_mut().map(called).collect()
    }

    /// An exported global on every engine.
    pub fn global(&mut self, instance: usize, name: &str) -> Answers<Vec<Value>> {
        let read = |(engine, machine): &mut (Engine, Box<dyn Machine>)| {
            let value = machine.global(instance, name);
            (*engine, value.map(|value| vec![value]).ok_or_else(|| Stop::Broken("no such global".into())))
        };
        self.machines.iter_mut().map(read).collect()
    }

    /// What an instance exports.
    pub fn shape(&self, instance: usize) -> &Shape {
        &self.shapes[instance]
    }

    /// The first machine, to look at what all agree on.
    pub fn first(&mut self) -> &mut dyn Machine {
        self.machines[0].1.as_mut()
    }

    /// Compares whatever can be seen of these instances.
    ///
    /// # Errors
    ///
    /// Where two engines differ.
    pub fn compare(&mut self, instances: &[usize]) -> Result<(), Divergence> {
        let Lockstep { machines, shapes } = self;
        let Some(((engine, first), others)) = machines.split_first_mut() else {
            return Ok(());
        };
        for &instance in instances {
            let shape = &shapes[instance];
            for (other, machine) in others.iter_mut() {
                let differs = difference(first.as_mut(), machine.as_mut(), instance, shape);
                if let Some(what) = differs {
                    return Err(Divergence(format!("instance {instance}, {engine} and {other}: {what}")));
                }
            }
        }
        Ok(())
    }
}

/// Where an instance differs between two machines, in what `shape` exports.
pub fn difference(
    one: &mut dyn Machine,
    other: &mut dyn Machine,
    instance: usize,
    shape: &Shape,
) -> Option<String> {
    for (name, _) in &shape.globals {
        let (ours, theirs) = (one.global(instance, name), other.global(instance, name));
        if ours != theirs {
            return Some(format!("global {name:?}: {ours:?} and {theirs:?}"));
        }
    }
    for name in &shape.memories {
        let (ours, theirs) = (one.memory(instance, name), other.memory(instance, name));
        if ours != theirs {
            let at = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs);
            return Some(format!("memory {name:?} of {} and {} bytes, at {at:?}", ours.len(), theirs.len()));
        }
    }
    None
}

/// Tells the program's own `unreachable` from that of added code, as the host does.
fn meaning(stop: Stop, machine: &mut dyn Machine, instances: usize) -> Stop {
    if stop != Stop::Trap(Trap::Unreachable) {
        return stop;
    }
    let mut below = |name: &str| {
        (0..instances).any(|instance| {
            matches!(machine.global(instance, name), Some(Value::I64(left)) if left.cast_signed() < 0)
        })
    };
    if below(DEPTH) {
        Stop::Trap(Trap::StackOverflow)
    } else if below(FUEL) {
        Stop::Trap(Trap::OutOfFuel)
    } else {
        stop
    }
}

/// The answer that all engines agree on. Two that do not link agree, whatever they say about it; and an
/// engine that broke agrees with nobody.
///
/// # Errors
///
/// What they answered.
pub fn agreed<T: Clone + PartialEq + fmt::Debug>(answers: &Answers<T>) -> Result<Answer<T>, Divergence> {
    let same = |one: &Answer<T>, other: &Answer<T>| match (one, other) {
        (Err(Stop::Broken(_)), _) => false,
        (Err(Stop::Unlinkable(_)), Err(Stop::Unlinkable(_))) => true,
        (one, other) => one == other,
    };
    let (_, first) = &answers[0];
    if answers.iter().all(|(_, answer)| same(answer, first)) {
        Ok(first.clone())
    } else {
        Err(Divergence(format!("answers differ: {answers:?}")))
    }
}
