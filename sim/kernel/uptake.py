"""Offers: who is eligible, found and accepts; who takes part, drops out, completes; what it adds.

An *offer* is a strand of the strategy or a service of today. People are rows of the children's or the
households' table, by the offer's unit. Each offer keeps a list of its members (waiting, taking part or
exposed), so that a month costs only those who are in something. Arrays are taken out of their tuples
before the loops: handing tuples of arrays to a function for every row costs more than the science.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim._jit import jit
from sim.draws import address, bits, uniform
from sim.schema import (
    COMPLETED,
    CW,
    DROPPED,
    EXPOSED,
    HW,
    NOT_IN,
    TAKING_PART,
    WAITING,
    C,
    H,
    Stream,
    V,
)
from sim.science import services as service_science
from sim.science import strands as science
from sim.science import trust as trust_science

CHILD, HOUSEHOLD, SCHOOL, AREA = range(4)
(NEED_NONE, NEED_LOW_ATTAINMENT, NEED_LOW_WELLBEING, NEED_POOR_HEALTH, NEED_ABSENCE, NEED_DISTRESS, NEED_HARDSHIP,
 NEED_OVERCROWDED, NEED_DAMP, NEED_SEVERAL_RISKS, NEED_NEET_RISK, NEED_WEAK_SCHOOL,
 NEED_YOUNG_PARENT) = range(13)  # fmt: skip
N_NEEDS = 13


class Offers(NamedTuple):
    """Compiled offers, in order of id: one array element (or row) per offer."""

    key: np.ndarray  # uint64 identity of the offer
    unit: np.ndarray  # CHILD, HOUSEHOLD, SCHOOL or AREA
    area: np.ndarray  # 1 if the effect acts on everybody eligible near by
    age_low: np.ndarray  # months, inclusive
    age_high: np.ndarray  # months, exclusive
    need: np.ndarray  # NEED_*
    need_line: np.ndarray  # need score from which a person is eligible
    intercept: np.ndarray  # logit of acceptance of the library's average family
    duration: np.ndarray  # months of a full course
    ongoing: np.ndarray  # 1 if take-part goes on after the course while eligible
    start: np.ndarray  # month
    stop: np.ndarray  # month, exclusive
    targeting: np.ndarray  # 0 first come, 1 by need, 2 proportionate, 3 lottery
    outreach: np.ndarray  # 0..1
    trusted_adult: np.ndarray  # 0/1
    contact: np.ndarray  # 1 if taking part counts as being reached
    ecology: np.ndarray  # uint8: bit of the ecology of a child it works in, 0 for a partnership
    n_moved: np.ndarray  # offers x 2: how many outcomes of children, of households the offer moves
    moved: np.ndarray  # offers x 2 x 5: which ones
    course: np.ndarray  # offers x 2 groups x 9 outcomes x 4 pools: monthly increment during the course
    keep: np.ndarray  # same shape: monthly increment after the course while take-part goes on


class People(NamedTuple):
    """The arrays the uptake loops work on, and what they note about people each month or term."""

    child_real: np.ndarray
    child_whole: np.ndarray
    child_pools: np.ndarray
    child_keys: np.ndarray
    home_real: np.ndarray
    home_whole: np.ndarray
    home_pools: np.ndarray
    home_keys: np.ndarray
    first: np.ndarray  # children of household h: rows[first[h]:first[h + 1]]
    rows: np.ndarray
    distance: np.ndarray  # km from each home to the middle of the place
    child_age: np.ndarray  # int32: months, -1 if not resident
    home_ages: np.ndarray  # uint32: bit y set if a resident child of y years lives there
    group: np.ndarray  # int8 by household: 0 disadvantaged, 1 other
    child_need: np.ndarray  # needs x children: need scores of the term
    home_need: np.ndarray  # needs x households
    inclination: np.ndarray  # by household: what moves acceptance this term, without outreach
    zone: np.ndarray  # int32 by household: row of the zone its home lies in


class Links(NamedTuple):
    """What coordination does this month, by zone; referral 0, sight 1 and synergy 0 are as usual."""

    referral: np.ndarray  # chance a round that a family somebody met is passed on
    sight: np.ndarray  # factor on the weight of need in finding people
    discount: np.ndarray  # share lost where strands for one outcome overlap
    synergy: np.ndarray  # strength of reinforcement between ecologies
    memory: float  # months a family counts as met


class Taking(NamedTuple):
    """State of taking part, and scratch for the dose: total and largest increment by outcome and person."""

    stage: np.ndarray  # int8, offers x people
    months: np.ndarray  # int16, offers x people
    members: np.ndarray  # int32, offers x people: rows that wait, take part or are exposed
    n_members: np.ndarray  # int64 by offer
    child_total: np.ndarray
    child_largest: np.ndarray
    home_total: np.ndarray
    home_largest: np.ndarray
    home_mark: np.ndarray  # int64: last (month, offer) that moved a household, so siblings do not count twice
    child_ecologies: np.ndarray  # uint8: ecologies of a child in which strands are at work this month
    home_ecologies: np.ndarray  # uint8


@jit
def look_around(month, fsm_memory, people):
    """Note who lives here this month, how old, and which households are disadvantaged."""
    whole, home_whole, ages = people.child_whole, people.home_whole, people.home_ages
    for h in range(ages.size):
        ages[h] = np.uint32(0)
        people.group[h] = 0 if month - home_whole[HW.fsm_last, h] <= fsm_memory else 1
    for i in range(whole.shape[1]):
        here = whole[CW.first_month, i] <= month < min(whole[CW.last_month, i], whole[CW.leaves_month, i])
        age = month - whole[CW.birth_month, i] if here else -1
        people.child_age[i] = age
        if here:
            h = whole[CW.household, i]
            ages[h] = ages[h] | (np.uint32(1) << np.uint32(age // 12))


@jit
def measure_needs(people, p):
    """Need scores of the term: SD for graded needs, shares for absence and hardship, 1 or -9 for flags."""
    real, whole, home_real, home_whole = people.child_real, people.child_whole, people.home_real, people.home_whole
    need, home_need = people.child_need, people.home_need
    for h in range(home_real.shape[1]):
        risk = science.family_risk(home_real[H.distress, h], home_real[H.hardship, h], p)
        for n in range(N_NEEDS):
            home_need[n, h] = risk
        home_need[NEED_DISTRESS, h] = home_real[H.distress, h]
        home_need[NEED_HARDSHIP, h] = home_real[H.hardship, h]
        home_need[NEED_OVERCROWDED, h] = 1.0 if home_whole[HW.overcrowded, h] == 1 else -9.0
        home_need[NEED_DAMP, h] = 1.0 if home_whole[HW.damp, h] == 1 else -9.0
        low = home_whole[HW.education, h] == 0
        home_need[NEED_YOUNG_PARENT, h] = uniform(people.home_keys[h]) if low else -9.0
        people.inclination[h] = science.accept_inclination(
            home_real[H.trust, h], home_real[H.ses, h], home_real[H.distress, h], people.distance[h], p
        )
    for i in range(real.shape[1]):
        h = whole[CW.household, i]
        for n in range(N_NEEDS):
            need[n, i] = home_need[n, h]
        attainment, wellbeing = real[C.attainment, i], real[C.wellbeing, i]
        need[NEED_LOW_ATTAINMENT, i] = -attainment
        need[NEED_LOW_WELLBEING, i] = -wellbeing
        need[NEED_POOR_HEALTH, i] = -real[C.health, i]
        months = real[C.attended_months, i]
        missed = real[C.absence_sum, i] / max(months, 1.0)
        need[NEED_ABSENCE, i] = missed if months > 2.0 else 1.0 - real[C.attendance, i]
        need[NEED_SEVERAL_RISKS, i] = science.several_risks(home_need[NEED_NONE, h], wellbeing, attainment, p)
        need[NEED_NEET_RISK, i] = science.neet_risk(attainment, real[C.agency, i], p)


@jit
def _age_bits(low, high):
    """Bits of the ages in years from ``low`` to below ``high`` months."""
    bits_set = np.uint32(0)
    for year in range(low // 12, min(high // 12, 32)):
        bits_set = bits_set | (np.uint32(1) << np.uint32(year))
    return bits_set


@jit
def _find_candidates(s, month, seed, selective, links, offers, people, taking, found, score, p):
    """Enrolment round of one offer: fills ``found`` with rows of candidates, ``score`` with their place in line.

    Returns (number of candidates, offered now). A waiting person stays a candidate; others must be found and accept.
    One acceptance draw for life: more trust can turn a no into a yes.
    """
    at_identify, at_order = address(seed, Stream.identify, month), address(seed, Stream.order, month)
    at_accept = address(seed, Stream.accept, 0)
    is_home = offers.unit[s] == HOUSEHOLD
    own_key = people.home_keys if is_home else people.child_keys
    need = (people.home_need if is_home else people.child_need)[offers.need[s]]
    home_of, child_age, home_ages = people.child_whole[CW.household], people.child_age, people.home_ages
    ses, trust, inclination = people.home_real[H.ses], people.home_real[H.trust], people.inclination
    last_reached, zone = people.home_whole[HW.last_reached], people.zone
    stages, line, any_need = taking.stage[s], offers.need_line[s], offers.need[s] == NEED_NONE
    low, high, wanted = offers.age_low[s], offers.age_high[s], _age_bits(offers.age_low[s], offers.age_high[s])
    key, outreach, targeting, intercept = offers.key[s], offers.outreach[s], offers.targeting[s], offers.intercept[s]
    n = offered = 0
    for row in range(own_key.size):
        stage = stages[row]
        if stage != NOT_IN and stage != WAITING:
            continue
        right_age = (home_ages[row] & wanted) != 0 if is_home else low <= child_age[row] < high
        if not right_age or not (any_need or need[row] >= line):
            stages[row] = NOT_IN
            continue
        who = own_key[row] ^ key
        h = row if is_home else home_of[row]
        if stage == NOT_IN:
            met = 1.0 if month - last_reached[h] <= links.memory else 0.0
            chance = science.identify_probability(
                min(max(need[row], 0.0), 1.0), outreach, met, links.referral[zone[h]], links.sight[zone[h]], p
            )
            if uniform(bits(who, at_identify)) >= chance:
                continue
            offered += 1
            chance = science.accept_probability(intercept, inclination[h] * selective, outreach, p)
            if uniform(bits(who, at_accept)) >= chance:
                continue
        u = uniform(bits(who, at_order))
        waits = 1.0 if stage == WAITING else 0.0
        found[n] = row
        score[n] = science.order_score(targeting, ses[h] * selective, trust[h] * selective, need[row], waits, u, p)
        n += 1
    return n, offered


@jit
def _start(s, order, places, queue, taking):
    """Start the first ``places`` of ``order`` (candidate rows, best first), let the next ``queue`` wait.

    Nobody is put on a list longer than that: the others are told to come again. Returns starts.
    """
    stages, members = taking.stage[s], taking.members[s]
    started = 0
    for at in range(order.size):
        row = order[at]
        if at >= places + queue:
            stages[row] = NOT_IN
            continue
        if stages[row] == NOT_IN:
            members[taking.n_members[s]] = row
            taking.n_members[s] += 1
        if started < places:
            stages[row] = TAKING_PART
            taking.months[s, row] = 0
            started += 1
        else:
            stages[row] = WAITING
    return started


@jit
def _expose(s, seed, selective, offers, people, taking, p):
    """An area offer reaches every eligible child near by; families who accept also use it. Returns new users."""
    at_accept = address(seed, Stream.accept, 0)
    need = people.child_need[offers.need[s]]
    home_of, child_age, stages = people.child_whole[CW.household], people.child_age, taking.stage[s]
    line, any_need, members = offers.need_line[s], offers.need[s] == NEED_NONE, taking.members[s]
    users = 0
    for row in range(child_age.size):
        if stages[row] != NOT_IN or not offers.age_low[s] <= child_age[row] < offers.age_high[s]:
            continue
        if not (any_need or need[row] >= line):
            continue
        inclination = people.inclination[home_of[row]] * selective
        chance = science.accept_probability(offers.intercept[s], inclination, offers.outreach[s], p)
        uses = uniform(bits(people.child_keys[row] ^ offers.key[s], at_accept)) < chance
        stages[row] = TAKING_PART if uses else EXPOSED
        taking.months[s, row] = 0
        members[taking.n_members[s]] = row
        taking.n_members[s] += 1
        users += 1 if uses else 0
    return users


@jit
def _best_first(rows, score, keys):
    """Rows from the highest score down; people of the same score by their keys."""
    order = np.argsort(-score)
    ranked = rows[order]
    for at in range(1, order.size):
        row, back = ranked[at], at
        while back > 0 and score[order[back - 1]] == score[order[at]] and keys[ranked[back - 1]] > keys[row]:
            ranked[back] = ranked[back - 1]
            back -= 1
        ranked[back] = row
    return ranked


@jit
def enrol(month, seed, selective, links, offers, staffed, people, taking, services, p, coordination):
    """The enrolment round of every running offer: find candidates, start as many as there are places, queue the next.

    ``staffed``: whether an offer needs posts, so that its staff can be stretched where the waiting list is long.
    """
    found, score = np.empty(taking.stage.shape[1], dtype=np.int64), np.empty(taking.stage.shape[1])
    for s in range(offers.key.size):
        if not offers.start[s] <= month < offers.stop[s]:
            continue
        if offers.area[s] == 1:
            services[V.started, s] += _expose(s, seed, selective, offers, people, taking, p)
            continue
        keys = people.home_keys if offers.unit[s] == HOUSEHOLD else people.child_keys
        n, offered = _find_candidates(s, month, seed, selective, links, offers, people, taking, found, score, p)
        inside = 0
        for at in range(taking.n_members[s]):
            inside += 1 if taking.stage[s, taking.members[s, at]] == TAKING_PART else 0
        capacity = services[V.capacity, s]
        longest = capacity * p.waiting_list_limit if staffed[s] else 0.0
        taken_on = service_science.stretched(capacity, services[V.waiting, s], longest, coordination)
        places, queue = max(int(taken_on) - inside, 0), int(capacity * p.waiting_list_limit)
        services[V.started, s] += _start(s, _best_first(found[:n], score[:n], keys), places, queue, taking)
        # Members in order of rows, so that the monthly loops walk through memory.
        taking.members[s, : taking.n_members[s]].sort()
        services[V.offered, s] += offered


@jit
def take_part(month, seed, offers, people, taking, services, p, trust):
    """One month of every offer: waiting, leaving, drop-out, use. Members who are out leave the list."""
    at_drop = address(seed, Stream.drop_out, month)
    child_real, child_whole, child_age, home_ages = (
        people.child_real,
        people.child_whole,
        people.child_age,
        people.home_ages,
    )
    home_real, home_whole, home_of = people.home_real, people.home_whole, people.child_whole[CW.household]
    for s in range(offers.key.size):
        is_home = offers.unit[s] == HOUSEHOLD
        own_key = people.home_keys if is_home else people.child_keys
        stages, months, members = taking.stage[s], taking.months[s], taking.members[s]
        duration, ongoing, area = offers.duration[s], offers.ongoing[s] == 1, offers.area[s] == 1
        # An offer without any staff or money is closed; those in it are sent away.
        closed = not area and services[V.quality, s] == 0.0 and month < offers.stop[s]
        runs = month < offers.stop[s] and not closed
        high = offers.age_high[s]
        wanted = _age_bits(offers.age_low[s], high)
        contact, adult = offers.contact[s] == 1, offers.trusted_adult[s] == 1
        gain = trust_science.contact_gain(offers.outreach[s], trust)
        waiting = users = exposed = completed = dropped = kept = 0
        for at in range(taking.n_members[s]):
            row = members[at]
            stage = stages[row]
            if stage == NOT_IN:
                continue
            h = row if is_home else home_of[row]
            if is_home:
                here = home_ages[row] != 0 and (not ongoing or (home_ages[row] & wanted) != 0)
            else:
                here = child_age[row] >= 0 and (not ongoing or child_age[row] < high)
            if stage == WAITING:
                if not (runs and here):
                    stages[row] = NOT_IN
                    continue
                waiting += 1
                home_real[H.experience, h] -= trust.waiting_loss
                home_whole[HW.waiting_last, h] = month
                members[kept] = row
                kept += 1
                continue
            over = not (runs and here)
            gave_up = False
            if not over and stage == TAKING_PART and not area:
                hazard = science.drop_out_probability(duration, home_real[H.distress, h], p)
                gave_up = uniform(bits(own_key[row] ^ offers.key[s], at_drop)) < hazard
            if over or gave_up:
                done = months[row] >= duration or stage == EXPOSED
                stages[row] = COMPLETED if done else DROPPED
                if stage == TAKING_PART:
                    completed += 1 if done else 0
                    dropped += 0 if done else 1
                    home_whole[HW.completed, h] += 1 if done else 0
                    # Growing up, moving away or the planned end of a strand is nobody's disappointment.
                    hurt = (gave_up or closed) and not done
                    home_real[H.experience, h] -= trust.drop_out_loss if hurt else 0.0
                continue
            months[row] += 1
            members[kept] = row
            kept += 1
            if stage == EXPOSED:
                exposed += 1
                continue
            users += 1
            if contact:
                if home_whole[HW.last_reached, h] != month:
                    home_whole[HW.last_reached, h] = month
                    home_whole[HW.reached_months, h] += 1
                home_real[H.experience, h] += gain
                low_at = people.first[h] if is_home else 0
                high_at = people.first[h + 1] if is_home else 1
                for k in range(low_at, high_at):
                    i = people.rows[k] if is_home else row
                    if child_age[i] >= 0:
                        child_whole[CW.last_reached, i] = month
                        if adult:
                            child_real[C.support, i] = 1.0
        taking.n_members[s] = kept
        services[V.taking_part, s], services[V.exposed, s], services[V.waiting, s] = users, exposed, waiting
        services[V.wait_months, s] += waiting
        services[V.completed, s] += completed
        services[V.dropped, s] += dropped


@jit
def note_use(first_strand, offers, people, taking, children, homes):
    """Count this month for children and households who use a strand that counts as contact.

    A household's use is its children's, and a child's its household's.
    """
    home_of = people.child_whole[CW.household]
    child, home = np.zeros(children.size, dtype=np.bool_), np.zeros(homes.size, dtype=np.bool_)
    for s in range(first_strand, offers.key.size):
        if offers.contact[s] == 1:
            stages, members, using = taking.stage[s], taking.members[s], home if offers.unit[s] == HOUSEHOLD else child
            for at in range(taking.n_members[s]):
                if stages[members[at]] == TAKING_PART:
                    using[members[at]] = True
    # Own use and the household's first; only then does a child's use count for its household.
    for i in range(children.size):
        child[i] = child[i] or home[home_of[i]]
    for i in range(children.size):
        if child[i]:
            home[home_of[i]] = True
            children[i] += 1
    for h in range(homes.size):
        homes[h] += 1 if home[h] else 0


@jit
def finish_courses(offers, people, taking, services):
    """End courses whose last month this was; take-part in ongoing offers goes on."""
    home_of = people.child_whole[CW.household]
    for s in range(offers.key.size):
        if offers.ongoing[s] == 1:
            continue
        is_home = offers.unit[s] == HOUSEHOLD
        stages, months, members = taking.stage[s], taking.months[s], taking.members[s]
        kept = completed = 0
        for at in range(taking.n_members[s]):
            row = members[at]
            if stages[row] != WAITING and months[row] >= offers.duration[s]:
                if stages[row] == TAKING_PART:
                    completed += 1
                    people.home_whole[HW.completed, row if is_home else home_of[row]] += 1
                stages[row] = COMPLETED
            else:
                members[kept] = row
                kept += 1
        taking.n_members[s] = kept
        services[V.completed, s] += completed


@jit
def count_eligible(offers, people, taking, counts, open_to):
    """People eligible for each offer (``counts``), and those of them who can still use it (``open_to``)."""
    for s in range(offers.key.size):
        stages, still = taking.stage[s], 0
        is_home = offers.unit[s] == HOUSEHOLD
        need = (people.home_need if is_home else people.child_need)[offers.need[s]]
        low, high, line, any_need = (
            offers.age_low[s],
            offers.age_high[s],
            offers.need_line[s],
            offers.need[s] == NEED_NONE,
        )
        wanted, total = _age_bits(low, high), 0
        for row in range(need.size):
            right_age = (people.home_ages[row] & wanted) != 0 if is_home else low <= people.child_age[row] < high
            if right_age and (any_need or need[row] >= line):
                total += 1
                still += 1 if stages[row] != COMPLETED and stages[row] != DROPPED else 0
        counts[s] = total
        open_to[s] = still
