"""Addressed randomness: every draw is a pure function of (seed, stream, month, who).

Nothing is consumed in order, so an inserted draw moves no other draw. The mixer is the finaliser of
splitmix64 (Steele, Lea & Flood 2014, OOPSLA, "Fast splittable pseudorandom number generators"),
applied at each level of the address. One address gives 64 bits, read as four shocks or one uniform.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from sim._jit import jit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S33 = (np.uint64(n) for n in (27, 30, 31, 33))
_LOW_16 = np.uint64(0xFFFF)
_LANE = np.uint64(16)
_UNIT_31 = 2.0**-31
_SHOCK_STEP = 3.4641016151377544 / 65536.0
_SHOCK_HALF = 3.4641016151377544 / 2.0 * (1.0 - 1.0 / 65536.0)


@jit
def mix(z: np.uint64) -> np.uint64:
    """Finaliser of splitmix64: a bijection of 64 bits in which every bit depends on every bit."""
    z = np.uint64(z)
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@jit
def address(seed: int, stream: int, month: int) -> np.uint64:
    """Key shared by everybody for one decision (``stream``) in one month of one seed."""
    key = mix(np.uint64(seed) + _GOLDEN)
    key = mix(key + np.uint64(stream) * _GOLDEN)
    return mix(key + (np.uint64(np.int64(month) + np.int64(4096)) + np.uint64(1)) * _GOLDEN)


@jit
def bits(who: np.uint64, where: np.uint64) -> np.uint64:
    """64 random bits for one entity (``who``: its identity key) at one ``address``."""
    return mix((np.uint64(who) ^ np.uint64(where)) + _GOLDEN)


@jit
def uniform(b: np.uint64) -> float:
    """Uniform in [0, 1) from the high 31 bits."""
    return np.float64(np.int32(np.uint64(b) >> _S33)) * _UNIT_31


@jit
def shock(b: np.uint64, lane: np.uint64) -> float:
    """Bounded increment with mean 0 and variance 1 (1 - 2**-32), from lane 0 to 3 of the bits.

    Uniform on +-1.732: weak Euler-Maruyama needs only the first moments (Kloeden & Platen 1992, 14.1).
    """
    return np.float64(np.int32((b >> (lane * _LANE)) & _LOW_16)) * _SHOCK_STEP - _SHOCK_HALF


@cache
def key_of(text: str) -> np.uint64:
    """Identity key of a name (a strand id): stable over versions, machines and file order."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return _quiet_mix(np.array([value], dtype=np.uint64))[0]


def _quiet_mix(z: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """``mix`` over an array, in numpy (array arithmetic wraps silently)."""
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


def keys(kind: int, *parts: npt.ArrayLike) -> npt.NDArray[np.uint64]:
    """Identity keys from integer parts, such as (home, tenancy) or (home, tenancy, birth order)."""
    with np.errstate(over="ignore"):
        key = _quiet_mix(np.array([kind], dtype=np.uint64) + _GOLDEN)
        for part in parts:
            key = _quiet_mix(key + (np.asarray(part, dtype=np.uint64) + np.uint64(1)) * _GOLDEN)
        return key


@jit
def _uniforms(where: np.uint64, who: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    drawn = np.empty(who.size)
    for at in range(who.size):
        drawn[at] = uniform(bits(who[at], where))
    return drawn


def uniforms(seed: int, stream: int, month: int, who: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    """``uniform(bits(who, address(seed, stream, month)))`` of each identity key, in [0, 1)."""
    with np.errstate(over="ignore"):
        drawn: npt.NDArray[np.float64] = _uniforms(np.uint64(address(np.uint64(seed), stream, month)), who)
    return drawn
