"""Parameters of the model: one named tuple of numbers per mechanism file. No values stand here.

Values, units, ranges, kinds and sources stand in ``scenarios/parameters/*.toml``; ``sim.inputs``
reads them. Compiled code takes the named tuples, so a field has the same name in both places.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.spec import ServiceKind


class ChildParameters(NamedTuple):
    """``children.toml``."""

    attainment_rate_birth: float
    attainment_rate_decline: float
    attainment_rate_least: float
    attainment_noise: float
    attainment_level: float
    attainment_ses: float
    attainment_ses_secondary: float
    attainment_home_early: float
    attainment_home_later: float
    attainment_school: float
    attainment_school_secondary: float
    attainment_low_peers: float
    attainment_wellbeing: float
    attainment_hardship: float
    attainment_housing: float
    attainment_unsafety: float
    attainment_attendance: float
    attainment_agency: float
    attainment_need: float
    need_line: float
    attainment_girl: float
    attainment_eal_early: float
    attainment_eal_buffer: float
    attainment_month_of_birth: float
    wellbeing_rate: float
    wellbeing_noise: float
    wellbeing_level: float
    wellbeing_home: float
    wellbeing_distress: float
    wellbeing_climate: float
    wellbeing_hardship: float
    wellbeing_unsafety: float
    wellbeing_adolescent_girl: float
    wellbeing_boy: float
    transition_shock: float
    transition_decay: float
    health_rate: float
    health_noise: float
    health_level: float
    health_housing: float
    health_hardship: float
    health_distress: float
    attendance_level: float
    attendance_scale: float
    attendance_health: float
    attendance_wellbeing: float
    attendance_distress: float
    attendance_hardship: float
    attendance_climate: float
    attendance_agency: float
    attendance_secondary: float
    attendance_noise: float
    attendance_withdrawal: float
    attendance_withdrawal_line: float
    attendance_usual: float
    agency_rate: float
    agency_level: float
    agency_attainment: float
    agency_climate: float
    agency_support: float
    support_rate: float
    resilience_level: float
    resilience_agency: float
    resilience_support: float
    resilience_wellbeing: float
    send_attainment: float
    send_wellbeing: float
    send_girl: float
    send_support_threshold: float
    send_plan_threshold: float
    send_unfound: float
    suspension_level: float
    suspension_wellbeing: float
    suspension_climate: float
    suspension_secondary: float
    suspension_girl: float
    suspension_hardship: float
    suspension_absence: float
    hardship_mean: float


class CareParameters(NamedTuple):
    """``care.toml``: children's social care."""

    risk_hardship: float
    risk_distress: float
    risk_family: float
    risk_ses: float
    risk_wellbeing: float
    referral_rate: float
    referral_baby: float
    referral_teenager: float
    teenager_from: float
    referral_again: float
    no_action_share: float
    no_need_share: float
    long_share: float
    end_short: float
    end_long: float
    enquiry_first: float
    enquiry_rate: float
    plan_share: float
    end_plan: float
    looked_after_rate: float
    looked_after_risk: float
    looked_after_plan: float
    end_looked_after: float


class FamilyParameters(NamedTuple):
    """``families.toml``."""

    work_turnover: float
    couple_second_pay: float
    pay_shift_rate: float
    pay_shift_noise: float
    pay_shift_least: float
    tax_rate: float
    tax_allowance: float
    benefit_single: float
    benefit_couple: float
    benefit_child: float
    benefit_children_limit: float
    benefit_taper: float
    benefit_work_allowance: float
    benefit_rent_share: float
    child_benefit_first: float
    child_benefit_other: float
    scale_first_adult: float
    scale_other_adult: float
    scale_child: float
    poverty_line: float
    income_smoothing: float
    hardship_scale: float
    fsm_earnings_limit: float
    fsm_protection_months: float
    distress_rate: float
    distress_noise: float
    distress_level: float
    distress_hardship: float
    distress_housing: float
    distress_lone: float
    distress_workless: float
    distress_child: float
    home_rate: float
    home_noise: float
    home_level: float
    home_ses: float
    home_distress: float
    home_strain: float
    hardship_mean: float
    work_factor: float
    income_factor: float
    rent_factor: float


