"""The prepare pass a second time, written from PREPARE.md alone; it shares no code with the first.

    python3 prepare.py                     prepares every vector beside this file, and compares the hashes
    python3 prepare.py IN.wasm OUT.wasm    prepares a module, with marks and fuel 0

It takes modules that were admitted, and checks nothing.
"""
import hashlib
import pathlib
import struct
import sys

DEPTH, LEAF_MAX, I32, I64, F32, F64 = 4 << 20, 4096, 0x7F, 0x7E, 0x7D, 0x7C
BLOCK, LOOP, IF, ELSE, END, BR, BR_IF, BR_TABLE, RETURN = 2, 3, 4, 5, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F
CALL, INDIRECT, DROP, SELECT, GET, SET, TEE, UNREACHABLE = 0x10, 0x11, 0x1A, 0x1B, 0x20, 0x21, 0x22, 0
BULK_MEMORY, BULK_TABLE = (0xFC08, 0xFC0A, 0xFC0B), (0xFC0C, 0xFC0E)
LABELS = (BR, BR_IF, BR_TABLE, RETURN)
STORES = {op: ty for op, ty in zip(range(0x36, 0x3F), [I32, I64, F32, F64, I32, I32, I64, I64, I64])}


def uleb(n):
    out = b""
    while n > 0x7F:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def sleb(n):
    out = b""
    while not -64 <= n < 64:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n & 0x7F])


class Reader:
    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def number(self, signed=False):
        value = shift = 0
        while True:
            byte = self.byte()
            value, shift = value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                return value - (1 << shift) if signed and byte & 0x40 else value

    def take(self, n):
        self.at += n
        return self.data[self.at - n : self.at]

    def bytes(self):
        return self.take(self.number())

    def limits(self):
        flag, least = self.number(), self.number()
        return self.number() if flag & 1 else None


def expression(r):
    while r.data[r.at] != END:
        operator(r)
    r.byte()


class Op:
    """One operator: its code (0xFC00 + n for the prefixed ones), what it names, its bytes."""


def operator(r):
    op, start = Op(), r.at
    code, op.imm = r.byte(), None
    if code == 0xFC:
        code = 0xFC00 + r.number()
        for _ in range({8: 2, 9: 1, 10: 2, 11: 1, 12: 2, 13: 1, 14: 2}.get(code - 0xFC00, 0)):
            r.number()
    elif code in (BLOCK, LOOP, IF):
        op.imm = r.number(signed=True)
    elif code == BR_TABLE:
        op.imm = [r.number() for _ in range(r.number())] + [r.number()]
    elif code == INDIRECT:
        op.imm, _ = r.number(), r.number()
    elif code in (BR, BR_IF, CALL, GET, SET, TEE, 0x23, 0x24, 0x3F, 0x40):
        op.imm = r.number()
    elif 0x28 <= code <= 0x3E:
        r.number()
        op.imm = r.number()
    elif code in (0x41, 0x42):
        op.imm = r.number(signed=True)
    elif code in (0x43, 0x44):
        op.imm = r.take(4 if code == 0x43 else 8)
    op.code, op.bytes = code, r.data[start : r.at]
    return op


def cost(code):
    if code in (BLOCK, LOOP, ELSE, END, 1, DROP, GET, SET, TEE, 0x41, 0x42, 0x43, 0x44):
        return 0
    if code == 0x40:
        return 2000
    if code >= 0xFC08:
        return 20
    if code == CALL:
        return 4
    if code in (INDIRECT, 0x91, 0x9F, 0x95, 0xA3) or 0x6D <= code <= 0x70 or 0x7F <= code <= 0x82:
        return 8
    several = code in STORES or code == BR_TABLE or code in (0x96, 0x97, 0x98, 0xA4, 0xA5, 0xA6) or code >= 0xFC00
    return 2 if several or 0xA8 <= code <= 0xAB or 0xAE <= code <= 0xB1 else 1


