"""Guardrails: what may be asked and answered, in words and forms; kept in the database, judged in memory.

A guardrail here judges text by what can be seen in it: words and phrases, lists of words, kinds of sensitive information
that have a form, and regular expressions. What would take a model to judge is not here, and a guardrail that asks for it
is refused when it is made. Nothing here knows of requests, replies or streams.
"""

from outcrop.guardrails.guardrail import DRAFT, Definition, Guardrail
from outcrop.guardrails.judge import Judge
from outcrop.guardrails.store import Guardrails

__all__ = ["DRAFT", "Definition", "Guardrail", "Guardrails", "Judge"]
