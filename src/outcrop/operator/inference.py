"""The part of a request that every operator which asks a model has: which model, how it shall answer, who is called.

`ModelOperator` binds these settings once and makes requests of them; it never looks at an answer.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal
from weakref import WeakKeyDictionary

import msgspec

from outcrop.operator import capabilities, checks, thinking
from outcrop.operator.base import Operator
from outcrop.operator.clients import Client, ClientLike, Models, call, connect
from outcrop.operator.exceptions import ConfigurationException, Document, ExecutionException
from outcrop.operator.fields import setting
from outcrop.operator.values import Bound, Value, bind

SystemRole = Literal["pass", "lift"]
_PARAMETERS = {
    "maximum_tokens": ("maxTokens", checks.positive),
    "temperature": ("temperature", checks.fraction),
    "top_p": ("topP", checks.fraction),
    "stop_sequences": ("stopSequences", checks.texts),
}


@dataclass(kw_only=True)
class ModelOperator(Operator):
    """An operator that asks a model. `client` is anything that calls Converse, or a function that makes one."""

    client: ClientLike = field(kw_only=False)
    model: Value[str] = setting(
        "", "Model name", "Required. The model to ask: an id, an inference profile or an ARN.", internal="model"
    )
    maximum_tokens: Value[int] | None = setting(
        None,
        "Maximum tokens",
        "The most tokens to generate. Blank: the model's own maximum.",
        internal="modelParameters.maximumTokens",
        values="1 or more",
    )
    temperature: Value[float] | None = setting(
        None,
        "Temperature",
        "The sampling temperature. Blank: the model's default.",
        internal="modelParameters.temperature",
        values="0 to 1",
    )
    top_p: Value[float] | None = setting(
        None,
        "Top P",
        "The nucleus sampling value. Blank: the model's default.",
        internal="modelParameters.topP",
        values="0 to 1",
    )
    stop_sequences: Value[list[str]] | None = setting(
        None,
        "Stop sequences",
        "Sequences at which the model stops: one text, or a list of texts.",
        internal="modelParameters.stopSequences",
    )
    thinking: Value[bool] = setting(
        False, "Thinking", "Let the model reason before it answers.", internal="modelParameters.thinking"
    )
    budget_tokens: Value[int] | None = setting(
        None,
        "Budget tokens",
        "The most tokens to reason with; required with Thinking, less than Maximum tokens.",
        internal="modelParameters.budgetTokens",
        values="1024 or more",
    )
    system_prompt: Value[str] | None = setting(
        None,
        "System Prompt",
        "The model's role, tone and instructions. Blank, empty or null: no system prompt.",
        internal="advancedPromptConfiguration.systemPrompt",
    )
    system_role: SystemRole = setting(
        "pass",
        "System role",
        "What becomes of SYSTEM messages in a payload: they are passed as they are, or lifted into the system prompt. Ours.",
        values="pass, lift",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._model = bind("Model name", self.model, checks.filled)
        self._system = bind("System Prompt", self.system_prompt, checks.text)
        self._parameters = self._bound(_PARAMETERS)
        self._thinking = bind("Thinking", self.thinking, checks.flag)
        self._budget = bind("Budget tokens", self.budget_tokens, checks.integer)
        self._check_budget()
        if self.system_role not in ("pass", "lift"):
            raise ConfigurationException(
                "The System role value is invalid.", repr(self.system_role), "Choose pass or lift."
            )

    def _check_budget(self) -> None:
        """A budget that is the same for every record is wrong at once."""
        parameters = dict(self._parameters)
        if self._thinking.source is not True or not (self._budget.fixed and parameters["maxTokens"].fixed):
            return
        fault = thinking.fault(self._budget.source, parameters["maxTokens"].source)
        if fault:
            raise ConfigurationException(
                "The Budget tokens value is invalid.", fault, "Provide a valid value for Budget tokens."
            )

    def _bound(self, table: dict[str, Any]) -> list[tuple[str, Bound]]:
        titles = {name: one.metadata["title"] for name, one in self.__dataclass_fields__.items() if one.metadata}
        return [(member, bind(titles[name], getattr(self, name), check)) for name, (member, check) in table.items()]

    def _begin(self) -> None:
        super()._begin()
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, Client] = WeakKeyDictionary()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_made"}

    @property
    def connection(self) -> Client:
        """The client of the running event loop: what was given, or one that is made when it is first needed there."""
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            self._made[loop] = connect(self.client)
        return self._made[loop]

    async def aclose(self) -> None:
        """Close the event loop's client if the operator has made it; one that was given is its owner's to close."""
        made: Any = self._made.pop(asyncio.get_running_loop(), None)
        if made is not None and made is not self.client and hasattr(made, "aclose"):
            await made.aclose()

    async def ask(self, request: Document) -> Document:
        """The answer to `request`, its usage counted. Raises DataException, ExecutionException."""
        response = await call(self.connection, request)
        self.statistics.count(response.get("usage") or {})
        return response

    def request(self, record: Any, messages: list[Document], lifted: list[Document]) -> Document:
        """The Converse request for `messages`; `lifted` are system texts from a payload. Raises DataException."""
        made: Document = {"modelId": self._model.of(record), "messages": messages}
        system = [*lifted, *self.system(record)]
        if system:
            made["system"] = system
        inference = self._inference(record)
        if inference:
            made["inferenceConfig"] = inference
        if self._thinking.of(record):
            most = inference.get("maxTokens")
            made["additionalModelRequestFields"] = thinking.fields(self._budget.of(record), most)
        return made

    def system(self, record: Any) -> list[Document]:
        """The system blocks; blank is none (documented)."""
        text = self._system.of(record)
        return [{"text": text}] if text and text.strip() else []

    def _inference(self, record: Any) -> Document:
        made = {member: bound.of(record) for member, bound in self._parameters}
        if isinstance(made["stopSequences"], str):
            made["stopSequences"] = [made["stopSequences"]]
        return {member: value for member, value in made.items() if value is not None}

    async def suggest_models(self, *, include_cross_region_models: bool = False) -> list[str]:
        """Model ids that answer in text, from the account; with cross-region models also inference profiles' ids.

        Raises ExecutionException when the client cannot list models, or the service refuses.
        """
        client = self.connection
        if not hasattr(client, "list_foundation_models"):
            raise ExecutionException(
                "Unable to suggest models",
                "The client does not list models.",
                "Give a client that has list_foundation_models.",
            )
        try:
            return await _suggested(client, include_cross_region_models)  # type: ignore[arg-type]
        except Exception as error:
            raise ExecutionException("Unable to suggest models", str(error), "Check the account's access.") from error


async def _suggested(client: Models, profiles: bool) -> list[str]:
    listed = msgspec.to_builtins(await client.list_foundation_models({"byOutputModality": "TEXT"}))
    found = [one["modelId"] for one in listed]
    named = msgspec.to_builtins(await client.list_inference_profiles()) if profiles else []
    return found + [name for one in named if capabilities.base(name := one["inferenceProfileId"]) in found]
