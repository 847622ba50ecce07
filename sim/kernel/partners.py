"""One month of the partnership: who joins, meets, tires, signs, pays, leaves; then the conditions of the zone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim._jit import jit
from sim.draws import address, bits, uniform
from sim.schema import NEVER, PARTNER_KINDS, PW, ZW, P, Stream, Z
from sim.science import partnership as science

#: What can happen to a partner in a month, as bits of its entry in ``events``.
JOINED, RETURNED, LEADER_LEFT, LEFT, SIGNED, CUT_BACK, RESTORED = (np.int64(1 << n) for n in range(7))
#: Number of each decision, mixed into the partner's key; append only.
_LEADER, _LEAVE, _SIGN, _CUT, _RESTORE, _RETURN = (np.uint64(n) for n in range(1, 7))
_COMMUNITY = PARTNER_KINDS.index("community")
_VISION, _RELATIONSHIPS, _GOVERNANCE, _BACKBONE, _VOICE, _DATA, _LEARNING = range(7)


class Terms(NamedTuple):
    """How the partnership works together, as numbers: the form's traits, efforts, the place's history.

    ``cover``: share of the loss of a leader that is stood in for. ``data_sharing``, ``handover``: 0/1.
    ``backbone_share``: filled posts of the backbone team by those of a full one.
    """

    pace: float
    load: float
    cover: float
    openness: float
    voice: float
    learning: float
    data_sharing: float
    handover: float
    history: float
    backbone_share: float


@jit
def start_zone(history, real, p):
    """Conditions and coordination of a place with this history and no partnership."""
    starts = (
        p.start_vision, p.start_relationships, p.start_governance, p.start_backbone, p.start_voice, p.start_data,
        p.start_learning,
    )  # fmt: skip
    for k in range(7):
        real[k, 0] = science.start_level(history, starts[k])
    real[Z.coordination, 0] = science.coordination_at_start(history, p)


@jit
def leave(i, month, weight, real, whole, zone, cover, p):
    """Partner ``i`` leaves: the vision and relationships of the zone go down by its weight; it may come back."""
    for k in (_VISION, _RELATIONSHIPS):
        zone[k, 0] = science.shaken(zone[k, 0], weight, cover, p)
    whole[PW.present, i], whole[PW.met, i], whole[PW.shares_data, i] = 0, 0, 0
    whole[PW.left, i] = month
    real[P.pays, i] = min(real[P.pays, i], p.left_pays)


@jit
def count_present(whole):
    """Partners in the partnership."""
    total = 0
    for i in range(whole.shape[1]):
        total += whole[PW.present, i]
    return total


@jit
def weigh(real, whole, weights, p):
    """Weight of each partner present in the partnership, 0 for the others."""
    present = float(count_present(whole))
    for i in range(real.shape[1]):
        here = whole[PW.present, i] == 1
        weights[i] = science.partner_weight(float(whole[PW.lead, i]), present, p) if here else 0.0


@jit
def lose_trust(real, whole, harms):
    """Trust of each partner present falls by what the others did (``harms``: a share of trust each)."""
    for i in range(real.shape[1]):
        if whole[PW.present, i] == 1:
            for j in range(real.shape[1]):
                if j != i:
                    real[P.trust, i] = science.less(real[P.trust, i], harms[j])


@jit
def _join(month, where, real, whole, keys, events, p):
    for i in range(real.shape[1]):
        if whole[PW.present, i] == 1 or month < whole[PW.joins_month, i]:
            continue
        new = whole[PW.joined, i] == NEVER
        if new or uniform(bits(keys[i] ^ _RETURN, where)) < science.chance(p.return_rate):
            whole[PW.present, i], whole[PW.joined, i], whole[PW.left, i] = 1, month, NEVER
            whole[PW.leader_since, i] = month
            events[i] |= JOINED if new else RETURNED


@jit
def _meet(month, seed, load, real, whole, keys):
    where = address(seed, Stream.partner_meeting, month)
    came = 0
    for i in range(real.shape[1]):
        whole[PW.met, i] = 0
        if whole[PW.present, i] == 1:
            chance = science.attend_chance(real[P.commitment, i], real[P.capacity, i], load, real[P.fatigue, i])
            whole[PW.met, i] = 1 if uniform(bits(keys[i], where)) < chance else 0
            came += whole[PW.met, i]
    return came


@jit
def _leader_rate(kind, p):
    rates = (
        p.leader_rate_school_trust, p.leader_rate_council, p.leader_rate_nhs, p.leader_rate_housing,
        p.leader_rate_charity, p.leader_rate_community, p.leader_rate_police,
    )  # fmt: skip
    return rates[kind]


@jit
def _decide(where, real, whole, keys, terms, governance, events, p):
    """What happens to each partner present this month, drawn from how it stood when the month began."""
    for i in range(real.shape[1]):
        if whole[PW.present, i] == 0:
            continue
        trust = real[P.trust, i]
        if uniform(bits(keys[i] ^ _LEADER, where)) < science.chance(_leader_rate(whole[PW.kind, i], p)):
            events[i] |= LEADER_LEFT
        leaving = science.leave_rate(real[P.fatigue, i], real[P.commitment, i], trust, p)
        if uniform(bits(keys[i] ^ _LEAVE, where)) < science.chance(leaving):
            events[i] |= LEFT
            continue
        signing = terms.data_sharing * science.sign_rate(trust, governance, p)
        if whole[PW.shares_data, i] == 0 and uniform(bits(keys[i] ^ _SIGN, where)) < science.chance(signing):
            events[i] |= SIGNED
        if real[P.pays, i] < 1.0:
            if uniform(bits(keys[i] ^ _RESTORE, where)) < science.chance(p.restore_rate):
                events[i] |= RESTORED
        elif uniform(bits(keys[i] ^ _CUT, where)) < science.chance(science.cut_rate(real[P.aligned, i], p)):
            events[i] |= CUT_BACK


@jit
def _harms(events, weights, harms, p):
    """Share of trust in the others that each partner's events of this month cost the rest."""
    for j in range(events.size):
        size = p.trust_leader if events[j] & LEADER_LEFT else 0.0
        size += p.trust_left if events[j] & LEFT else 0.0
        size += p.trust_cut if events[j] & CUT_BACK else 0.0
        harms[j] = science.harm(size, weights[j])


