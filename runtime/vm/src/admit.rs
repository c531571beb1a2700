//! Admission: every rule a module has to keep, checked before any compiler sees it.
//!
//! One pass over the bytes, in which each section meets its limits first and the validator next, so that a
//! module is never worked on by more than its limits allow. Then the rules about the module as a whole:
//! [`contract`].

use crate::features;
use abi::limits::{
    BR_TABLE_TARGETS_MAX, CONTROL_DEPTH_MAX, EXPORTS_MAX, FUNCTION_BYTES_MAX, FUNCTIONS_MAX, GLOBALS_MAX,
    LOCALS_MAX, OPERANDS_MAX, PARAMS_MAX, PROGRAM_BYTES_MAX, SEGMENTS_MAX,
};
use abi::session::Mode;
use error::{AdmitError, Part};
use std::collections::BTreeMap;
use wasmparser::{
    ConstExpr, CustomSectionReader, DataKind, DataSectionReader, ElementItems, ElementKind,
    ElementSectionReader, Export, FuncToValidate, FuncValidatorAllocations, FunctionBody, Import, Operator,
    Parser, Payload, TypeSectionReader, ValidPayload, Validator, ValidatorResources, types::Types,
};
use work::Work;

mod contract;
pub(crate) mod error;
mod work;

/// The custom section that holds a program's interface.
const INTERFACE: &str = "counterfoil";

/// What the rest of this crate has to know about an admitted module.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Admitted {
    /// The methods by name: the mode, and the export's name.
    pub(crate) methods: BTreeMap<String, (Mode, String)>,
    /// The custom section `counterfoil`.
    pub(crate) interface: Option<Vec<u8>>,
    /// Whether it writes into its table, which cannot be put back.
    pub(crate) writes_tables: bool,
    /// What a fresh memory begins with; it is zero behind that.
    pub(crate) image: Vec<u8>,
}

/// Checks every rule.
pub(crate) fn admit(wasm: &[u8]) -> Result<Admitted, AdmitError> {
    let (pass, types) = pass(wasm, Policy::Program)?;
    contract::check(pass, &types)
}

/// Checks the features and the limits alone, for suites of modules that are no programs: they import what
/// they like, have start functions, memories without a maximum, and segments that are dropped.
pub(crate) fn admit_any(wasm: &[u8]) -> Result<(), AdmitError> {
    pass(wasm, Policy::Any).map(|_| ())
}

/// Which rules a module has to keep.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Policy {
    /// Those of programs.
    Program,
    /// Those of any module.
    Any,
}

fn pass(wasm: &[u8], policy: Policy) -> Result<(Pass<'_>, Types), AdmitError> {
    within(Part::Module, wasm.len(), PROGRAM_BYTES_MAX)?;
    header(wasm)?;
    let mut parser = Parser::new(0);
    parser.set_features(features::admitted());
    let mut pass = Pass::new(policy);
    for payload in parser.parse_all(wasm) {
        let payload = payload?;
        pass.limits(&payload)?;
        match pass.validator.payload(&payload)? {
            ValidPayload::Func(function, body) => pass.function(function, &body)?,
            ValidPayload::End(types) => return Ok((pass, types)),
            _ => {}
        }
    }
    // The parser ends with the module's end or an error.
    Err(AdmitError::Malformed { offset: wasm.len(), rule: "unexpected end".into() })
}

/// The eight bytes that every core module begins with.
fn header(wasm: &[u8]) -> Result<(), AdmitError> {
    let Some((header, _)) = wasm.split_first_chunk::<8>() else {
        return Err(AdmitError::NotWasm);
    };
    let [magic @ .., v0, v1, v2, v3] = *header;
    match (magic, u32::from_le_bytes([v0, v1, v2, v3])) {
        ([0, b'a', b's', b'm'], 1) => Ok(()),
        ([0, b'a', b's', b'm'], version) => Err(AdmitError::WrongVersion { version }),
        _ => Err(AdmitError::NotWasm),
    }
}

/// Refuses what is larger than it may be.
fn within(part: Part, size: impl TryInto<u64>, max: impl TryInto<u64>) -> Result<(), AdmitError> {
    // Sizes and limits are u32, usize or u64; what did not fit 64 bits would be too large.
    let (size, max) = (size.try_into().unwrap_or(u64::MAX), max.try_into().unwrap_or(u64::MAX));
    if size > max { Err(AdmitError::TooLarge { part, size, max }) } else { Ok(()) }
}

/// A segment that is written at instantiation.
struct Segment<'a> {
    part: Part,
    end: u64,
    /// The bytes, where it is one of data.
    data: &'a [u8],
}

/// What was gathered on the way through the bytes.
struct Pass<'a> {
    policy: Policy,
    validator: Validator,
    allocations: FuncValidatorAllocations,
    functions: u32,
    imports: Vec<Import<'a>>,
    exports: Vec<Export<'a>>,
    segments: Vec<Segment<'a>>,
    interface: Option<&'a [u8]>,
    writes_tables: bool,
    work: Work,
}