COMPARES_FLOATS = set(range(0x5B, 0x67))
TO_INTEGER = {*range(0xA8, 0xAC), *range(0xAE, 0xB2), *range(0xFC00, 0xFC08)}
CONVERT = {*range(0xB2, 0xB6), *range(0xB7, 0xBB)}
MAKES_32 = {0x8D, 0x8E, 0x8F, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0xB6}
MAKES_64 = {0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xBB}
BINARY = {*range(0x46, 0x50), *range(0x51, 0x67), *range(0x6A, 0x79), *range(0x7C, 0x8B), *range(0x92, 0x99), *range(0xA0, 0xA7)}


class Module:
    def __init__(self, wasm):
        self.sections, self.types, self.functions, self.bodies, self.mutable = {}, [], [], [], []
        self.imported = self.memories = self.own_memories = self.globals = 0
        self.pages_max, r = None, Reader(wasm, 8)
        while r.at < len(wasm):
            id = r.byte()
            contents = r.bytes()
            if id or Reader(contents).bytes() == b"name":
                self.sections[id] = contents
        for id, read in ((1, self.read_type), (2, self.read_import), (3, self.read_function), (5, self.read_memory), (6, self.read_global), (10, self.read_body)):
            r = Reader(self.sections.get(id, b"\0"))
            for _ in range(r.number()):
                read(r)

    def read_type(self, r):
        r.byte()
        self.types.append((r.take(r.number()), r.take(r.number())))

    def read_import(self, r):
        r.bytes(), r.bytes()
        kind = r.byte()
        if kind == 0:
            self.functions.append(r.number())
            self.imported += 1
        elif kind == 1:
            r.byte(), r.limits()
        elif kind == 2:
            self.pages_max, self.memories = r.limits(), self.memories + 1
        else:
            r.byte(), r.byte()
            self.globals += 1

    def read_function(self, r):
        self.functions.append(r.number())

    def read_memory(self, r):
        self.pages_max, self.memories, self.own_memories = r.limits(), self.memories + 1, self.own_memories + 1

    def read_global(self, r):
        r.byte()
        if r.byte():
            self.mutable.append(self.globals)
        self.globals += 1
        expression(r)

    def read_body(self, r):
        self.bodies.append(r.bytes())

    def block(self, ty):
        if ty >= 0:
            return self.types[ty]
        return (b"", b"" if ty == -64 else bytes([ty & 0x7F]))

    def prepare(self, marks=True, fuel=0):
        self.marks = marks and self.memories == self.own_memories == 1
        self.fuel, self.added = self.globals, []
        code = [Function(self, at, body).emit() for at, body in enumerate(self.bodies, self.imported)]
        name = lambda name, kind, index: uleb(len(name)) + name + bytes([kind]) + uleb(index)
        exports = [name(b"\0fuel", 3, self.fuel), name(b"\0depth", 3, self.fuel + 1)]
        exports += [name(b"\0marks", 2, 1)] if self.marks else []
        exports += [name(b"\0global %d" % index, 3, index) for index in self.mutable]
        new = {1: [b"\x60\0" + uleb(len(results)) + results for results in self.added], 5: [b"\1\1\1"] * self.marks, 7: exports}
        new[6] = [b"\x7e\1\x42" + sleb(value) + b"\x0b" for value in (fuel, DEPTH)]
        out = b"\0asm\1\0\0\0"
        for id in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11, 0):
            contents = self.sections.get(id)
            if id == 10 and contents:
                contents = uleb(len(code)) + b"".join(uleb(len(body)) + body for body in code)
            elif new.get(id):
                r = Reader(contents or b"\0")
                count = r.number() + len(new[id])
                contents = uleb(count) + r.data[r.at :] + b"".join(new[id])
            if contents is not None:
                out += bytes([id]) + uleb(len(contents)) + contents
        return out