class TrustParameters(NamedTuple):
    """``trust.toml``."""

    word_of_mouth_rate: float
    drift_rate: float
    taking_part_gain: float
    waiting_loss: float
    drop_out_loss: float
    outreach_gain: float


class SchoolParameters(NamedTuple):
    """``schools.toml``."""

    effectiveness_return: float
    effectiveness_noise: float
    effectiveness_turnover: float
    effectiveness_pastoral: float
    leader_change_rate: float
    leader_change_noise: float
    climate_rate: float
    climate_load: float
    climate_turnover: float
    climate_noise: float
    turnover_level: float
    turnover_rate: float
    turnover_climate: float
    turnover_noise: float
    low_attainment_line: float
    need_line: float
    need_share_usual: float


class DeliveryParameters(NamedTuple):
    """``delivery.toml``: identify, offer, accept, take part; services and money."""

    identify_base: float
    identify_need: float
    identify_outreach: float
    accept_trust: float
    accept_trust_usual: float
    accept_ses: float
    accept_distance: float
    accept_distance_usual: float
    accept_distress: float
    accept_outreach: float
    accept_spread: float
    order_ses: float
    order_trust: float
    order_luck: float
    order_waiting: float
    order_waiting_need: float
    drop_out_share: float
    drop_out_distress: float
    overlap_discount: float
    waiting_list_limit: float
    recruitment_rate: float
    turnover_rate: float
    staff_share: float
    planning_margin: float
    post_cost: float
    trust_sd: float
    income_sd: float
    risk_hardship: float
    risk_hardship_usual: float
    risk_scale: float
    several_risks_scale: float
    neet_risk_agency: float
    neet_risk_scale: float


class CoordinationParameters(NamedTuple):
    """``coordination.toml``: what coordination gates, load, synergy, sustaining surroundings, neighbourhood norm."""

    fidelity_slope: float
    fidelity_least: float
    fidelity_most: float
    referral_slope: float
    referral_memory_months: float
    duplication_slope: float
    sight_data: float
    load_stretch: float
    load_slack: float
    load_most: float
    load_loss: float
    load_turnover: float
    synergy: float
    synergy_hopeful: float
    sustaining: float
    sustaining_hopeful: float
    sustaining_school: float
    sustaining_home: float
    tipping_effect: float
    tipping_reach: float
    tipping_width: float
    champion_gain: float


class PopulationParameters(NamedTuple):
    """``population.toml``: the first day, births and moves."""

    ses_low: float
    ses_middle: float
    ses_degree: float
    ses_spread: float
    pay_low: float
    pay_middle: float
    pay_degree: float
    pay_spread: float
    pay_owner: float
    workless_income_mean: float
    pay_ses_share: float
    rent_owner: float
    rent_private: float
    rent_social: float
    rent_spread: float
    both_work_share: float
    family_four_share: float
    family_five_share: float
    girl_share: float
    work_propensity_working: float
    work_propensity_workless: float
    sibling_gap_low: float
    sibling_gap_high: float
    second_child_share: float
    third_child_share: float
    move_owner: float
    move_private: float
    move_social: float
    endow_attainment_sd: float
    endow_wellbeing_sd: float
    endow_health_sd: float
    endow_attendance_sd: float
    endow_distress_sd: float
    endow_home_sd: float
    school_effectiveness_sd: float
    school_climate_sd: float
    trust_level: float
    trust_ses: float
    trust_spread: float
    housing_overcrowded: float
    housing_damp: float
    crowding_owner: float
    crowding_private: float
    crowding_social: float
    damp_renter: float
    unsafety_spread: float
    network_near_share: float
    network_gate_share: float
    elsewhere_slope: float
    elsewhere_unsafety: float
    elsewhere_unsafety_slope: float
    outside_places: float
    association_tenure_work: float
    association_tenure_education: float
    association_work_education: float
    association_adults_work: float
    association_adults_tenure: float
    association_adults_education: float
    donor_share: float