@jit
def _live_on(load, came, real, whole, start_trust, terms, events, p):
    """Tiredness, trust, commitment, payments and signatures of each partner after the month's meeting and events."""
    present = count_present(whole)
    for i in range(real.shape[1]):
        if whole[PW.present, i] == 0:
            continue
        met = float(whole[PW.met, i])
        others = (came - met) / (present - 1.0) if present > 1 else 0.0
        real[P.fatigue, i] = science.fatigue_step(real[P.fatigue, i], load, met, p)
        real[P.trust, i] = science.trust_step(real[P.trust, i], start_trust, met, others, p)
        real[P.commitment, i] = science.commitment_step(real[P.commitment, i], real[P.commitment_own, i], p)
        if events[i] & LEADER_LEFT:
            real[P.trust, i] = science.after_leader(real[P.trust, i], terms.cover, p)
            real[P.commitment, i] = science.after_leader(real[P.commitment, i], terms.cover, p)
        if events[i] & CUT_BACK:
            real[P.pays, i] = science.less(real[P.pays, i], p.cut_size)
        if events[i] & RESTORED:
            real[P.pays, i] = 1.0
        if events[i] & SIGNED:
            whole[PW.shares_data, i] = 1


@jit
def _shake(month, real, whole, zone, weights, terms, events, p):
    """Vision and relationships fall where leaders left; partners that leave go."""
    for i in range(real.shape[1]):
        if events[i] & LEADER_LEFT:
            whole[PW.leader_since, i] = month
            for k in (_VISION, _RELATIONSHIPS):
                zone[k, 0] = science.shaken(zone[k, 0], weights[i], terms.cover, p)
    for i in range(real.shape[1]):
        if events[i] & LEFT:
            leave(i, month, weights[i], real, whole, zone, terms.cover, p)


@jit
def _summarise(real, whole, zone, zone_whole):
    """Counts and means of the partners present into the row of the zone; returns their mean alignment."""
    n = count_present(whole)
    came, sharing, fatigue, aligned = 0.0, 0.0, 0.0, 0.0
    for i in range(real.shape[1]):
        if whole[PW.present, i] == 1:
            came += whole[PW.met, i]
            sharing += whole[PW.shares_data, i]
            fatigue += real[P.fatigue, i]
            aligned += real[P.aligned, i]
    many = max(float(n), 1.0)
    zone_whole[ZW.partners_present, 0] = n
    zone[Z.met_share, 0], zone[Z.data_share, 0], zone[Z.fatigue, 0] = came / many, sharing / many, fatigue / many
    return aligned / many


