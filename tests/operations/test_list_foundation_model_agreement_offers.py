"""ListFoundationModelAgreementOffers: one offer, with the list prices."""

from tests.operations.agreements import NOVA
from tests.operations.conftest import Account


def offers(account: Account, model: str) -> list[dict[str, object]]:
    found = account.ask("GET", f"/list-foundation-model-agreement-offers/{model}", query="offerType=ALL").json
    assert found["modelId"] == model
    return list(found["offers"])


def test_prices_are_those_of_the_list(account: Account) -> None:
    (offer,) = offers(account, NOVA)
    rates = offer["termDetails"]["usageBasedPricingTerm"]["rateCard"]  # type: ignore[index]
    assert [(rate["dimension"], rate["price"]) for rate in rates][:2] == [
        ("InputTokenCount", "0.06"),
        ("OutputTokenCount", "0.24"),
    ]


def test_a_model_whose_price_is_not_known_has_an_offer_as_well(account: Account) -> None:
    (offer,) = offers(account, "stability.stable-diffusion-xl-v1")
    assert offer["termDetails"]["usageBasedPricingTerm"] == {"rateCard": []}  # type: ignore[index]


def test_offers_differ_by_model(account: Account) -> None:
    (one,), (other,) = offers(account, NOVA), offers(account, "amazon.nova-pro-v1:0")
    assert one["offerToken"] != other["offerToken"]
    assert one["offerId"] != other["offerId"]