class ReferenceParameters(NamedTuple):
    """``reference.toml``: pass marks and regressions, set once on the England reference."""

    test_noise: float
    pass_eyfsp: float
    pass_phonics: float
    pass_ks1: float
    pass_ks2: float
    pass_ks2_higher: float
    pass_gcse4: float
    pass_gcse5: float
    pass_level3: float
    ks2_scaled_mean: float
    ks2_scaled_per_sd: float
    attainment8_mean: float
    attainment8_per_sd: float
    attainment8_top: float
    eet_level: float
    eet_attainment: float
    eet_attendance: float
    eet_attendance_usual: float
    eet_hardship: float
    value_added_ks2_slope: float
    value_added_gcse_slope: float
    months_per_sd_5: float
    months_per_sd_11: float
    months_per_sd_16: float
    sdq_mean: float
    sdq_per_sd: float
    sdq_high_line: float
    distress_high_line: float
    disorder_probable_line: float
    disorder_possible_line: float
    wellbeing_low_line: float
    reads_daily_line: float
    elg_communication_line: float
    elg_literacy_line: float
    elg_maths_line: float
    elg_personal_line: float
    persistent_absence_line: float
    severe_absence_line: float
    authorised_absence_line: float
    exclusions_per_suspension: float
    second_parent_correlation: float
    second_parent_line: float
    bhc_first_adult: float
    bhc_other_adult: float
    bhc_child: float
    bhc_line: float
    in_need_line: float
    fsm_memory_months: float
    better_worse_line: float


class EvidenceParameters(NamedTuple):
    """``evidence.toml``: rules of the evidence library."""

    half_life_brief: float
    half_life_fast: float
    half_life_slow: float
    between_site_share: float
    sceptical_mean: float
    sceptical_spread: float
    hopeful_share: float
    typical_housing: float
    typical_unsafety: float
    typical_low_share: float
    typical_lone: float
    typical_workless: float
    typical_strain: float
    typical_scale: float


class CostParameters(NamedTuple):
    """``costs.toml``: discounting and optimism bias."""

    discount_rate: float
    discount_rate_long: float
    discount_years_short: float
    optimism_costs: float
    optimism_benefits: float


class ContextParameters(NamedTuple):
    """``context.toml``: local context and local analysis."""

    fit_weight: float
    fit_least: float
    fit_most: float
    tailoring: float
    distress_shift: float
    access_accept: float
    stigma_accept: float
    stigma_outreach: float
    noise_desk: float
    noise_survey: float
    noise_deep: float
    late_learning: float
    data_gain: float
    targeting_gain: float
    cost_desk: float
    cost_survey: float
    cost_deep: float
    cost_year: float


class DashboardParameters(NamedTuple):
    """``dashboard.toml``: what partners see of the place."""

    official_lag: float
    official_rolls: float
    survey_lag: float
    survey_share: float
    response_level: float
    response_need: float
    reliability: float
    service_lag: float
    coverage_base: float
    coverage_data: float
    user_months: float


