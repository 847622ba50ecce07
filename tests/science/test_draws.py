"""Addressed draws: known answers, one answer from every form, and a statistical battery beside Philox."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from sim import draws
from tests.science.plain import plain

MASK = (1 << 64) - 1
GOLDEN, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
N = 100_000
#: With some hundred tests of fixed draws, a p value below this has no excuse.
WORST_P = 1e-4


def by_hand_mix(z: int) -> int:
    z &= MASK
    z = ((z ^ (z >> 30)) * MIX_1) & MASK
    z = ((z ^ (z >> 27)) * MIX_2) & MASK
    return z ^ (z >> 31)


def by_hand_bits(seed: int, stream: int, month: int, who: int) -> int:
    key = by_hand_mix(seed + GOLDEN)
    key = by_hand_mix(key + stream * GOLDEN)
    where = by_hand_mix(key + (month + 4096 + 1) * GOLDEN)
    return by_hand_mix((who ^ where) + GOLDEN)


@pytest.mark.parametrize(
    ("seed", "published"),
    [
        (0, (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F)),
        (1234567, (6457827717110365317, 3203168211198807973, 9817491932198370423)),
    ],
)
def test_the_mixer_gives_the_published_numbers_of_splitmix64(seed: int, published: tuple[int, ...]) -> None:
    for step, number in enumerate(published, start=1):
        state = (seed + step * GOLDEN) & MASK
        assert by_hand_mix(state) == number
        assert int(draws.mix(np.uint64(state))) == number


@pytest.mark.parametrize("address", [(1, 1, 0, 5), (7, 22, -240, 2**63 + 11), (2**40, 3, 239, MASK), (0, 1, -1, 0)])
def test_scalar_array_compiled_and_plain_give_the_same_bits(address: tuple[int, int, int, int]) -> None:
    seed, stream, month, who = address
    expected = by_hand_bits(seed, stream, month, who)
    where = draws.address(seed, stream, month)
    assert int(draws.bits(np.uint64(who), np.uint64(where))) == expected
    with np.errstate(over="ignore"):
        slow = plain(draws.bits)(np.uint64(who), plain(draws.address)(seed, stream, month))
    assert int(slow) == expected
    u = (expected >> 33) / 2**31
    assert draws.uniform(np.uint64(expected)) == u
    assert draws.uniforms(seed, stream, month, np.array([who], dtype=np.uint64))[0] == u
    for lane in range(4):
        steps = (expected >> (16 * lane)) & 0xFFFF
        by_hand = (steps - 32767.5) * np.sqrt(12.0) / 65536
        assert draws.shock(np.uint64(expected), np.uint64(lane)) == pytest.approx(by_hand, abs=1e-12)


def test_uniforms_stay_in_the_unit_interval_at_its_ends() -> None:
    assert draws.uniform(np.uint64(0)) == 0.0
    assert draws.uniform(np.uint64(MASK)) == 1 - 2**-31


def test_a_shock_has_mean_nought_and_variance_one_over_all_its_values() -> None:
    values = [draws.shock(np.uint64(n), np.uint64(0)) for n in range(65536)]
    assert np.mean(values) == pytest.approx(0.0, abs=1e-12)
    assert np.var(values) == pytest.approx(1 - 2.0**-32, abs=1e-12)


def test_a_name_has_the_key_of_fnv_1a_mixed() -> None:
    value = 0xCBF29CE484222325
    for byte in b"tuition":
        value = ((value ^ byte) * 0x100000001B3) & MASK
    assert int(draws.key_of("tuition")) == by_hand_mix(value)
    assert draws.key_of("tuition") != draws.key_of("tuitiom")


def test_keys_of_a_million_entities_do_not_collide() -> None:
    first = draws.keys(1, np.arange(500_000), 0)
    second = draws.keys(3, np.repeat(np.arange(100_000), 5), np.tile(np.arange(5), 100_000))
    both = np.concatenate([first, second])
    assert len(both) == 1_000_000
    assert len(np.unique(both)) == len(both)
    part = by_hand_mix(by_hand_mix(1 + GOLDEN) + 8 * GOLDEN)
    assert int(first[7]) == by_hand_mix(part + GOLDEN)


def test_every_part_of_the_address_changes_the_draw() -> None:
    base = (1, 2, 3, 4)
    draw = by_hand_bits(*base)
    for part in range(4):
        other = list(base)
        other[part] += 1
        seed, stream, month, who = other
        assert int(draws.bits(np.uint64(who), np.uint64(draws.address(seed, stream, month)))) != draw


# --- the battery ------------------------------------------------------------------------------------------


def _people() -> npt.NDArray[np.float64]:
    return draws.uniforms(1, 6, 10, draws.keys(3, np.arange(N), 0))


def _months() -> npt.NDArray[np.float64]:
    who = draws.keys(3, np.arange(N // 500), 0)
    return np.stack([draws.uniforms(1, 6, m, who) for m in range(500)]).T.ravel()


def _seeds() -> npt.NDArray[np.float64]:
    who = draws.keys(3, np.arange(10), 0)
    return np.concatenate([draws.uniforms(seed, 6, 10, who) for seed in range(N // 10)])


def _streams() -> npt.NDArray[np.float64]:
    who = draws.keys(3, np.arange(N // 50), 0)
    return np.stack([draws.uniforms(1, stream, 10, who) for stream in range(1, 51)]).T.ravel()


def _philox() -> npt.NDArray[np.float64]:
    return np.random.Generator(np.random.Philox(1)).random(N)


SOURCES: dict[str, Callable[[], npt.NDArray[np.float64]]] = {
    "people": _people,
    "months": _months,
    "seeds": _seeds,
    "streams": _streams,
    "philox": _philox,
}


def _runs_p(u: npt.NDArray[np.float64]) -> float:
    """Wald-Wolfowitz runs above and below a half."""
    above = u >= 0.5
    n1, n2 = above.sum(), (~above).sum()
    runs = 1 + np.count_nonzero(above[1:] != above[:-1])
    mean = 2 * n1 * n2 / (n1 + n2) + 1
    variance = (mean - 1) * (mean - 2) / (n1 + n2 - 1)
    return float(2 * stats.norm.sf(abs(runs - mean) / np.sqrt(variance)))


def _bits_p(u: npt.NDArray[np.float64]) -> float:
    """Smallest p of 31 tests that a bit is set half of the time, times 31."""
    whole = (u * 2**31).astype(np.int64)
    set_ = np.array([((whole >> k) & 1).sum() for k in range(31)])
    z = (set_ - len(u) / 2) / np.sqrt(len(u) / 4)
    return float(min(1.0, 31 * 2 * stats.norm.sf(np.abs(z).max())))


def _lag_p(u: npt.NDArray[np.float64]) -> float:
    """Smallest p of the correlations at lags 1 to 10, times 10."""
    centred = (u - 0.5) * np.sqrt(12.0)
    z = [float((centred[:-k] * centred[k:]).sum() / np.sqrt(len(u) - k)) for k in range(1, 11)]
    return float(min(1.0, 10 * 2 * stats.norm.sf(np.abs(z).max())))


def _pairs_p(u: npt.NDArray[np.float64]) -> float:
    """Chi-squared of successive pairs on a 16 x 16 board."""
    cells = (u[0::2] * 16).astype(int) * 16 + (u[1::2] * 16).astype(int)
    return float(stats.chisquare(np.bincount(cells, minlength=256)).pvalue)


@pytest.mark.parametrize("source", SOURCES)
def test_the_battery_finds_nothing_in_our_draws_nor_in_philox(source: str) -> None:
    u = SOURCES[source]()
    assert len(u) == N
    found = {
        "uniform": float(stats.kstest(u, "uniform").pvalue),
        "runs": _runs_p(u),
        "bits": _bits_p(u),
        "lags": _lag_p(u),
        "pairs": _pairs_p(u),
    }
    assert min(found.values()) > WORST_P, found


def test_the_battery_would_find_a_counter() -> None:
    u = np.arange(N) * 0.6180339887498949 % 1.0
    assert min(_runs_p(u), _lag_p(u), _pairs_p(u)) < WORST_P


def test_the_four_shocks_of_one_address_are_unrelated() -> None:
    where = np.uint64(draws.address(1, 6, 3))
    bits = [np.uint64(draws.bits(key, where)) for key in draws.keys(3, np.arange(20_000), 0)]
    shocks = np.array([[draws.shock(b, np.uint64(lane)) for b in bits] for lane in range(4)])
    z = np.abs(np.corrcoef(shocks)[np.triu_indices(4, 1)]) * np.sqrt(20_000)
    assert 6 * 2 * stats.norm.sf(z.max()) > WORST_P
