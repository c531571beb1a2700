//! CBOR as a tree, changed in one place and written again around it: so that a change deep inside is not found
//! by a length further out.

use crate::rng::Rng;
use abi::codec::{Major, Reader, Writer};

/// A value; byte strings that hold values are opened too.
#[derive(Clone)]
pub(crate) enum Node {
    /// A number, or a simple value.
    Number(Major, u64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Node>),
    /// Keys and values, in turn.
    Map(Vec<Node>),
    Tag(u64, Box<Node>),
    Wrapped(Box<Node>),
    /// Bytes that are written as they are.
    Raw(Vec<u8>),
}

/// The value that fills `bytes`, if they are canonical.
pub(crate) fn parse(bytes: &[u8]) -> Option<Node> {
    let mut r = Reader::new(bytes);
    let node = read(&mut r)?;
    r.end().ok().map(|()| node)
}

fn read(r: &mut Reader<'_>) -> Option<Node> {
    Some(match r.peek()? {
        Major::Bytes => match r.bytes().ok()? {
            bytes if bytes.len() < 2 => Node::Bytes(bytes.to_vec()),
            bytes => match parse(bytes) {
                Some(node @ (Node::Array(_) | Node::Map(_) | Node::Tag(..))) => Node::Wrapped(Box::new(node)),
                _ => Node::Bytes(bytes.to_vec()),
            },
        },
        Major::Text => Node::Text(r.text().ok()?.to_owned()),
        Major::Array => Node::Array((0..r.array().ok()?).map(|_| read(r)).collect::<Option<_>>()?),
        Major::Map => Node::Map((0..2 * r.map().ok()?).map(|_| read(r)).collect::<Option<_>>()?),
        Major::Tag => Node::Tag(r.head().ok()?.1, Box::new(read(r)?)),
        Major::Unsigned | Major::Negative | Major::Simple => {
            let (major, value) = r.head().ok()?;
            Node::Number(major, value)
        }
    })
}

impl Node {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::default();
        self.write(&mut w);
        w.into_bytes()
    }

    fn write(&self, w: &mut Writer) {
        match self {
            Node::Number(major, value) => w.head(*major, *value),
            Node::Bytes(bytes) => w.bytes(bytes),
            Node::Text(text) => w.text(text),
            Node::Array(items) => {
                w.array(items.len());
                items.iter().for_each(|item| item.write(w));
            }
            Node::Map(items) => {
                w.map(items.len() / 2);
                items.iter().for_each(|item| item.write(w));
            }
            Node::Tag(tag, node) => {
                w.head(Major::Tag, *tag);
                node.write(w);
            }
            Node::Wrapped(node) => w.bytes(&node.to_bytes()),
            Node::Raw(bytes) => w.raw(bytes),
        }
    }

    fn children(&mut self) -> &mut [Node] {
        match self {
            Node::Array(items) | Node::Map(items) => items,
            Node::Tag(_, node) | Node::Wrapped(node) => std::slice::from_mut(node),
            _ => &mut [],
        }
    }

    fn count(&mut self) -> usize {
        1 + self.children().iter_mut().map(Node::count).sum::<usize>()
    }

    /// Node `n` in preorder.
    fn nth(&mut self, mut n: usize) -> &mut Node {
        if n == 0 {
            return self;
        }
        n -= 1;
        for child in self.children() {
            let count = child.count();
            if n < count {
                return child.nth(n);
            }
            n -= count;
        }
        unreachable!("a node's place is below the number of nodes")
    }

    /// Changes one node.
    pub(crate) fn change(&mut self, rng: &mut Rng) {
        let count = self.count();
        let other = self.nth(rng.index(count)).clone();
        let node = self.nth(rng.index(count));
        match rng.within(0..=9) {
            0 => *node = other,
            1 => *node = Node::Raw(odd(node, rng)),
            2 => *node = Node::Number(Major::Simple, *rng.pick(&[20, 21, 22, 23, 0])),
            _ => node.nudge(rng, other),
        }
    }

    /// Changes the node itself, in a way of its type.
    fn nudge(&mut self, rng: &mut Rng, other: Node) {
        let edges = [0, 1, 2, 3, 23, 24, 255, 256, 1 << 16, 1 << 32, 1 << 52, u64::MAX - 1, u64::MAX];
        match self {
            Node::Number(_, value) => {
                *value = match rng.within(0..=3) {
                    0 => value.wrapping_add(1),
                    1 => value.wrapping_sub(1),
                    _ => *rng.pick(&edges),
                }
            }
            Node::Bytes(bytes) => match rng.within(0..=7) {
                0 => bytes.push(rng.byte()),
                1 => drop(bytes.pop()),
                2 => bytes.clear(),
                3 => bytes.fill(0),
                _ if bytes.is_empty() => bytes.push(0),
                way => {
                    let at = rng.index(bytes.len());
                    let byte = rng.byte();
                    bytes[at] = if way < 6 { bytes[at] ^ 1 << (byte % 8) } else { byte % 6 };
                }
            },
            Node::Text(text) => match rng.within(0..=3) {
                0 => text.push('é'),
                1 => *text = "x".repeat(rng.index(200)),
                2 => *self = Node::Raw(vec![0x62, 0xc3, rng.byte()]),
                _ => drop(text.pop()),
            },
            Node::Array(items) | Node::Map(items) => shuffle(items, rng, other),
            Node::Tag(tag, _) => *tag = *rng.pick(&edges),
            Node::Wrapped(node) => *self = Node::Bytes(node.to_bytes()),
            Node::Raw(_) => {}
        }
    }
}

/// Drops, repeats, exchanges or adds an item, or leaves none.
fn shuffle(items: &mut Vec<Node>, rng: &mut Rng, other: Node) {
    if items.is_empty() {
        return items.push(other);
    }
    let (at, to) = (rng.index(items.len()), rng.index(items.len()));
    match rng.within(0..=4) {
        0 => drop(items.remove(at)),
        1 => items.insert(at, items[to].clone()),
        2 => items.swap(at, to),
        3 => items.clear(),
        _ => items.insert(at, other),
    }
}

/// The node in a form that no canonical value has, or with a length it has not.
fn odd(node: &Node, rng: &mut Rng) -> Vec<u8> {
    let bytes = node.to_bytes();
    let mut r = Reader::new(&bytes);
    let Ok((major, value)) = r.head() else { return vec![0xff] };
    let (rest, initial) = (bytes[r.offset()..].to_vec(), (major as u8) << 5);
    let wide = |value: u64| [&[initial | 27][..], &value.to_be_bytes()].concat();
    let head = match rng.within(0..=8) {
        0 => wide(value),
        1 => wide(*rng.pick(&[u64::MAX, 1 << 63, 1 << 40, 1 << 32, (1 << 32) - 1])),
        2 => vec![initial | 24, value.to_le_bytes()[0]],
        3 => vec![initial | 31],
        4 => [&[initial | 26][..], &[0x7f, 0xff, 0xff, 0xff]].concat(),
        5 => vec![initial | rng.byte() & 31],
        6 => vec![0xf9, 0x3c, 0x00],
        7 => vec![0xc0 | rng.byte() & 31],
        _ => vec![bytes[0].wrapping_add(1)],
    };
    [head, rest].concat()
}
