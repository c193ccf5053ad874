"""ListFoundationModelAgreementOffers: on which terms a model can be had; there is one offer for each."""

from typing import Any

from outcrop.catalog.prices import Price, price
from outcrop.chat.features import Model
from outcrop.model.control import ListFoundationModelAgreementOffersRequest
from outcrop.operations import model_agreements, resources
from outcrop.operations.call import Call

ACTION = "bedrock:ListFoundationModelAgreementOffers"
INPUT = ListFoundationModelAgreementOffersRequest
RESOURCES = resources.NONE

# Decided: AWS names a document of each provider's, and the texts and units of its price list.
LEGAL = "https://aws.amazon.com/legal/bedrock/third-party-models/"
REFUNDS = "Nothing is sold here, so there is nothing to refund."
UNIT = "1M tokens"
_DIMENSIONS = (
    ("InputTokenCount", "input", "Input tokens"),
    ("OutputTokenCount", "output", "Output tokens"),
    ("CacheReadInputTokenCount", "cache_read", "Input tokens read from the prompt cache"),
    ("CacheWriteInputTokenCount", "cache_write", "Input tokens written to the prompt cache"),
)


async def run(call: Call) -> dict[str, Any]:
    """The model's one offer, with its list prices where they are known."""
    model = model_agreements.find(call, call.input.model_id)
    return {"modelId": model.id, "offers": [_offer(model)]}


def _offer(model: Model) -> dict[str, Any]:
    terms = {
        "legalTerm": {"url": LEGAL},
        "supportTerm": {"refundPolicyDescription": REFUNDS},
        "usageBasedPricingTerm": {"rateCard": _rates(price(model.id))},
    }
    return {
        "offerId": model_agreements.offer_id(model),
        "offerToken": model_agreements.offer_token(model),
        "termDetails": terms,
    }


def _rates(prices: Price | None) -> list[dict[str, str]]:
    return [
        {"description": text, "dimension": dimension, "price": f"{asked:g}", "unit": UNIT}
        for dimension, name, text in _DIMENSIONS
        if (asked := getattr(prices, name, None)) is not None
    ]
