//! Why a module is refused.

use abi::Coded;
use std::fmt;

/// Why a module is refused, and where. The first rule that it breaks, in the order of its bytes; rules
/// about the module as a whole come after those.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AdmitError {
    /// The bytes do not begin with the magic number of wasm.
    #[error("not wasm: the magic number is missing")]
    NotWasm,
    /// A version other than 1: a component, or a format to come.
    #[error("not a core module of version 1: version=0x{version:08x}")]
    WrongVersion {
        /// The four bytes behind the magic number, as a little-endian number.
        version: u32,
    },
    /// The bytes are not a valid module of the features that are on.
    #[error("malformed at offset {offset}: {rule}")]
    Malformed {
        /// Where, in bytes from the beginning.
        offset: usize,
        /// What is wrong there, in the parser's words.
        rule: String,
    },
    /// Something is over its limit.
    #[error("{part} too large: size={size} max={max}")]
    TooLarge {
        /// What.
        part: Part,
        /// How large it is.
        size: u64,
        /// How large it may be.
        max: u64,
    },
    /// An operator of an admitted feature that is refused by itself.
    #[error("operator {name} at offset {offset} is not admitted")]
    Operator {
        /// Where, in bytes from the beginning.
        offset: usize,
        /// The operator.
        name: &'static str,
    },
    /// There is a start function.
    #[error("a start function is not admitted")]
    Start,
    /// An import that the host does not have.
    #[error("unknown import {module}.{name}")]
    UnknownImport {
        /// The module it is asked from.
        module: String,
        /// The name it is asked by.
        name: String,
    },
    /// An import that is there already.
    #[error("import {name} is there twice")]
    ImportTwice {
        /// The host call.
        name: &'static str,
    },
    /// An import of a host call as something else than it is.
    #[error("import {name} has the wrong type: it is {expected}")]
    ImportType {
        /// The host call.
        name: &'static str,
        /// Its type.
        expected: String,
    },
    /// There is no memory.
    #[error("no memory")]
    NoMemory,
    /// The memory does not say how far it may grow.
    #[error("the memory has no maximum")]
    NoMemoryMaximum,
    /// The memory is not exported under the name `memory`.
    #[error("the memory is not exported as \"memory\"")]
    MemoryNotExported,
    /// A segment would be written beyond what it initialises.
    #[error("{part} out of bounds: end={end} size={size}")]
    SegmentOutOfBounds {
        /// Which segment.
        part: Part,
        /// Where it ends.
        end: u64,
        /// Where the memory, or the table, ends.
        size: u64,
    },
    /// An export whose name begins with NUL.
    #[error("export {name:?} begins with NUL, which is reserved")]
    ReservedExport {
        /// The name.
        name: String,
    },
    /// A method whose name is not 1 to 64 of `[a-z0-9_]`.
    #[error("export {name:?} does not name a method: 1 to 64 of [a-z0-9_]")]
    MethodName {
        /// The export's name.
        name: String,
    },
    /// A method that is not a function without parameters and results.
    #[error("export {name:?} is not a function () -> ()")]
    MethodType {
        /// The export's name.
        name: String,
    },
    /// A method that is both a call and a query.
    #[error("method {name} is exported twice")]
    MethodTwice {
        /// The method's name.
        name: String,
    },
    /// There is no method.
    #[error("no method is exported")]
    NoMethod,
    /// There are two sections `counterfoil`.
    #[error("the section \"counterfoil\" is there twice")]
    InterfaceTwice,
    /// The compiler gave up.
    #[error("the compiler refused the module: {because}")]
    Uncompilable {
        /// What it said.
        because: String,
    },
}

