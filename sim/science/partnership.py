"""The partnership: meetings and fatigue, what partners do, conditions of maturity, coordination.

Rates are per year, ``MONTH`` of a year a step. Everything a partner or a condition has is 0..1. Judged from what
planners of zones struggled with (Crew 2020, p. 27; Kerr, Dyson & Raffo 2014; Communities That Care coalitions).
"""

from __future__ import annotations

from sim._jit import jit
from sim.numerics import clip, exp, log
from sim.parameters import PartnershipParameters
from sim.science.children import MONTH

# --- what a partner does ---------------------------------------------------------------------------------------


@jit
def chance(rate: float) -> float:
    """Chance of an event within a month at a yearly rate: 1 - exp(-rate dt)."""
    return 1.0 - exp(-rate * MONTH)


@jit
def meeting_load(load: float, present: float, backbone_share: float, p: PartnershipParameters) -> float:
    """Time a month's meetings ask of a partner, 1 = a board of the usual size without a backbone team.

    More partners mean more talk; a backbone team prepares and so takes load off.
    """
    crowd = 1.0 + p.load_partners * (present / p.partners_full - 1.0)
    return load * crowd * (1.0 - p.load_relief * backbone_share)


@jit
def attend_chance(commitment: float, capacity: float, load: float, fatigue: float) -> float:
    """Chance to come to a meeting: commitment, as far as the time asked can be spared, less tiredness."""
    spared = min(1.0, capacity / load) if load > 0.0 else 1.0
    return commitment * spared * (1.0 - fatigue)


@jit
def fatigue_step(fatigue: float, load: float, met: float, p: PartnershipParameters) -> float:
    """Tiredness next month: up with the load of a meeting it came to (``met`` 0/1), down with rest."""
    change = p.fatigue_gain * load * met * (1.0 - fatigue) - p.fatigue_rest * fatigue
    return clip(fatigue + MONTH * change, 0.0, 1.0)


@jit
def start_trust(history: float, p: PartnershipParameters) -> float:
    """Trust in the other partners before the partnership: more where they have worked together (``history`` 0..1)."""
    return clip(p.trust_start + p.trust_history * history, 0.0, 1.0)


@jit
def trust_step(trust: float, start: float, met: float, others_met: float, p: PartnershipParameters) -> float:
    """Trust in the others next month: up with meetings shared, slowly back to its start.

    ``met`` 0/1; ``others_met``: share of the other partners who came.
    """
    gain = p.trust_gain * met * others_met * (1.0 - trust)
    return clip(trust + MONTH * (gain + p.trust_drift * (start - trust)), 0.0, 1.0)


@jit
def harm(size: float, weight: float) -> float:
    """Share of trust that what one partner did costs each of the others: its size times the partner's weight."""
    return min(1.0, size * weight)


@jit
def less(level: float, share: float) -> float:
    """``level`` less a share of it."""
    return level * (1.0 - share)


@jit
def commitment_step(commitment: float, own: float, p: PartnershipParameters) -> float:
    """Commitment next month: it drifts back to the partner's own level."""
    return clip(commitment + MONTH * p.commitment_rate * (own - commitment), 0.0, 1.0)


@jit
def after_leader(level: float, cover: float, p: PartnershipParameters) -> float:
    """Trust or commitment of a partner after its leader left; ``cover``: share of the loss that is stood in for."""
    return level * (1.0 - p.leader_loss * (1.0 - cover))


@jit
def covered(form_cover: float, succession: float, p: PartnershipParameters) -> float:
    """Cover against the loss of a leader: by the form of governance, and by somebody who stands in (0/1)."""
    return 1.0 - (1.0 - form_cover) * (1.0 - p.succession_cover * succession)


@jit
def leave_rate(fatigue: float, commitment: float, trust: float, p: PartnershipParameters) -> float:
    """Yearly rate at which a partner leaves: proportional hazards in fatigue, commitment and trust."""
    return p.leave_rate * exp(p.leave_fatigue * fatigue - p.leave_commitment * commitment - p.leave_trust * trust)


@jit
def sign_rate(trust: float, governance: float, p: PartnershipParameters) -> float:
    """Yearly rate at which a partner signs the data agreement: with trust, and governance that can hold it."""
    return p.sign_rate * trust * governance


@jit
def cut_rate(aligned: float, p: PartnershipParameters) -> float:
    """Yearly rate at which a partner cuts back what it pays: higher the less its aims are those of the zone."""
    return p.cut_rate * (1.0 + p.cut_aims * (1.0 - aligned))


@jit
def partner_weight(lead: float, present: float, p: PartnershipParameters) -> float:
    """Share of the partnership that stands or falls with one partner; the lead (0/1) counts for more."""
    return min(1.0, (1.0 + lead * (p.lead_weight - 1.0)) / present)