class PartnershipParameters(NamedTuple):
    """``partnership.toml``: partners, governance, backbone, maturity."""

    start_vision: float
    start_relationships: float
    start_governance: float
    start_backbone: float
    start_voice: float
    start_data: float
    start_learning: float
    history_usual: float
    growth_vision: float
    growth_relationships: float
    growth_governance: float
    growth_backbone: float
    growth_voice: float
    growth_data: float
    growth_learning: float
    maturity_pace: float
    maturity_decay: float
    backbone_decay: float
    fatigue_decay: float
    voice_alone: float
    learning_alone: float
    weight_vision: float
    weight_relationships: float
    weight_governance: float
    weight_backbone: float
    weight_voice: float
    weight_data: float
    weight_learning: float
    condition_floor: float
    partners_full: float
    backbone_posts_per_1000: float
    load_partners: float
    load_relief: float
    fatigue_gain: float
    fatigue_rest: float
    trust_start: float
    trust_history: float
    trust_gain: float
    trust_drift: float
    trust_leader: float
    trust_left: float
    trust_cut: float
    commitment_rate: float
    leader_rate_school_trust: float
    leader_rate_council: float
    leader_rate_nhs: float
    leader_rate_housing: float
    leader_rate_charity: float
    leader_rate_community: float
    leader_rate_police: float
    leader_loss: float
    zone_loss: float
    lead_weight: float
    succession_cover: float
    leave_rate: float
    leave_fatigue: float
    leave_commitment: float
    leave_trust: float
    return_rate: float
    sign_rate: float
    cut_rate: float
    cut_aims: float
    cut_size: float
    restore_rate: float
    left_pays: float
    handover_loss: float
    network_pace: float
    network_load: float
    network_cover: float
    network_openness: float
    network_gbp: float
    board_pace: float
    board_load: float
    board_cover: float
    board_openness: float
    board_gbp: float
    lead_agency_pace: float
    lead_agency_load: float
    lead_agency_cover: float
    lead_agency_openness: float
    lead_agency_gbp: float
    social_enterprise_pace: float
    social_enterprise_load: float
    social_enterprise_cover: float
    social_enterprise_openness: float
    social_enterprise_gbp: float
    data_agreement_gbp: float
    standard_zone_children: float


class Parameters(NamedTuple):
    """All parameters, and the place's own numbers for the families' income."""

    children: ChildParameters
    families: FamilyParameters
    trust: TrustParameters
    schools: SchoolParameters
    delivery: DeliveryParameters
    population: PopulationParameters
    reference: ReferenceParameters
    evidence: EvidenceParameters
    coordination: CoordinationParameters
    costs: CostParameters
    context: ContextParameters
    dashboard: DashboardParameters
    partnership: PartnershipParameters
    care: CareParameters


#: File of ``scenarios/parameters`` -> its named tuple.
GROUPS: dict[str, type] = {
    "children": ChildParameters,
    "families": FamilyParameters,
    "trust": TrustParameters,
    "schools": SchoolParameters,
    "delivery": DeliveryParameters,
    "population": PopulationParameters,
    "reference": ReferenceParameters,
    "evidence": EvidenceParameters,
    "coordination": CoordinationParameters,
    "costs": CostParameters,
    "context": ContextParameters,
    "dashboard": DashboardParameters,
    "partnership": PartnershipParameters,
    "care": CareParameters,
}


class Calendar(NamedTuple):
    """``calendar.toml``: twelve months from September."""

    season: tuple[float, ...]
    teaching: tuple[float, ...]


class UnitValue(NamedTuple):
    """One entry of ``values.toml``: pounds of ``price_year`` for one unit of an indicator's good direction.

    ``gains``: (who, pounds) in the order of names; negative is a transfer away. ``range``: low and high of ``value``.
    """

    id: str
    indicator: str
    population: str
    name: str
    value: float
    unit: str
    price_year: int
    range: tuple[float, float]
    counts: str
    gains: tuple[tuple[str, float], ...]
    kind: str
    provenance: str
    source: str
    address: str
    note: str


class DriverRule(NamedTuple):
    """A driver of ``drivers.toml``: what it means and how far places of a decile differ in it.

    Open: ``cells`` of the place from which it is read, ``sign`` (+1 where more of the cell is worse) and ``spread``,
    the SD of their sum between places of one decile, in its unit. Hidden: no cells; ``spread`` is that of the prior, in
    SD between places.
    """

    meaning: str
    cells: tuple[str, ...]
    sign: float
    spread: float


class Register(NamedTuple):
    """Everything of ``scenarios/parameters`` that a run needs."""

    parameters: Parameters
    calendar: Calendar
    services: tuple[ServiceKind, ...]
    prices: dict[int, float]
    unit_values: tuple[UnitValue, ...]
    drivers: dict[str, DriverRule]
