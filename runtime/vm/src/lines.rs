//! Source lines of a program, from debug information in DWARF: in the program itself, or in a file beside it.
//!
//! What is deployed is mostly stripped. The file beside it is then a module of the same code: function for function the
//! same operators. It may encode them otherwise, as linkers do that leave room for relocations, and have other custom
//! sections.
//!
//! # Guarantees
//!
//! Debug information is a stranger's: any bytes lead to places that are wrong at worst. It is for display, and never
//! part of history.
//!
//! # Limits
//!
//! DWARF 2 to 5 in `.debug_*` sections of the module. No split DWARF, no source maps.

use crate::inspect::Frame;
use crate::{Anatomy, features};
use addr2line::gimli::{DW_LANG_Rust, Dwarf, EndianSlice, Error, LittleEndian, Reader};
use addr2line::{Context, Location, demangle, demangle_auto};
use std::collections::BTreeMap;
use std::ops::Range;
use wasmparser::{BinaryReader, BinaryReaderError, FunctionBody, Parser, Payload, TypeRef};

/// Most functions that stand for one because they were made part of it.
const INLINED_MAX: usize = 64;

type Sections<'a> = BTreeMap<&'a str, &'a [u8]>;

/// Where the operators of a program come from.
pub struct Lines<'a> {
    names: BTreeMap<u32, String>,
    program: Code<'a>,
    /// The code that the debug information is about, where that is another file's.
    beside: Option<Code<'a>>,
    context: Option<Context<EndianSlice<'a, LittleEndian>>>,
}

/// Where in its sources a program was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The function, as people write it.
    pub function: String,
    /// The source file.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u32>,
    /// The column in that.
    pub column: Option<u32>,
    /// Whether the compiler made the function part of its caller, which is the next place.
    pub inlined: bool,
}

/// Why a file says nothing about a program.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LinesError {
    /// It is no module that can be read.
    #[error("{message}: offset={offset}")]
    Malformed {
        /// What is wrong.
        message: String,
        /// Where.
        offset: usize,
    },
    /// It has no debug information.
    #[error("it has no debug information: no section .debug_info")]
    Stripped,
    /// It is of another program, or of another build of it.
    #[error("its code is not that of the program: {functions} functions, the first to differ is {first}")]
    OtherCode {
        /// How many functions it defines.
        functions: usize,
        /// The index of the first one that is not the program's.
        first: u32,
    },
    /// Its debug information cannot be read.
    #[error("its debug information is damaged: {0}")]
    Damaged(String),
}

impl From<BinaryReaderError> for LinesError {
    fn from(error: BinaryReaderError) -> LinesError {
        LinesError::Malformed { message: error.message().into(), offset: error.offset() }
    }
}

impl<'a> Lines<'a> {
    /// The lines of `program`, by the debug information of the module `beside` it, or else by its own. A program that
    /// has none has its functions' names.
    ///
    /// # Errors
    ///
    /// The module beside it is of no use.
    pub fn of(program: &'a [u8], beside: Option<&'a [u8]>) -> Result<Lines<'a>, LinesError> {
        let named = beside.map_or_else(BTreeMap::new, names);
        let names: BTreeMap<u32, String> = names(program).into_iter().chain(named).collect();
        let (program, sections) = Code::read(program)?;
        let Some(beside) = beside else {
            let context = sections.contains_key(".debug_info").then(|| context(&sections).ok()).flatten();
            return Ok(Lines { names, program, beside: None, context });
        };
        let (beside, sections) = Code::read(beside)?;
        if !sections.contains_key(".debug_info") {
            return Err(LinesError::Stripped);
        }
        program.same(&beside)?;
        let context = context(&sections).map_err(|error| LinesError::Damaged(error.to_string()))?;
        Ok(Lines { names, program, beside: Some(beside), context: Some(context) })
    }

    /// Whether there is debug information at all.
    pub fn are_known(&self) -> bool {
        self.context.is_some()
    }

    /// The name of a function, as people write it.
    pub fn name(&self, function: u32) -> String {
        self.names.get(&function).cloned().unwrap_or_else(|| format!("function {function}"))
    }

    /// The places that a frame stands for: first the innermost of the functions that were made part of one, last the one
    /// that they were made part of.
    pub fn places(&self, frame: &Frame) -> Vec<Place> {
        let address = frame.at.and_then(|at| self.address(frame.function, at));
        let found = self.context.as_ref().zip(address).map(|(context, address)| found(context, address));
        let mut places = found.and_then(Result::ok).unwrap_or_default();
        if places.is_empty() {
            places.push(place(None, None));
        }
        let outermost = places.len() - 1;
        for (at, place) in places.iter_mut().enumerate() {
            place.inlined = at < outermost;
            if place.function.is_empty() {
                place.function = self.name(frame.function);
            }
        }
        places
    }

    /// The address, in the code that the debug information is about, of an operator that stands at an offset of the
    /// program.
    fn address(&self, function: u32, offset: usize) -> Option<u64> {
        let at = match &self.beside {
            None => offset - self.program.start.min(offset),
            Some(beside) => {
                let nth = self.program.offsets(function)?.iter().position(|at| *at == offset)?;
                beside.offsets(function)?.get(nth)? - beside.start
            }
        };
        Some(at as u64)
    }
}

