"""Search for good mixes: which strands, for how many, from when, under yearly money and posts.

``optimise`` asks the model; ``search`` and ``answer`` work on whatever turns strategies into values.
"""

from sim.experiments.search.answer import Answer, answer
from sim.experiments.search.loop import Found, Plan, search
from sim.experiments.search.question import Question, optimise
from sim.experiments.search.space import Mix, Need, Piece, QuestionError, Space

__all__ = [
    "Answer",
    "Found",
    "Mix",
    "Need",
    "Piece",
    "Plan",
    "Question",
    "QuestionError",
    "Space",
    "answer",
    "optimise",
    "search",
]
