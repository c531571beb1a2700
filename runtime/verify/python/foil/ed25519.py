"""Ed25519 (RFC 8032), as strictly as the other verifier: `verify_strict` of ed25519-dalek.

A signature counts if s is below the group's order, the key is the one encoding of its point (y < p), the key
and R are points of the curve and not of small order, and R = s·B − H(R, key, message)·key, exactly, as points. libsodium decides almost all of them, and
where it may differ, plain arithmetic does:

- there are versions of it that forgive a difference of small order between the two sides: so what it accepts
  counts at once only where key and R are of the prime-order subgroup;
- it refuses an R whose encoding has y ≥ p, of which there are a few points that are not of small order: so what
  it refuses is final only where R is below p.
"""

from functools import lru_cache
from hashlib import sha512

from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import CryptoError

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)
MASK = 2**255 - 1


def point(data):
    """The point of an encoding, extended coordinates, or `None`; y is taken modulo p, as dalek does."""
    encoded = int.from_bytes(data, "little")
    y = (encoded & MASK) % P
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * ROOT_OF_MINUS_1 % P
        if (v * x * x - u) % P:
            return None
    if x & 1 != encoded >> 255:
        x = -x % P
    return (x, y, 1, x * y % P)


def add(p, q):
    """RFC 8032, section 5.1.4."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar, p):
    sum_ = NEUTRAL
    while scalar:
        if scalar & 1:
            sum_ = add(sum_, p)
        p, scalar = add(p, p), scalar >> 1
    return sum_


def same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def small(p):
    return same(times(8, p), NEUTRAL)


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


@lru_cache(maxsize=4096)
def is_sound(key):
    """Whether the bytes are the one encoding of a point of the curve that is not of small order."""
    found = point(key)
    return below_p(key) and found is not None and not small(found)


@lru_cache(maxsize=4096)
def in_subgroup(data):
    return crypto_core_ed25519_is_valid_point(data)


def below_p(data):
    return int.from_bytes(data, "little") & MASK < P


def verifies(key, message, signature):
    """Whether `signature` is that of `key` over `message`."""
    r = signature[:32]
    if not below_p(key):
        return False
    try:
        crypto_sign_open(signature + message, key)
    except CryptoError:
        return not below_p(r) and verifies_exactly(key, message, signature)
    if in_subgroup(key) and crypto_core_ed25519_is_valid_point(r):
        return True
    return verifies_exactly(key, message, signature)


def verifies_exactly(key, message, signature):
    """The rule above, in plain arithmetic."""
    r, s = point(signature[:32]), int.from_bytes(signature[32:], "little")
    a = point(key)
    if s >= L or r is None or a is None or small(r) or small(a):
        return False
    k = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % L
    return same(times(s, BASE), add(r, times(k, a)))
