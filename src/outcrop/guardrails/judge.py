"""Judging texts: what a guardrail finds in them, what it does about each finding, and what is left of the text.

A `Judge` is one version of a guardrail, made ready once. It is asked for one side, what is asked (INPUT) or what is answered
(OUTPUT), and gives a `Verdict`; it keeps nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeVar

from msgspec import Struct

from outcrop.guardrails import entities, regexes, words
from outcrop.guardrails.guardrail import Guardrail
from outcrop.guardrails.spans import Find, Span
from outcrop.model.control import (
    GuardrailManagedWordsConfig,
    GuardrailPiiEntityConfig,
    GuardrailRegexConfig,
    GuardrailWordConfig,
)

HELD = 4096  # characters of a text that has no blanks and goes on: nothing but a caller's expression finds more at once

Source = Literal["INPUT", "OUTPUT"]
Kind = Literal["word", "list", "entity", "regex"]
Action = Literal["BLOCK", "ANONYMIZE", "NONE"]
Part = GuardrailWordConfig | GuardrailManagedWordsConfig | GuardrailPiiEntityConfig | GuardrailRegexConfig
AnyPart = TypeVar("AnyPart", bound=Part)


class Finding(Struct, frozen=True):
    """What was found, and what is done about it; `name` is the list's, the kind's or the expression's."""

    kind: Kind
    name: str
    match: str
    action: Action
    pattern: str | None = None


class Rule(Struct, frozen=True):
    """Something to look for on one side; `reach` is how many pieces of text a match can have, 0 for any number."""

    kind: Kind
    name: str
    action: Action
    find: Find
    pattern: str | None = None
    reach: int = 0


class Verdict(Struct):
    """What was found in texts, each finding once and in order, and the texts with what is masked."""

    findings: dict[Finding, None]
    texts: list[str]

    @property
    def blocked(self) -> bool:
        """Whether anything found is not let through."""
        return any(finding.action == "BLOCK" for finding in self.findings)

    @property
    def masked(self) -> bool:
        """Whether anything is masked, and nothing blocked."""
        return not self.blocked and any(finding.action == "ANONYMIZE" for finding in self.findings)


class Side:
    """The rules of one side: what is asked, or what is answered."""

    def __init__(self, rules: list[Rule]) -> None:
        self._rules = rules
        self._kinds = {rule.kind for rule in rules}
        self._pieces = max((rule.reach for rule in rules), default=0)

    def has(self, kind: Kind) -> bool:
        """Whether anything of `kind` is looked for."""
        return kind in self._kinds

    def names(self, kind: Kind) -> list[str]:
        """What is looked for of `kind`."""
        return [rule.name for rule in self._rules if rule.kind == kind]

    def read(self, texts: list[str]) -> Verdict:
        """The verdict on `texts`, each by itself."""
        verdict = Verdict({}, [])
        for text in texts:
            found = list(self._found(text))
            verdict.findings.update(_findings(text, found))
            verdict.texts.append(_masked(text, found))
        return verdict

    @property
    def waits(self) -> bool:
        """Whether no text is settled before its end: an expression of a caller's reaches any distance."""
        return "regex" in self._kinds

    def begin(self, text: str) -> tuple[Verdict, int]:
        """The verdict on as much of the beginning of `text` as nothing that may follow can change, and how much that is."""
        end = self._settled(text)
        if end == 0:
            return Verdict({}, [""]), 0
        found = list(self._found(text))
        end = min([end, *(span[0] for span, _ in found if span[0] < end < span[1])])
        found = [(span, rule) for span, rule in found if span[1] <= end]
        return Verdict(dict(_findings(text, found)), [_masked(text[:end], found)]), end

    def _found(self, text: str) -> Iterator[tuple[Span, Rule]]:
        for rule in self._rules:
            for span in rule.find(text):
                yield span, rule

    def _settled(self, text: str) -> int:
        """How much of `text` is out of reach of whatever may follow."""
        if self.waits:
            return 0
        end = len(text)
        if self._pieces:
            end = words.start_of_last(text, self._pieces)
        if "entity" in self._kinds:
            end = min(end, entities.settled(text))
        return max(end, len(text) - HELD)


def _findings(text: str, found: list[tuple[Span, Rule]]) -> Iterator[tuple[Finding, None]]:
    for (start, end), rule in found:
        yield Finding(rule.kind, rule.name, text[start:end], rule.action, rule.pattern), None


def _masked(text: str, found: list[tuple[Span, Rule]]) -> str:
    """`text` with ``{NAME}`` in place of what is to be masked (documented for kinds, reported for expressions)."""
    masks = sorted((span, rule.name) for span, rule in found if rule.action == "ANONYMIZE")
    parts, at = [], 0
    for (start, end), name in masks:
        if end > at:
            parts += [text[at:start], f"{{{name}}}"]
            at = end
    return "".join([*parts, text[at:]])


class Judge:
    """A guardrail made ready: `input` judges what is asked, `output` what is answered."""

    def __init__(self, guardrail: Guardrail) -> None:
        """Raises `regexes.InvalidPattern` and KeyError (a kind without a form) for a definition that cannot be judged."""
        self.guardrail = guardrail
        self.input = Side(list(_rules(guardrail, "INPUT")))
        self.output = Side(list(_rules(guardrail, "OUTPUT")))

    def side(self, source: Source) -> Side:
        """The rules of `source`."""
        return self.input if source == "INPUT" else self.output


def _rules(guardrail: Guardrail, source: Source) -> Iterator[Rule]:
    policy, sensitive = guardrail.definition.words, guardrail.definition.sensitive
    if policy:
        yield from _word_rules(policy.words_config or [], source)
        for listed in _enabled(policy.managed_word_lists_config or [], source):
            known = words.profanity()
            yield Rule("list", listed.type, _action(listed, source), words.finder(known), reach=words.longest(known))
    if sensitive:
        for entity in _enabled(sensitive.pii_entities_config or [], source):
            yield Rule("entity", entity.type, _action(entity, source), entities.finder(entity.type))
        for regex in _enabled(sensitive.regexes_config or [], source):
            action = _action(regex, source)
            yield Rule("regex", regex.name, action, regexes.finder(regex.pattern), pattern=regex.pattern)


def _word_rules(given: list[GuardrailWordConfig], source: Source) -> Iterator[Rule]:
    """One rule for all words that are treated alike: each would read the text again."""
    phrases: dict[Action, list[str]] = {}
    for word in _enabled(given, source):
        phrases.setdefault(_action(word, source), []).append(word.text)
    for action, alike in phrases.items():
        yield Rule("word", "", action, words.finder(alike), reach=words.longest(alike))


def _enabled(parts: Sequence[AnyPart], source: Source) -> Iterator[AnyPart]:
    """Those that are not switched off on this side."""
    return (part for part in parts if (part.input_enabled if source == "INPUT" else part.output_enabled) is not False)


def _action(part: Part, source: Source) -> Action:
    """The side's own action, else the one for both; words have none for both and block."""
    own = part.input_action if source == "INPUT" else part.output_action
    if own is not None:
        return own
    return part.action if isinstance(part, GuardrailPiiEntityConfig | GuardrailRegexConfig) else "BLOCK"