@jit
def _lead_commitment(real, whole, terms):
    """Commitment of the lead; without one, the mean of those present as far as the form covers for a leader."""
    total, n = 0.0, 0
    for i in range(real.shape[1]):
        if whole[PW.present, i] == 1:
            if whole[PW.lead, i] == 1:
                return real[P.commitment, i]
            total += real[P.commitment, i]
            n += 1
    return terms.cover * total / n if n > 0 else 0.0


@jit
def _community_present(whole):
    for i in range(whole.shape[1]):
        if whole[PW.present, i] == 1 and whole[PW.kind, i] == _COMMUNITY:
            return 1.0
    return 0.0


@jit
def _mature(real, whole, zone, zone_whole, aligned, terms, p):
    """Every condition grows by its input and the conditions under it, all read from before, and decays."""
    before = zone[:7, 0].copy()
    present = float(zone_whole[ZW.partners_present, 0])
    meeting = science.meeting_input(zone[Z.met_share, 0] * present, present, p)
    carried = max(terms.backbone_share, _community_present(whole))
    fatigue, ties = zone[Z.fatigue, 0], before[_RELATIONSHIPS]
    work = (
        science.vision_input(meeting, _lead_commitment(real, whole, terms), aligned),
        meeting,
        terms.pace * meeting,
        terms.backbone_share,
        science.voice_input(terms.voice, terms.openness, carried, p),
        zone[Z.data_share, 0],
        science.learning_input(terms.learning, zone[Z.analysis, 0], p),
    )
    under = (
        ties, 1.0, min(before[_VISION], ties), 1.0, ties, min(ties, before[_GOVERNANCE]),
        min(before[_DATA], before[_BACKBONE]),
    )  # fmt: skip
    growth = (
        p.growth_vision, p.growth_relationships, p.growth_governance, p.growth_backbone, p.growth_voice, p.growth_data,
        p.growth_learning,
    )  # fmt: skip
    floors = np.empty((zone.shape[0], 1))
    start_zone(terms.history, floors, p)
    for k in range(7):
        gone = 1.0 - terms.backbone_share if k == _BACKBONE else 0.0
        decay = science.decay_rate(gone, fatigue, p)
        drive = science.drive(growth[k], work[k], under[k])
        zone[k, 0] = science.condition_step(before[k], drive, decay, floors[k, 0], p)
    zone[Z.coordination, 0] = science.coordination(
        zone[0, 0], zone[1, 0], zone[2, 0], zone[3, 0], zone[4, 0], zone[5, 0], zone[6, 0], p
    )


@jit
def advance_partners(month, seed, real, whole, keys, zone, zone_whole, terms, events, p):
    """One month of the partnership; ``events`` (one entry a partner) takes what happened, as bits.

    ``zone``, ``zone_whole``: columns of the one row of the zone table.
    """
    events[:] = 0
    where = address(seed, Stream.partner_event, month)
    _join(month, where, real, whole, keys, events, p)
    present = float(count_present(whole))
    load = science.meeting_load(terms.load, present, terms.backbone_share, p)
    came = _meet(month, seed, load, real, whole, keys)
    _decide(where, real, whole, keys, terms, zone[_GOVERNANCE, 0], events, p)
    weights, harms = np.zeros(real.shape[1]), np.zeros(real.shape[1])
    weigh(real, whole, weights, p)
    _harms(events, weights, harms, p)
    lose_trust(real, whole, harms)
    _live_on(load, came, real, whole, science.start_trust(terms.history, p), terms, events, p)
    zone[Z.backbone_share, 0] = terms.backbone_share
    aligned = _summarise(real, whole, zone, zone_whole)
    _shake(month, real, whole, zone, weights, terms, events, p)
    if terms.handover > 0.0:
        for k in (_BACKBONE, _RELATIONSHIPS):
            zone[k, 0] = science.handed_over(zone[k, 0], zone[_GOVERNANCE, 0], p)
    _mature(real, whole, zone, zone_whole, aligned, terms, p)
    zone_whole[ZW.partners_present, 0] = count_present(whole)
