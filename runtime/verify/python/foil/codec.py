"""Canonical bytes: deterministic CBOR (RFC 8949, section 4.2.1), read strictly.

Shortest heads, definite lengths, no floats; tags only where COSE wants one. What is accepted has one encoding,
so that the bytes read can stand for the value wherever it is hashed. A length is held against the bytes at hand
before anything is made of it.
"""

UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)
FALSE, TRUE, NULL = 20, 21, 22

TRUNCATED, TYPE, NOT_CANONICAL, TRAILING, LENGTH, RANGE, UTF8, UNKNOWN, ORDER = range(1001, 1010)

VERSION = 1


class Malformed(Exception):
    """Bytes that no object has: the number of the reason, and the offset in what was decoded."""

    def __init__(self, code, offset):
        super().__init__(f"malformed: code={code} offset={offset}")
        self.code, self.offset = code, offset


class Reader:
    """Reads canonical bytes, and refuses all others."""

    __slots__ = ("all", "at", "size")

    def __init__(self, data):
        self.all, self.at, self.size = data, 0, len(data)

    def end(self):
        if self.at != self.size:
            raise Malformed(TRAILING, self.at)

    def since(self, start):
        """The bytes read since `start`."""
        return self.all[start : self.at]

    def take(self, count):
        if count > self.size - self.at:
            raise Malformed(TRUNCATED, self.size)
        start = self.at
        self.at = start + count
        return self.all[start : self.at]

    def head(self):
        """Major type and argument."""
        start = self.at
        initial = self.take(1)[0]
        major, info = initial >> 5, initial & 31
        if info < 24:
            return major, info
        if info > 27:
            raise Malformed(NOT_CANONICAL, start)
        if major == SIMPLE:
            raise Malformed(TYPE, start)
        width = 1 << (info - 24)
        value = int.from_bytes(self.take(width), "big")
        if value < (24 if width == 1 else 1 << (4 * width)):
            raise Malformed(NOT_CANONICAL, start)
        return major, value

    def expect(self, major):
        start = self.at
        found, value = self.head()
        if found != major:
            raise Malformed(TYPE, start)
        return value

    def unsigned(self, bits=64):
        start = self.at
        value = self.expect(UNSIGNED)
        if value >> bits:
            raise Malformed(RANGE, start)
        return value

    def signed(self):
        start = self.at
        major, value = self.head()
        if value >> 63:
            raise Malformed(RANGE, start)
        if major == UNSIGNED:
            return value
        if major == NEGATIVE:
            return -1 - value
        raise Malformed(TYPE, start)

    def length(self, major, each=1):
        """A length that the remaining bytes can hold."""
        count = self.expect(major)
        if count * each > self.size - self.at:
            raise Malformed(TRUNCATED, self.size)
        return count

    def bytes(self):
        return self.take(self.length(BYTES))

    def byte_array(self, count):
        start = self.at
        value = self.bytes()
        if len(value) != count:
            raise Malformed(LENGTH, start)
        return value

    def hash(self):
        return self.byte_array(32)

    def text(self):
        count = self.length(TEXT)
        start = self.at
        try:
            return self.take(count).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed(UTF8, start) from None

    def text_max(self, most):
        """Text of at most `most` bytes."""
        start = self.at
        value = self.text()
        if len(value.encode()) > most:
            raise Malformed(LENGTH, start)
        return value

    def array(self):
        return self.length(ARRAY)

    def array_max(self, most):
        """The head of an array of at most `most` items."""
        start = self.at
        count = self.array()
        if count > most:
            raise Malformed(LENGTH, start)
        return count

    def array_of(self, count):
        start = self.at
        if self.array() != count:
            raise Malformed(LENGTH, start)

    def map(self):
        return self.length(MAP, 2)

    def map_of(self, count):
        start = self.at
        if self.map() != count:
            raise Malformed(LENGTH, start)

    def bool(self):
        start = self.at
        found = self.head()
        if found not in ((SIMPLE, FALSE), (SIMPLE, TRUE)):
            raise Malformed(TYPE, start)
        return found == (SIMPLE, TRUE)

    def null(self):
        """Whether the absent value comes next, which is then read."""
        start = self.at
        if self.head() == (SIMPLE, NULL):
            return True
        self.at = start
        return False

    def optional(self, read):
        return None if self.null() else read(self)

    def list(self, read):
        return [read(self) for _ in range(self.array())]

    def version(self):
        start = self.at
        if self.unsigned() != VERSION:
            raise Malformed(UNKNOWN, start)

    def wrapped(self, read):
        """A byte string that holds one value; errors are placed in the outer bytes."""
        data = self.bytes()
        start = self.at - len(data)
        try:
            return decode(data, read)
        except Malformed as error:
            raise Malformed(error.code, start + error.offset) from None


def decode(data, read):
    """The one value that fills `data`."""
    reader = Reader(data)
    value = read(reader)
    reader.end()
    return value


def head(major, value):
    """The shortest head."""
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 24:
            return bytes([major << 5 | value])
        if value < 1 << (8 * width):
            return bytes([major << 5 | info]) + value.to_bytes(width, "big")
    raise ValueError("wider than 64 bits")


def unsigned(value):
    return head(UNSIGNED, value)


def byte_string(value):
    return head(BYTES, len(value)) + value


def text(value):
    data = value.encode()
    return head(TEXT, len(data)) + data


def array(*members):
    """An array of members that are encoded already."""
    return head(ARRAY, len(members)) + b"".join(members)


ABSENT = bytes([SIMPLE << 5 | NULL])