/// The code of a module.
struct Code<'a> {
    wasm: &'a [u8],
    imports: u32,
    /// Where the contents of the section begin.
    start: usize,
    bodies: Vec<Range<usize>>,
}

impl<'a> Code<'a> {
    /// The code of a module, and its custom sections.
    fn read(wasm: &'a [u8]) -> Result<(Code<'a>, Sections<'a>), BinaryReaderError> {
        let mut code = Code { wasm, imports: 0, start: 0, bodies: Vec::new() };
        let mut sections = Sections::new();
        let mut parser = Parser::new(0);
        parser.set_features(features::admitted());
        for payload in parser.parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        code.imports += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionStart { range, .. } => code.start = range.start,
                Payload::CodeSectionEntry(body) => code.bodies.push(body.range()),
                Payload::CustomSection(custom) => {
                    sections.insert(custom.name(), custom.data());
                }
                _ => {}
            }
        }
        Ok((code, sections))
    }

    /// Whether `other` is the same code, however it is encoded.
    fn same(&self, other: &Code<'_>) -> Result<(), LinesError> {
        let differs = |nth: usize| {
            let first = self.imports.saturating_add(u32::try_from(nth).unwrap_or(u32::MAX));
            LinesError::OtherCode { functions: other.bodies.len(), first }
        };
        for (nth, (ours, theirs)) in self.bodies.iter().zip(&other.bodies).enumerate() {
            if self.wasm[ours.clone()] == other.wasm[theirs.clone()] {
                continue;
            }
            let [ours, theirs] = [self.body(ours), other.body(theirs)];
            let [mut ours, mut theirs] = [ours.get_operators_reader()?, theirs.get_operators_reader()?];
            while !ours.eof() && !theirs.eof() {
                if ours.read()? != theirs.read()? {
                    return Err(differs(nth));
                }
            }
            if ours.eof() != theirs.eof() {
                return Err(differs(nth));
            }
        }
        match self.bodies.len() == other.bodies.len() && self.imports == other.imports {
            true => Ok(()),
            false => Err(differs(self.bodies.len().min(other.bodies.len()))),
        }
    }

    /// Where the operators of a function stand.
    fn offsets(&self, function: u32) -> Option<Vec<usize>> {
        let body = self.body(self.bodies.get(function.checked_sub(self.imports)? as usize)?);
        let mut operators = body.get_operators_reader().ok()?;
        let mut offsets = Vec::new();
        while !operators.eof() {
            offsets.push(operators.read_with_offset().ok()?.1);
        }
        Some(offsets)
    }

    fn body(&self, range: &Range<usize>) -> FunctionBody<'a> {
        FunctionBody::new(BinaryReader::new_features(
            &self.wasm[range.clone()],
            range.start,
            features::admitted(),
        ))
    }
}

/// The names of a module's functions, as people write them.
fn names(wasm: &[u8]) -> BTreeMap<u32, String> {
    let functions = Anatomy::of(wasm).functions.into_iter();
    let shown = |name: String| demangle(&name, DW_LANG_Rust).unwrap_or(name);
    functions.filter_map(|function| Some((function.index, shown(function.name?)))).collect()
}

fn context<'a>(sections: &Sections<'a>) -> Result<Context<EndianSlice<'a, LittleEndian>>, Error> {
    let section = |id: addr2line::gimli::SectionId| {
        Ok::<_, Error>(EndianSlice::new(sections.get(id.name()).copied().unwrap_or_default(), LittleEndian))
    };
    Context::from_dwarf(Dwarf::load(section)?)
}

fn found<R: Reader>(context: &Context<R>, address: u64) -> Result<Vec<Place>, Error> {
    let mut frames = context.find_frames(address).skip_all_loads()?;
    let mut places = Vec::new();
    while let Some(frame) = frames.next()? {
        if places.len() == INLINED_MAX {
            break;
        }
        let name = frame.function.as_ref().and_then(|function| {
            let raw = function.raw_name().ok()?;
            Some(demangle_auto(raw, function.language).into_owned())
        });
        places.push(place(name, frame.location.as_ref()));
    }
    Ok(places)
}

fn place(function: Option<String>, location: Option<&Location<'_>>) -> Place {
    Place {
        function: function.unwrap_or_default(),
        file: location.and_then(|at| at.file).map(plain),
        line: location.and_then(|at| at.line),
        column: location.and_then(|at| at.column),
        inlined: false,
    }
}

/// A path without the steps into a folder and back out of it.
fn plain(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match (step, steps.last()) {
            (".", _) => {}
            ("..", Some(last)) if !matches!(*last, "" | "..") => drop(steps.pop()),
            _ => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests;