impl Coded for AdmitError {
    fn code(&self) -> u16 {
        match self {
            AdmitError::NotWasm => 4001,
            AdmitError::WrongVersion { .. } => 4002,
            AdmitError::Malformed { .. } => 4003,
            AdmitError::TooLarge { .. } => 4004,
            AdmitError::Operator { .. } => 4005,
            AdmitError::Start => 4006,
            AdmitError::UnknownImport { .. } => 4007,
            AdmitError::ImportType { .. } => 4008,
            AdmitError::NoMemory => 4009,
            AdmitError::NoMemoryMaximum => 4010,
            AdmitError::MemoryNotExported => 4011,
            AdmitError::SegmentOutOfBounds { .. } => 4012,
            AdmitError::ReservedExport { .. } => 4013,
            AdmitError::MethodName { .. } => 4014,
            AdmitError::MethodType { .. } => 4015,
            AdmitError::MethodTwice { .. } => 4016,
            AdmitError::NoMethod => 4017,
            AdmitError::InterfaceTwice => 4018,
            AdmitError::Uncompilable { .. } => 4019,
            AdmitError::ImportTwice { .. } => 4020,
        }
    }
}

impl From<wasmparser::Error> for AdmitError {
    fn from(error: wasmparser::Error) -> AdmitError {
        AdmitError::Malformed { offset: error.offset(), rule: error.message().to_owned() }
    }
}

/// A part of a module that has a limit, or bounds; with its index where there are many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// The module, in bytes.
    Module,
    /// The number of types.
    Types,
    /// The number of parameters of a type.
    Params(u32),
    /// The number of results of a type.
    Results(u32),
    /// The number of functions, imported ones included.
    Functions,
    /// The body of a function, in bytes.
    Body(u32),
    /// The number of a function's locals, parameters included.
    Locals(u32),
    /// The nesting of a function's blocks.
    Nesting(u32),
    /// The number of operands that a function has at once.
    Operands(u32),
    /// The number of targets of a `br_table` in a function.
    BrTable(u32),
    /// The memory's maximum, in pages.
    Memory,
    /// The table, in elements.
    Table,
    /// The number of globals.
    Globals,
    /// The number of exports.
    Exports,
    /// The number of data segments.
    DataSegments,
    /// The number of element segments.
    ElementSegments,
    /// The nesting of a function's loops.
    Loops(u32),
    /// The flow of a function: what merging its values where control meets may take.
    FunctionFlow(u32),
    /// The values that a function's calls, blocks and branches pass.
    FunctionPassed(u32),
    /// The flow of all functions.
    Flow,
    /// The values that the calls, blocks and branches of all functions pass.
    Passed,
    /// The sum of the squares of the bodies' lengths, in bytes.
    Squares,
    /// The locals of all functions.
    ProgramLocals,
    /// A data segment.
    DataSegment(u32),
    /// An element segment.
    ElementSegment(u32),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Module => f.write_str("module"),
            Part::Types => f.write_str("number of types"),
            Part::Params(index) => write!(f, "parameters of type {index}"),
            Part::Results(index) => write!(f, "results of type {index}"),
            Part::Functions => f.write_str("number of functions"),
            Part::Body(index) => write!(f, "function {index} body"),
            Part::Locals(index) => write!(f, "function {index} locals"),
            Part::Nesting(index) => write!(f, "function {index} nesting"),
            Part::Operands(index) => write!(f, "function {index} operands"),
            Part::BrTable(index) => write!(f, "function {index} br_table"),
            Part::Memory => f.write_str("memory maximum"),
            Part::Table => f.write_str("table"),
            Part::Globals => f.write_str("number of globals"),
            Part::Exports => f.write_str("number of exports"),
            Part::DataSegments => f.write_str("number of data segments"),
            Part::ElementSegments => f.write_str("number of element segments"),
            Part::Loops(index) => write!(f, "function {index} nesting of loops"),
            Part::FunctionFlow(index) => write!(f, "function {index} flow"),
            Part::FunctionPassed(index) => write!(f, "function {index} passed values"),
            Part::Flow => f.write_str("flow of all functions"),
            Part::Passed => f.write_str("passed values of all functions"),
            Part::Squares => f.write_str("sum of the squares of all bodies"),
            Part::ProgramLocals => f.write_str("locals of all functions"),
            Part::DataSegment(index) => write!(f, "data segment {index}"),
            Part::ElementSegment(index) => write!(f, "element segment {index}"),
        }
    }
}
