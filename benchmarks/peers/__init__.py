"""A small reference model, the same in every framework: children in families in schools, a month at a time.

It is no part of zonesim: it is small enough to be written as each framework's own manual would, and has what
agent-based models of children have (homes read by children, feedback from schools, chance, an age at which rules
change). Every implementation runs in a process of its own and steps when it is told to, so that all take turns.

Household j: ``pressure`` and ``means`` are fixed; ``stress`` and ``home`` move, from this month's values of both:

    stress += 0.10 (sig(1.6 pressure - 1.1 home - 0.2) - stress) + 0.02 (u - 1/2)
    home   += 0.05 (sig(1.2 means - 1.4 stress + 0.4) - home)

Child i: ``ability``, ``household``, ``school`` and ``age0`` are fixed; age = (age0 + month) mod 216 months;
k = 0.030 under 5, 0.020 under 11, 0.012 from there; ``stress``, ``home`` of its household after their step, ``climate``
of its school before its own:

    skill     += k (sig(ability + 1.5 home + 0.8 climate - 1.2 stress - 0.6) - skill) + 0.01 (u0 - 1/2)
    wellbeing += 0.15 (sig(2.4 home - 3.0 stress + 1.6 climate - 0.6) - wellbeing) + 0.02 (u1 - 1/2)
    health     = health - 0.1 if u2 < 1 - exp(-exp(1.5 stress - wellbeing - 3.2)), else health + 0.01 (1 - health)
    social    += 0.05 (sig(2 skill + wellbeing - 1.5) - social)

each from this month's values of those above it, and all held within 0 and 1. School s: climate += 0.1 (mean skill of
its children - climate). sig(x) = 1 / (1 + exp(-x)). 3 households to 5 children, one school to 200.
"""
