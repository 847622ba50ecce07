"""Strands: who is found, who accepts, who stays; how effects accrue, overlap and fade."""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import clip, exp, logistic
from sim.parameters import DeliveryParameters

_LN_2 = 0.6931471805599453


@jit
def identify_probability(
    in_need: float, outreach: float, met: float, referral: float, sight: float, p: DeliveryParameters
) -> float:
    """Chance of being known to be eligible at one enrolment round: base, more with need, outreach and referral.

    ``in_need``, ``outreach``: 0..1; ``met``: 1 if some partner met the family of late; ``referral``: what being met
    adds against the usual; ``sight``: how clearly need is seen, 1 = as usual.
    """
    seen = p.identify_base + p.identify_need * in_need * sight + p.identify_outreach * outreach
    return clip(seen + referral * met, 0.0, 1.0)


@jit
def accept_inclination(trust: float, ses: float, distress: float, distance_km: float, p: DeliveryParameters) -> float:
    """What moves acceptance away from the strand's own uptake, logits; 0 for the library's average family."""
    return (
        p.accept_trust * (trust - p.accept_trust_usual)
        + p.accept_ses * ses
        - p.accept_distress * distress
        - p.accept_distance * (distance_km - p.accept_distance_usual)
    )


@jit
def accept_probability(intercept: float, inclination: float, outreach: float, p: DeliveryParameters) -> float:
    """Chance that an offer is accepted: logistic. ``intercept`` is centred so that the mean is the library's uptake."""
    return logistic(intercept + inclination + p.accept_outreach * outreach)


@jit
def family_risk(distress: float, hardship: float, p: DeliveryParameters) -> float:
    """Risk score of a family, about SD: distress (SD) and hardship (0..1); works on arrays too."""
    return (distress + p.risk_hardship * (hardship - p.risk_hardship_usual)) / p.risk_scale


@jit
def several_risks(family: float, wellbeing: float, attainment: float, p: DeliveryParameters) -> float:
    """Risk score of a child, about SD: family risk, low wellbeing and low attainment together."""
    return (family - wellbeing - attainment) / p.several_risks_scale


@jit
def neet_risk(attainment: float, agency: float, p: DeliveryParameters) -> float:
    """Risk of leaving education early, about SD: low attainment and low agency (0..1)."""
    return (-attainment - p.neet_risk_agency * (agency - 0.5)) / p.neet_risk_scale


@jit
def order_score(
    targeting: int, ses: float, trust: float, need: float, waits: float, u: float, p: DeliveryParameters
) -> float:
    """Place in the queue, higher first: 0 first come (organised families first), 1 by need, 2 both, 3 lottery.

    ``waits``: 1 for who waits already. By need, waiting counts as some more need: the worst off still come first.
    """
    organised = p.order_ses * ses + p.order_trust * trust
    first = u + organised + p.order_waiting * waits
    both = u + (organised + need) / 2.0 + p.order_waiting * waits
    by_need = need + p.order_luck * u + p.order_waiting_need * waits
    lottery = u + p.order_waiting * waits
    return first if targeting == 0 else (by_need if targeting == 1 else (both if targeting == 2 else lottery))


@jit
def drop_out_probability(course_months: float, distress: float, p: DeliveryParameters) -> float:
    """Chance of leaving in a month: ``drop_out_share`` spread evenly over the course; distress (SD) raises it."""
    hazard = p.drop_out_share / max(course_months, 1.0) * exp(p.drop_out_distress * distress)
    return clip(hazard, 0.0, 1.0)


@jit
def overlap_factor(total: float, largest: float, discount: float) -> float:
    """Share of the summed monthly increments that counts when several strands move one outcome.

    The largest counts in full, the rest at ``1 - discount`` (diminishing returns, mechanism 2); 1 for a single
    strand, whatever its sign.
    """
    rest = total - largest
    counted = largest + (1.0 - discount) * rest
    return counted / total if total > 0.0 and rest > 0.0 else 1.0


@jit
def kept_each_month(half_life_months: float) -> float:
    """Share of an effect pool left after one month, from its half-life."""
    return exp(-_LN_2 / half_life_months)


@jit
def course_increment(effect: float, kept: float, months: int) -> float:
    """Monthly addition to a pool so that a full course of ``months`` leaves ``effect`` in it.

    ``E (1 - k) / (1 - k^n)``; ``E / n`` for a pool that does not fade (k = 1).

    >>> course_increment(0.3, 1.0, 3)
    0.09999999999999999
    """
    held = 0.0
    for _ in range(months):
        held = held * kept + 1.0
    return effect / held