class Function:
    def __init__(self, module, index, body):
        self.module, (self.params, self.results) = module, module.types[module.functions[index]]
        r, self.locals = Reader(body), bytearray(self.params)
        self.declared = r.number()
        start = r.at
        for _ in range(self.declared):
            n = r.number()
            self.locals += bytes([r.byte()]) * n
        self.declarations, self.ops = body[start : r.at], []
        while r.at < len(body):
            self.ops.append(operator(r))
        self.validate()
        self.price = 256 + 16 * (len(self.locals) + self.operands) + 48 * (len(self.params) + self.callee) + 16 * self.made
        self.leaf = not self.calls and self.price <= LEAF_MAX
        self.regions()

    def arity(self, op):
        """What an operator that is no block takes and leaves."""
        code, module = op.code, self.module
        if code in (CALL, INDIRECT):
            params, results = module.types[op.imm if code == INDIRECT else module.functions[op.imm]]
            return len(params) + (code == INDIRECT), len(results)
        if code in BINARY:
            return 2, 1
        if code in STORES:
            return 2, 0
        if code in BULK_MEMORY + BULK_TABLE or code == SELECT:
            return 3, int(code == SELECT)
        if code in (UNREACHABLE, 1, 0xFC09, 0xFC0D):
            return 0, 0
        if code in (DROP, SET, 0x24):
            return 1, 0
        return int(not (code in (GET, 0x23, 0x3F) or 0x41 <= code <= 0x44)), 1

    def validate(self):
        """The validation algorithm's heights; for each operator, what it takes and leaves."""
        self.operands = self.callee = self.made = height = 0
        self.calls, imports, frames = False, set(), [[BLOCK, (b"", self.results), 0, False]]

        def pop(n):
            nonlocal height
            frame = frames[-1]
            assert frame[3] or height - n >= frame[2]
            height = max(height - n, frame[2])

        for op in self.ops:
            code, made = op.code, 0
            if code in (BLOCK, LOOP, IF):
                op.type = params, results = self.module.block(op.imm)
                pop((code == IF) + len(params))
                frames.append([code, op.type, height, False])
                height, made = height + len(params), len(params) + len(results)
                op.takes = op.leaves = len(params)
            elif code in (ELSE, END):
                kind, op.type, height, _ = frames.pop()
                if code == ELSE:
                    frames.append([ELSE, op.type, height, False])
                height += len(op.type[code == END])
                op.takes = op.leaves = 0
            elif code in LABELS:
                label = 0 if code == RETURN else -1 - (op.imm[-1] if code == BR_TABLE else op.imm)
                kind, ty = frames[label][:2]
                n = len(ty[kind != LOOP])
                op.takes, op.leaves = n + (code in (BR_IF, BR_TABLE)), n if code == BR_IF else 0
                pop(op.takes)
                height += op.leaves
            else:
                op.takes, op.leaves = self.arity(op)
                pop(op.takes)
                height += op.leaves
                made = 2 if code in STORES else 0 if code in (GET, TEE) else op.leaves
            if code in (BR, BR_TABLE, RETURN, UNREACHABLE):
                frames[-1][3], height = True, frames[-1][2]
            if code in (CALL, INDIRECT):
                own = code == INDIRECT or op.imm >= self.module.imported
                self.calls |= own
                if not own:
                    imports.add(op.imm)
                self.callee = max(self.callee, op.takes - (code == INDIRECT) + op.leaves)
            self.made, self.operands = self.made + made, max(self.operands, height)
        self.made += len(imports)

    def regions(self):
        regions, frames, R, dead = [[0, self.price >> 10, None]], [], 0, None

        def begin(at, follows):
            nonlocal R
            R = len(regions)
            regions.append([at + 1, 0, follows])

        def open(kind):
            frames.append(dict(kind=kind, before=R, reach=len(frames), target=False, skip=kind == IF))

        def reach(t):
            if frames:
                frames[-1]["reach"] = min(frames[-1]["reach"], t)

        def branch(label):
            frames[-1 - label]["target"] = True
            reach(len(frames) - 1 - label)

        open(BLOCK)
        for i, op in enumerate(self.ops):
            code, op.dead = op.code, False
            if dead is not None and (code not in (ELSE, END) or dead > 0):
                op.dead = True
                dead += (code in (BLOCK, LOOP, IF)) - (code == END)
                continue
            if dead is None:
                regions[R][1] += cost(code)
            if code in (BLOCK, LOOP, IF):
                before = R
                open(code)
                if code != BLOCK:
                    begin(i, before if code == IF else None)
            elif code in (BR, BR_TABLE):
                for label in [op.imm] if code == BR else op.imm:
                    branch(label)
                dead = 0
            elif code == BR_IF:
                branch(op.imm)
                begin(i, R)
            elif code == RETURN:
                reach(0)
                frames[0]["target"], dead = True, 0
            elif code == UNREACHABLE:
                dead = 0
            elif code == ELSE:
                frame = frames[-1]
                frame["target"] |= dead is None
                frame["kind"], frame["skip"], dead = ELSE, False, None
                begin(i, frame["before"])
            elif code == END:
                f = frames.pop()
                joins = f["kind"] != LOOP and (f["target"] or f["skip"])
                dead = None if joins or dead is None else 0
                if f["reach"] >= len(frames):
                    R = f["before"]
                elif joins or f["kind"] == ELSE:
                    begin(i, f["before"])
                reach(f["reach"])
        over = [0] * len(regions)
        for at in reversed(range(len(regions))):
            whole, t = regions[at][1] + over[at], regions[at][2]
            if t is not None and over[t] + whole <= regions[t][1]:
                over[t] += whole
                over[at] = regions[at][1] = 0
        self.charge = [0] * (len(self.ops) + 1)
        for (start, price, _), taken in zip(regions, over):
            self.charge[start] += price + taken

    def canonical(self):
        """For each operator that is made canonical, the width."""
        if not any(op.code in MAKES_32 | MAKES_64 for op in self.ops):
            return {}
        flags = [[False, at < len(self.params)] for at in range(len(self.locals))]
        walks = 0
        while True:
            found, after = self.walk([list(pair) for pair in flags])
            if after == flags:
                return found
            walks += 1
            flags = [[True, True] for _ in flags] if walks >= 9 else after

    def walk(self, flags):
        stack, blocks, found = [], [(0, len(self.results), [])], {}

        def pop():
            return stack.pop() if len(stack) > blocks[-1][0] else "clean"

        def take(n):
            for _ in range(n):
                pop()

        def see(value):
            if isinstance(value, tuple):
                found[value[1]] = value[0]

        def observe(n):
            for value in stack[max(len(stack) - n, 0) :]:
                see(value)

        for i, op in enumerate(self.ops):
            code = op.code
            if op.dead:
                continue
            if code in MAKES_32 | MAKES_64:
                take(op.takes)
                stack.append((F32 if code in MAKES_32 else F64, i))
            elif code == GET:
                ty, (dirty, clean) = self.locals[op.imm], flags[op.imm]
                stack.append("clean" if ty not in (F32, F64) or clean else (ty, i) if dirty else "neutral")
            elif code in (SET, TEE):
                value, flag = pop(), flags[op.imm]
                if isinstance(value, tuple):
                    flag[0] = True
                    if flag[1]:
                        see(value)
                        value = "clean"
                elif value == "clean":
                    flag[1] = True
                if code == TEE:
                    stack.append(value)
            elif code == SELECT:
                pop()
                pair = [pop(), pop()]
                dirty = [value for value in pair if isinstance(value, tuple)]
                if "clean" in pair:
                    see(pair[0]), see(pair[1])
                    stack.append("clean")
                else:
                    stack.append((dirty[0][0], i) if dirty else "neutral")
            elif code in (0x8B, 0x99):
                value = pop()
                stack.append((value[0], i) if isinstance(value, tuple) else value)
            elif code in COMPARES_FLOATS | TO_INTEGER | CONVERT or code == DROP:
                take(op.takes)
                stack.extend(["neutral"] * op.leaves)
            elif code in (0x43, 0x44):
                value = struct.unpack("<f" if code == 0x43 else "<d", op.imm)[0]
                stack.append("neutral" if value == value else "clean")
            elif code in (BLOCK, LOOP, IF):
                if code == IF:
                    pop()
                n = len(op.type[0])
                if code != BLOCK:
                    observe(n)
                    take(n)
                    stack.extend(["clean"] * n)
                height = len(stack) - n
                blocks.append((height, len(op.type[1]), stack[height:]))
            elif code in (ELSE, END):
                height, results, entry = blocks[-1]
                observe(results)
                del stack[height:]
                stack.extend(entry if code == ELSE else ["clean"] * results)
                if code == END:
                    blocks.pop()
            elif code in (BR, BR_TABLE, RETURN, UNREACHABLE):
                observe(op.takes)
                del stack[blocks[-1][0] :]
            else:
                observe(op.takes)
                take(op.takes)
                stack.extend(["clean"] * op.leaves)
        return found, flags

    def marking(self):
        """The operators that are stores and mark."""
        versions, assigned, stack, marked, lengths, marks = [0] * len(self.locals), {}, [], [], [0], set()
        value = lambda x: assigned.get(x) or (x, versions[x], 0)
        top = lambda n: stack[-1 - n] if n < len(stack) else None
        for i, op in enumerate(self.ops):
            code, pushed = op.code, None
            if op.dead:
                continue
            if code == GET:
                pushed = value(op.imm)
            elif code in (SET, TEE):
                assigned[op.imm] = top(0) if isinstance(top(0), tuple) else None
                versions[op.imm] += 1
                pushed = value(op.imm)
            elif code == 0x41:
                pushed = op.imm & 0xFFFFFFFF
            elif code == 0x6A:
                pair = sorted([top(0), top(1)], key=lambda known: isinstance(known, int))
                if isinstance(pair[0], tuple) and isinstance(pair[1], int) and pair[0][2] + pair[1] <= 512:
                    pushed = pair[0][:2] + (pair[0][2] + pair[1],)
            elif code in STORES:
                address, e = top(1), op.imm
                if isinstance(address, tuple):
                    e += address[2]
                    if not any(m[:2] == address[:2] and m[2] <= e <= m[2] + 504 for m in marked):
                        marks.add(i)
                        marked.append(address[:2] + (e,))
                else:
                    marks.add(i)
            elif code in (BLOCK, LOOP, IF):
                if code == LOOP:
                    versions = [version + 1 for version in versions]
                lengths.append(len(marked))
            elif code in (ELSE, END):
                del marked[lengths[-1] :]
                if code == END:
                    lengths.pop()
            if code in (BLOCK, LOOP, IF, ELSE, END, UNREACHABLE) + LABELS:
                stack, assigned = [], {}
            else:
                stack = stack[: max(len(stack) - op.takes, 0)] + [pushed] * op.leaves
        return marks

    def emit(self):
        fuel, depth, scratch = uleb(self.module.fuel), uleb(self.module.fuel + 1), []
        i32, i64 = lambda n: b"\x41" + sleb(n), lambda n: b"\x42" + sleb(n)
        get, put, tee = (lambda at, code=code: bytes([code]) + uleb(at) for code in (GET, SET, TEE))
        trap_below_zero = i64(0) + b"\x53\x04\x40\x00\x0b"
        check = b"\x23" + fuel + trap_below_zero
        pay = lambda cost: b"\x23" + fuel + cost + b"\x7d\x24" + fuel
        mark = i32(12) + b"\x76" + i32(1) + b"\x3a\x40\x01\x00"

        def s(ty, n):
            found = [at for at, other in enumerate(scratch) if other == ty]
            if n >= len(found):
                scratch.append(ty)
                found.append(len(scratch) - 1)
            return len(self.locals) + found[n]

        def before(i, op):
            code = op.code
            if code in (LOOP, IF) and op.type[0]:
                return b"\x02\x40\x0b"
            if code == SELECT and last in (0x45, 0x46, 0x47):
                return tee(s(I32, 0))
            if code in BULK_TABLE:
                n = s(I32, 0)
                return put(n) + pay(get(n) + b"\xad" + i64(1) + b"\x7e") + check + get(n)
            if code == 0x40:
                n, most = s(I32, 0), 1024 if self.module.pages_max is None else self.module.pages_max
                pages = get(n) + b"\xad" + i64(0) + get(n) + b"\xad" + i64(most) + b"\x58\x1b"
                return put(n) + pay(pages + i64(8192) + b"\x7e") + check + get(n)
            if code in BULK_MEMORY:
                n, o, a = s(I32, 0), s(I32, 1), s(I32, 2)
                out = put(n) + put(o) + put(a) + pay(get(n) + b"\xad" + i64(3) + b"\x88") + check
                if self.module.marks:
                    out += get(a) + mark + get(a) + get(n) + b"\x6a" + mark + get(n) + i32(4096) + b"\x4b\x04\x40"
                    out += get(a) + i32(12) + b"\x76" + i32(1) + get(n) + i32(12) + b"\x76" + i32(1) + b"\x6a\xfc\x0b\x01\x0b"
                return out + get(a) + get(o) + get(n)
            if i in marks:
                a, v = s(I32, 0), s(STORES[code], int(STORES[code] == I32))
                offset = op.imm - (1 << 32) if op.imm >= 1 << 31 else op.imm
                return put(v) + tee(a) + (i32(offset) + b"\x6a" if offset else b"") + mark + get(a) + get(v)
            return b""

        canonical, marks = self.canonical(), self.marking() if self.module.marks else set()
        price, nesting, last = min(self.price, DEPTH + 1), 0, None
        out = pay(i64(self.charge[0])) if self.charge[0] else b""
        if self.leaf and self.charge[0]:
            out += check
        if not self.leaf:
            out += b"\x23" + depth + i64(price) + b"\x7d\x24" + depth + b"\x23" + depth + b"\x23" + fuel + b"\x84" + trap_below_zero
            ty = self.results or b"\x40"
            if len(ty) > 1:
                if ty not in self.module.added:
                    self.module.added.append(ty)
                ty = sleb(len(self.module.types) + self.module.added.index(ty))
            out += b"\x02" + ty
        for i, op in enumerate(self.ops):
            if op.dead:
                if not self.ops[i - 1].dead and self.ops[i - 1].code == END:
                    out += b"\0"
                continue
            if i and self.charge[i]:
                out += pay(i64(self.charge[i]))
            if i and self.ops[i - 1].code == LOOP:
                out += check
            if i + 1 == len(self.ops) and not self.leaf:
                out += b"\x0b\x23" + depth + i64(price) + b"\x7c\x24" + depth
            nesting += (op.code in (BLOCK, LOOP, IF)) - (op.code == END)
            if op.code == RETURN and not self.leaf:
                out += b"\x0c" + uleb(nesting)
            else:
                out += before(i, op) + op.bytes
            last = op.code
            if i in canonical:
                v = s(canonical[i], 0)
                nan = b"\x43\0\0\xc0\x7f" if canonical[i] == F32 else b"\x44\0\0\0\0\0\0\xf8\x7f"
                out += tee(v) + nan + get(v) + get(v) + (b"\x60" if canonical[i] == F32 else b"\x66") + b"\x1b"
        return uleb(self.declared + len(scratch)) + self.declarations + b"".join(bytes([1, ty]) for ty in scratch) + out


def vectors():
    differing = 0
    files = sorted(pathlib.Path(__file__).parent.glob("*.txt"))
    for file in files:
        lines = dict(line.split(": ", 1) for line in file.read_text().splitlines())
        marks, fuel = lines["prepared"].split(", fuel ")
        prepared = Module(bytes.fromhex(lines["raw"])).prepare(marks == "with marks", int(fuel))
        if hashlib.sha256(prepared).hexdigest() != lines["prepared sha256"]:
            differing += 1
            print(f"{file.stem}: differs ({len(prepared)} bytes for {lines['prepared bytes']})")
    print(f"{len(files) - differing} of {len(files)} vectors are as recorded")
    return int(differing > 0)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        pathlib.Path(sys.argv[2]).write_bytes(Module(pathlib.Path(sys.argv[1]).read_bytes()).prepare())
    else:
        sys.exit(vectors())
