/// A value as a node has it.
pub trait Wire: Sized {
    /// In JSON.
    fn json(&self) -> Json;
    /// What this is in JSON.
    fn from_json(json: &Json) -> Option<Self>;
    /// In canonical CBOR.
    fn cbor(&self, out: &mut Vec<u8>);
}

/// Bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Bytes(pub Vec<u8>);

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes(bytes)
    }
}

/// A call's arguments.
struct Args {
    json: Map<String, Json>,
    cbor: Vec<u8>,
}

impl Args {
    fn new(count: u64) -> Args {
        let mut cbor = Vec::new();
        head(&mut cbor, 4, count);
        Args {
            json: Map::new(),
            cbor,
        }
    }

    fn put(&mut self, name: &str, value: &impl Wire) {
        self.json.insert(name.to_owned(), value.json());
        value.cbor(&mut self.cbor);
    }
}

fn field<T: Wire>(json: &Json, name: &str) -> Option<T> {
    json.get(name).and_then(T::from_json)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let nibble = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| Some(nibble(pair[0])? << 4 | nibble(*pair.get(1)?)?))
        .collect()
}

fn random<const N: usize>() -> Result<[u8; N], ClientError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| ClientError::Usage(error.to_string()))?;
    Ok(bytes)
}

/// Null in CBOR.
const NULL: u8 = 0xf6;

/// What a value in CBOR begins with: its kind, and a number in as few bytes as hold it.
fn head(out: &mut Vec<u8>, major: u8, number: u64) {
    let bytes = number.to_be_bytes();
    let (more, from) = match number {
        0..24 => (bytes[7], 8),
        24..0x100 => (24, 7),
        0x100..0x1_0000 => (25, 6),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 0),
    };
    out.push(major << 5 | more);
    out.extend(&bytes[from..]);
}

fn bytestring(out: &mut Vec<u8>, bytes: &[u8]) {
    head(out, 2, bytes.len() as u64);
    out.extend(bytes);
}

macro_rules! unsigned {
    ($($number:ty)+) => {
        $(impl Wire for $number {
            fn json(&self) -> Json {
                (*self).into()
            }

            fn from_json(json: &Json) -> Option<$number> {
                json.as_u64()?.try_into().ok()
            }

            fn cbor(&self, out: &mut Vec<u8>) {
                head(out, 0, u64::from(*self));
            }
        })+
    };
}
unsigned!(u8 u16 u32 u64);

macro_rules! signed {
    ($($number:ty)+) => {
        $(impl Wire for $number {
            fn json(&self) -> Json {
                (*self).into()
            }

            fn from_json(json: &Json) -> Option<$number> {
                json.as_i64()?.try_into().ok()
            }

            fn cbor(&self, out: &mut Vec<u8>) {
                let number = i64::from(*self);
                match u64::try_from(number) {
                    Ok(number) => head(out, 0, number),
                    Err(_) => head(out, 1, number.unsigned_abs() - 1),
                }
            }
        })+
    };
}
signed!(i8 i16 i32 i64);

impl Wire for u128 {
    fn json(&self) -> Json {
        self.to_string().into()
    }

    fn from_json(json: &Json) -> Option<u128> {
        json.as_str()?.parse().ok()
    }

    fn cbor(&self, out: &mut Vec<u8>) {
        bytestring(out, &self.to_be_bytes());
    }
}

impl Wire for bool {
    fn json(&self) -> Json {
        (*self).into()
    }

    fn from_json(json: &Json) -> Option<bool> {
        json.as_bool()
    }

    fn cbor(&self, out: &mut Vec<u8>) {
        out.push(if *self { 0xf5 } else { 0xf4 });
    }
}

impl Wire for String {
    fn json(&self) -> Json {
        self.as_str().into()
    }

    fn from_json(json: &Json) -> Option<String> {
        json.as_str().map(str::to_owned)
    }

    fn cbor(&self, out: &mut Vec<u8>) {
        head(out, 3, self.len() as u64);
        out.extend(self.as_bytes());
    }
}

impl Wire for Bytes {
    fn json(&self) -> Json {
        hex(&self.0).into()
    }

    fn from_json(json: &Json) -> Option<Bytes> {
        unhex(json.as_str()?).map(Bytes)
    }

    fn cbor(&self, out: &mut Vec<u8>) {
        bytestring(out, &self.0);
    }
}

impl<const N: usize> Wire for [u8; N] {
    fn json(&self) -> Json {
        hex(self).into()
    }

    fn from_json(json: &Json) -> Option<[u8; N]> {
        unhex(json.as_str()?)?.try_into().ok()
    }

    fn cbor(&self, out: &mut Vec<u8>) {
        bytestring(out, self);
    }
}

impl<T: Wire> Wire for Option<T> {
    fn json(&self) -> Json {
        self.as_ref().map_or(Json::Null, Wire::json)
    }

    fn from_json(json: &Json) -> Option<Option<T>> {
        match json {
            Json::Null => Some(None),
            json => T::from_json(json).map(Some),
        }
    }

    fn cbor(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.cbor(out),
            None => out.push(NULL),
        }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn json(&self) -> Json {
        self.iter().map(Wire::json).collect()
    }

    fn from_json(json: &Json) -> Option<Vec<T>> {
        json.as_array()?.iter().map(T::from_json).collect()
    }

    fn cbor(&self, out: &mut Vec<u8>) {
        head(out, 4, self.len() as u64);
        self.iter().for_each(|item| item.cbor(out));
    }
}

impl Wire for () {
    fn json(&self) -> Json {
        json!([])
    }

    fn from_json(json: &Json) -> Option<()> {
        (json.is_null() || json.as_array()?.is_empty()).then_some(())
    }

    fn cbor(&self, out: &mut Vec<u8>) {
        head(out, 4, 0);
    }
}

macro_rules! tuple {
    ($count:literal $($name:ident $at:tt)+) => {
        impl<$($name: Wire),+> Wire for ($($name,)+) {
            fn json(&self) -> Json {
                json!([$(self.$at.json()),+])
            }

            fn from_json(json: &Json) -> Option<Self> {
                let items = json.as_array().filter(|items| items.len() == $count)?;
                Some(($($name::from_json(&items[$at])?,)+))
            }

            fn cbor(&self, out: &mut Vec<u8>) {
                head(out, 4, $count);
                $(self.$at.cbor(out);)+
            }
        }
    };
}
tuple!(1 A 0);
tuple!(2 A 0 B 1);
tuple!(3 A 0 B 1 C 2);
tuple!(4 A 0 B 1 C 2 D 3);
tuple!(5 A 0 B 1 C 2 D 3 E 4);
tuple!(6 A 0 B 1 C 2 D 3 E 4 F 5);