impl<'a> Pass<'a> {
    fn new(policy: Policy) -> Pass<'a> {
        Pass {
            policy,
            validator: Validator::new_with_features(features::admitted()),
            allocations: FuncValidatorAllocations::default(),
            functions: 0,
            imports: Vec::new(),
            exports: Vec::new(),
            segments: Vec::new(),
            interface: None,
            writes_tables: false,
            work: Work::default(),
        }
    }

    /// The limits of a section, before the validator sees it.
    fn limits(&mut self, payload: &Payload<'a>) -> Result<(), AdmitError> {
        match payload {
            Payload::TypeSection(types) => self.types(types)?,
            Payload::ImportSection(imports) => {
                self.add_functions(imports.count())?;
                self.imports = imports.clone().into_imports().collect::<Result<_, _>>()?;
            }
            Payload::FunctionSection(functions) => self.add_functions(functions.count())?,
            Payload::GlobalSection(globals) => within(Part::Globals, globals.count(), GLOBALS_MAX)?,
            Payload::ExportSection(exports) => {
                within(Part::Exports, exports.count(), EXPORTS_MAX)?;
                self.exports = exports.clone().into_iter().collect::<Result<_, _>>()?;
            }
            Payload::StartSection { .. } if self.policy == Policy::Program => return Err(AdmitError::Start),
            Payload::ElementSection(elements) => self.elements(elements)?,
            Payload::DataCountSection { count, .. } => within(Part::DataSegments, *count, SEGMENTS_MAX)?,
            Payload::DataSection(data) => self.data(data)?,
            Payload::CustomSection(section) => self.custom(section)?,
            _ => {}
        }
        Ok(())
    }

    /// There may be as many types as functions: every function has one.
    fn types(&mut self, types: &TypeSectionReader<'a>) -> Result<(), AdmitError> {
        within(Part::Types, types.count(), FUNCTIONS_MAX)?;
        for (index, function) in (0..).zip(types.clone().into_iter_err_on_gc_types()) {
            let function = function?;
            within(Part::Params(index), function.params().len(), PARAMS_MAX)?;
            within(Part::Results(index), function.results().len(), PARAMS_MAX)?;
        }
        Ok(())
    }

    fn custom(&mut self, section: &CustomSectionReader<'a>) -> Result<(), AdmitError> {
        if section.name() != INTERFACE {
            return Ok(());
        }
        match self.interface.replace(section.data()) {
            None => Ok(()),
            Some(_) => Err(AdmitError::InterfaceTwice),
        }
    }

    fn add_functions(&mut self, count: u32) -> Result<(), AdmitError> {
        self.functions = self.functions.saturating_add(count);
        within(Part::Functions, self.functions, FUNCTIONS_MAX)
    }

    fn elements(&mut self, elements: &ElementSectionReader<'a>) -> Result<(), AdmitError> {
        within(Part::ElementSegments, elements.count(), SEGMENTS_MAX)?;
        for (index, element) in (0..).zip(elements.clone()) {
            let element = element?;
            let count = match &element.items {
                ElementItems::Functions(functions) => functions.count(),
                ElementItems::Expressions(_, expressions) => expressions.count(),
            };
            if let ElementKind::Active { offset_expr, .. } = &element.kind {
                let end = self.offset(offset_expr)? + u64::from(count);
                self.segments.push(Segment { part: Part::ElementSegment(index), end, data: &[] });
            }
        }
        Ok(())
    }

    fn data(&mut self, data: &DataSectionReader<'a>) -> Result<(), AdmitError> {
        within(Part::DataSegments, data.count(), SEGMENTS_MAX)?;
        for (index, segment) in (0..).zip(data.clone()) {
            let segment = segment?;
            if let DataKind::Active { offset_expr, .. } = &segment.kind {
                let end = self.offset(offset_expr)? + segment.data.len() as u64;
                self.segments.push(Segment { part: Part::DataSegment(index), end, data: segment.data });
            }
        }
        Ok(())
    }

    /// The offset of an active segment, which has to be a plain constant.
    fn offset(&self, expression: &ConstExpr<'_>) -> Result<u64, AdmitError> {
        let mut operators = expression.get_operators_reader();
        match operators.read()? {
            Operator::I32Const { value } => Ok(u64::from(value.cast_unsigned())),
            _ if self.policy == Policy::Any => Ok(0),
            _ => Err(AdmitError::Malformed {
                offset: expression.get_binary_reader().original_position(),
                rule: "the offset of a segment is not an i32.const".into(),
            }),
        }
    }

    /// Validates a function, operator by operator, with the limits that show only then.
    fn function(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'a>,
    ) -> Result<(), AdmitError> {
        let index = function.index;
        within(Part::Body(index), body.range().len(), FUNCTION_BYTES_MAX)?;
        let mut validator = function.into_validator(std::mem::take(&mut self.allocations));
        let mut locals = u64::from(validator.len_locals());
        for local in body.get_locals_reader()? {
            locals += u64::from(local?.0);
        }
        within(Part::Locals(index), locals, LOCALS_MAX)?;
        validator.read_locals(&mut body.get_binary_reader())?;
        let mut work = work::Function::new(index, locals, body.range().len());

        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset()?;
            check(&operator, offset, index, self.policy)?;
            self.writes_tables |= matches!(operator, Operator::TableInit { .. } | Operator::TableCopy { .. });
            work.count(&operator, &validator)?;
            validator.op(offset, &operator)?;
            within(Part::Operands(index), validator.operand_stack_height(), OPERANDS_MAX)?;
            // The function itself is the first frame, and no block.
            let nesting = validator.control_stack_height().saturating_sub(1);
            within(Part::Nesting(index), nesting, CONTROL_DEPTH_MAX)?;
        }
        operators.finish()?;
        self.work.add(&work)?;
        self.allocations = validator.into_allocations();
        Ok(())
    }
}

/// The rules of single operators.
fn check(operator: &Operator<'_>, offset: usize, function: u32, policy: Policy) -> Result<(), AdmitError> {
    match operator {
        // An instance could not be put back exactly after these.
        Operator::DataDrop { .. } if policy == Policy::Program => {
            Err(AdmitError::Operator { offset, name: "data.drop" })
        }
        Operator::ElemDrop { .. } if policy == Policy::Program => {
            Err(AdmitError::Operator { offset, name: "elem.drop" })
        }
        Operator::BrTable { targets } => within(Part::BrTable(function), targets.len(), BR_TABLE_TARGETS_MAX),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
