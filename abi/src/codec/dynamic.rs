//! Values whose shape is only known at run time: arguments, results and state, read by an interface or
//! shown to a person. The model is ciborium's; the bytes are the codec's.

use super::{Error, Major, Reader, Reason, Writer};
use crate::limits::CBOR_DEPTH_MAX;
use ciborium::Value;

/// The canonical bytes of `value`. Map keys are sorted by their bytes.
///
/// # Errors
///
/// `Type` for what canonical bytes never hold: floats, tags, numbers beyond 64 bits, other simple values;
/// `Order` for a map that names a key twice; `Depth`.
pub fn encode(value: &Value) -> Result<Vec<u8>, Error> {
    let mut w = Writer::default();
    write(value, &mut w, CBOR_DEPTH_MAX)?;
    Ok(w.into_bytes())
}

/// The one value that `bytes` hold canonically.
pub fn decode(bytes: &[u8]) -> Result<Value, Error> {
    let mut r = Reader::new(bytes);
    let value = read(&mut r, CBOR_DEPTH_MAX)?;
    r.end()?;
    Ok(value)
}

/// Whether `bytes` hold one value canonically: what [`decode`] would say, without making the value.
pub fn check(bytes: &[u8]) -> Result<(), Error> {
    let mut r = Reader::new(bytes);
    skip(&mut r, CBOR_DEPTH_MAX)?;
    r.end()
}

fn refused(reason: Reason) -> Error {
    Error { offset: 0, reason }
}

fn write(value: &Value, w: &mut Writer, depth: usize) -> Result<(), Error> {
    let depth = depth.checked_sub(1).ok_or(refused(Reason::Depth))?;
    match value {
        Value::Integer(number) => match (u64::try_from(*number), i64::try_from(*number)) {
            (Ok(number), _) => w.unsigned(number),
            (_, Ok(number)) => w.signed(number),
            _ => return Err(refused(Reason::Range)),
        },
        Value::Bytes(bytes) => w.bytes(bytes),
        Value::Text(text) => w.text(text),
        Value::Bool(value) => w.bool(*value),
        Value::Null => w.null(),
        Value::Array(items) => {
            w.array(items.len());
            items.iter().try_for_each(|item| write(item, w, depth))?;
        }
        Value::Map(pairs) => {
            let mut sorted = Vec::with_capacity(pairs.len());
            for (key, value) in pairs {
                let mut key_bytes = Writer::default();
                write(key, &mut key_bytes, depth)?;
                sorted.push((key_bytes.into_bytes(), value));
            }
            sorted.sort_by(|a, b| a.0.cmp(&b.0));
            if sorted.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return Err(refused(Reason::Order));
            }
            w.map(sorted.len());
            for (key, value) in sorted {
                w.raw(&key);
                write(value, w, depth)?;
            }
        }
        _ => return Err(refused(Reason::Type)),
    }
    Ok(())
}

fn read(r: &mut Reader<'_>, depth: usize) -> Result<Value, Error> {
    let start = r.offset();
    let depth = depth.checked_sub(1).ok_or(r.error(start, Reason::Depth))?;
    let mut ahead = r.clone();
    match ahead.head()?.0 {
        Major::Unsigned => r.unsigned().map(Value::from),
        Major::Negative => r.signed().map(Value::from),
        Major::Bytes => r.bytes().map(Value::from),
        Major::Text => r.text().map(Value::from),
        Major::Array => {
            let len = r.array()?;
            let mut items = Vec::new();
            for _ in 0..len {
                items.push(read(r, depth)?);
            }
            Ok(Value::Array(items))
        }
        Major::Map => read_map(r, depth),
        Major::Tag => Err(r.error(start, Reason::Type)),
        Major::Simple if r.null()? => Ok(Value::Null),
        Major::Simple => r.bool().map(Value::Bool),
    }
}

fn read_map(r: &mut Reader<'_>, depth: usize) -> Result<Value, Error> {
    let len = r.map()?;
    let mut pairs = Vec::new();
    let mut previous: Option<&[u8]> = None;
    for _ in 0..len {
        let start = r.offset();
        let key = read(r, depth)?;
        let key_bytes = r.since(start);
        if previous.is_some_and(|previous| previous >= key_bytes) {
            return Err(r.error(start, Reason::Order));
        }
        previous = Some(key_bytes);
        pairs.push((key, read(r, depth)?));
    }
    Ok(Value::Map(pairs))
}

fn skip(r: &mut Reader<'_>, depth: usize) -> Result<(), Error> {
    let start = r.offset();
    let depth = depth.checked_sub(1).ok_or(r.error(start, Reason::Depth))?;
    let mut ahead = r.clone();
    match ahead.head()?.0 {
        Major::Unsigned => r.unsigned().map(|_| ()),
        Major::Negative => r.signed().map(|_| ()),
        Major::Bytes => r.bytes().map(|_| ()),
        Major::Text => r.text().map(|_| ()),
        Major::Array => (0..r.array()?).try_for_each(|_| skip(r, depth)),
        Major::Map => skip_map(r, depth),
        Major::Tag => Err(r.error(start, Reason::Type)),
        Major::Simple if r.null()? => Ok(()),
        Major::Simple => r.bool().map(|_| ()),
    }
}

fn skip_map(r: &mut Reader<'_>, depth: usize) -> Result<(), Error> {
    let mut previous: Option<&[u8]> = None;
    for _ in 0..r.map()? {
        let start = r.offset();
        skip(r, depth)?;
        let key = r.since(start);
        if previous.is_some_and(|previous| previous >= key) {
            return Err(r.error(start, Reason::Order));
        }
        previous = Some(key);
        skip(r, depth)?;
    }
    Ok(())
}