# --- conditions of maturity ------------------------------------------------------------------------------------


@jit
def start_level(history: float, start: float) -> float:
    """Level of a condition before the partnership, and the floor to which it decays: history x its start."""
    return history * start


@jit
def meeting_input(came: float, present: float, p: PartnershipParameters) -> float:
    """What a month's meeting is worth: partners who came, against those present or a full table, whichever is more."""
    return came / max(present, p.partners_full)


@jit
def vision_input(meeting: float, lead_commitment: float, aligned: float) -> float:
    """Work on a shared vision: meetings, the lead's commitment, how far the partners' aims are the same."""
    return meeting * lead_commitment * aligned


@jit
def voice_input(effort: float, openness: float, carried: float, p: PartnershipParameters) -> float:
    """Work on residents' voice: effort, the form's openness, and who carries it.

    ``carried``: the backbone's posts, or 1 with a community partner.
    """
    return effort * openness * (p.voice_alone + (1.0 - p.voice_alone) * carried)


@jit
def learning_input(effort: float, analysis: float, p: PartnershipParameters) -> float:
    """Work on learning: effort, more where the drivers of the place are known (``analysis`` 0..1)."""
    return effort * (p.learning_alone + (1.0 - p.learning_alone) * analysis)


@jit
def decay_rate(backbone_gone: float, fatigue: float, p: PartnershipParameters) -> float:
    """Yearly rate at which a condition decays: faster where the partners are tired.

    ``backbone_gone``: share of a full backbone team that is missing, for the condition of the backbone; else 0.
    """
    return (p.maturity_decay + p.backbone_decay * backbone_gone) * (1.0 + p.fatigue_decay * fatigue)


@jit
def drive(growth: float, work: float, under: float) -> float:
    """Yearly rate at which a condition grows: what is put in, as far as the weakest condition under it carries."""
    return growth * work * under


@jit
def condition_step(level: float, drive: float, decay: float, floor: float, p: PartnershipParameters) -> float:
    """Level of a condition next month: dm/dt = pace (drive (1 - m) - decay (m - floor)), solved over the month.

    ``drive``: growth x input x foundation, a year. The exact step of the linear equation holds m within [0, 1] at any
    rate; for small rates it is Euler's.
    """
    total = drive + decay
    if total <= 0.0:
        return level
    target = (drive + decay * floor) / total
    return target + (level - target) * exp(-p.maturity_pace * total * MONTH)


@jit
def shaken(level: float, weight: float, cover: float, p: PartnershipParameters) -> float:
    """Vision or relationships after a partner of this ``weight`` lost its leader or left."""
    return level * (1.0 - p.zone_loss * weight * (1.0 - cover))


@jit
def handed_over(level: float, governance: float, p: PartnershipParameters) -> float:
    """Backbone or relationships after the team passed to another body: less is lost with mature governance."""
    return level * (1.0 - p.handover_loss * (1.0 - governance))


# --- coordination ----------------------------------------------------------------------------------------------


@jit
def log_part(level: float, weight: float, p: PartnershipParameters) -> float:
    """Weighted logarithm of a condition, held at the floor so that nothing is lost for good by one missing."""
    return weight * log(max(level, p.condition_floor))


@jit
def coordination(
    vision: float, relationships: float, governance: float, backbone: float, voice: float, data: float, learning: float,
    p: PartnershipParameters,
) -> float:  # fmt: skip
    """Coordination C, 0..1: weighted geometric mean of the seven conditions, so that the weakest counts most."""
    total = log_part(vision, p.weight_vision, p) + log_part(relationships, p.weight_relationships, p)
    total += log_part(governance, p.weight_governance, p) + log_part(backbone, p.weight_backbone, p)
    total += log_part(voice, p.weight_voice, p) + log_part(data, p.weight_data, p)
    total += log_part(learning, p.weight_learning, p)
    weights = p.weight_vision + p.weight_relationships + p.weight_governance + p.weight_backbone
    weights += p.weight_voice + p.weight_data + p.weight_learning
    return exp(total / weights)


@jit
def coordination_at_start(history: float, p: PartnershipParameters) -> float:
    """Coordination of a place with this history and no partnership."""
    return coordination(
        start_level(history, p.start_vision), start_level(history, p.start_relationships),
        start_level(history, p.start_governance), start_level(history, p.start_backbone),
        start_level(history, p.start_voice), start_level(history, p.start_data),
        start_level(history, p.start_learning), p,
    )  # fmt: skip


@jit
def usual_coordination(p: PartnershipParameters) -> float:
    """Coordination of a place with the usual history and no partnership."""
    return coordination_at_start(p.history_usual, p)
