"""What the model leaves out, in plain words; the documentation has it at length."""

LEFT_OUT = (
    "Persons: no child, parent or teacher is anybody. The people match counts, not names.",
    "Families do not change: no separation, new partners, deaths, adoption or rehousing.",
    "Choice of school beyond distance, moves between schools, and teachers as persons.",
    "Subjects: attainment is one scale, so a language programme raises all of it.",
    "Services of today have no effect of their own; closing one shows in reach, waiting and trust only.",
    "Nobody foresees a shock from outside, and nobody changes plans because of one.",
    "Prices and wages do not grow; the tax and benefit rules stay as they are.",
    "Newcomers resemble those who live here: a place does not gentrify.",
    "Drivers of disadvantage stay as they are during a run, whatever is achieved.",
    "Nobody in the model acts on what partners see on their screens.",
    "Most uptakes, costs and the strength with which strands reinforce each other are judgement.",
)
