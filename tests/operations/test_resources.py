"""What calls need: each kind of operation with the actions and ARNs AWS authorizes, whatever an identifier means."""

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scripted import Scripted

from outcrop.catalog import Catalogue
from outcrop.engines.table import Engines
from outcrop.iam.authorization import Need
from outcrop.iam.keys import ROOT_ARN, Principal
from outcrop.model import control, runtime
from outcrop.model.service import operation as described
from outcrop.operations import OPERATIONS
from outcrop.operations.call import Call, Services
from outcrop.storage.profiles import ApplicationProfile, Profiles
from outcrop.wire import restjson

INVOKE, STREAM = "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
SONNET = "anthropic.claude-sonnet-4-20250514-v1:0"
ACCOUNT = "arn:aws:bedrock:us-west-2:123456789012"
MODEL = f"arn:aws:bedrock:us-west-2::foundation-model/{HAIKU}"
OWN = ApplicationProfile(
    arn=f"{ACCOUNT}:application-inference-profile/abc123",
    id="abc123",
    region="us-west-2",
    name="team",
    description=None,
    source=MODEL,
    model_arns=(MODEL,),
    tags=(("Team", "stone"),),
    token=None,
    created=1,
)


@pytest.fixture(scope="module")
def call(catalogue: Catalogue) -> Any:
    profiles = Profiles()
    profiles.add(OWN)
    services = Services(catalogue=catalogue, engines=Engines.only(Scripted()), profiles=profiles)

    def make(name: str, input: Any) -> Call:
        return Call(services, Principal(ROOT_ARN, "AKIA"), "us-west-2", input, name)

    return make


def needs(call: Any, name: str, input: Any) -> list[tuple[str, str]]:
    return [(need.action, need.resource) for need in of(call, name, input)]


def of(call: Any, name: str, input: Any) -> tuple[Need, ...]:
    return OPERATIONS[name].RESOURCES.needs(call(name, input), OPERATIONS[name].ACTION)


@pytest.mark.parametrize(
    ("name", "input", "action"),
    [
        ("Converse", runtime.ConverseRequest, INVOKE),
        ("InvokeModel", runtime.InvokeModelRequest, INVOKE),
        ("ConverseStream", runtime.ConverseStreamRequest, STREAM),
        ("InvokeModelWithResponseStream", runtime.InvokeModelWithResponseStreamRequest, STREAM),
    ],
)
@pytest.mark.parametrize(
    ("model_id", "resource"),
    [
        (HAIKU, MODEL),
        (MODEL.replace("us-west-2", "eu-west-1"), MODEL.replace("us-west-2", "eu-west-1")),  # an ARN's own Region
        ("no-such-model", "arn:aws:bedrock:us-west-2::foundation-model/no-such-model"),
        (f"{ACCOUNT}:provisioned-model/p1", f"{ACCOUNT}:provisioned-model/p1"),
        (f"{ACCOUNT}:application-inference-profile/gone", f"{ACCOUNT}:application-inference-profile/gone"),
    ],
)
def test_a_run_needs_the_action_on_the_model(
    call: Any, name: str, input: Any, action: str, model_id: str, resource: str
) -> None:
    assert needs(call, name, input(model_id=model_id)) == [(action, resource)]


@pytest.mark.parametrize("model_id", [f"us.{HAIKU}", f"{ACCOUNT}:inference-profile/us.{HAIKU}"])
def test_a_profile_needs_itself_and_its_model_in_every_region(call: Any, model_id: str) -> None:
    """inference-profiles-prereq; that the profile comes first is recorded, that it has no such key itself reported."""
    found = of(call, "Converse", runtime.ConverseRequest(model_id=model_id))

    profile = f"{ACCOUNT}:inference-profile/us.{HAIKU}"
    assert [need.resource for need in found] == [profile, MODEL.replace("us-west-2", "us-east-1"), MODEL]
    assert {need.action for need in found} == {INVOKE}
    assert [dict(need.given) for need in found] == [
        {},
        {"bedrock:inferenceprofilearn": profile, "aws:requestedregion": "us-east-1"},
        {"bedrock:inferenceprofilearn": profile, "aws:requestedregion": "us-west-2"},
    ]


def test_a_global_profile_also_needs_the_model_without_a_region(call: Any) -> None:
    """global-cross-region-inference: three ARNs, the last asked with aws:RequestedRegion "unspecified"."""
    found = of(call, "ConverseStream", runtime.ConverseStreamRequest(model_id=f"global.{SONNET}"))

    assert {(need.resource, need.given.get("aws:requestedregion")) for need in found} == {
        (f"{ACCOUNT}:inference-profile/global.{SONNET}", None),
        (f"arn:aws:bedrock:us-west-2::foundation-model/{SONNET}", "us-west-2"),
        (f"arn:aws:bedrock:::foundation-model/{SONNET}", "unspecified"),
    }


def test_an_application_profile_needs_itself_with_its_tags_and_what_it_was_copied_from(call: Any) -> None:
    found = of(call, "InvokeModel", runtime.InvokeModelRequest(model_id=OWN.arn))

    assert [(need.resource, dict(need.given)) for need in found] == [
        (OWN.arn, {"aws:resourcetag/team": "stone"}),
        (MODEL, {"bedrock:inferenceprofilearn": OWN.arn, "aws:requestedregion": "us-west-2"}),
    ]


GUARDRAIL = f"{ACCOUNT}:guardrail/gr1"


@pytest.mark.parametrize(
    ("identifier", "version", "expected"),
    [
        ("gr1", "3", f"{GUARDRAIL}:3"),
        (GUARDRAIL, "3", f"{GUARDRAIL}:3"),
        ("gr1", "DRAFT", GUARDRAIL),
        ("gr1", None, GUARDRAIL),
    ],
)
def test_a_guardrail_needs_leave_to_apply_it_and_is_a_condition(
    call: Any, identifier: str, version: Any, expected: str
) -> None:
    """guardrails-permissions-id; guardrails-permissions."""
    config = runtime.GuardrailConfiguration(guardrail_identifier=identifier, guardrail_version=version)
    on_converse = of(call, "Converse", runtime.ConverseRequest(model_id=HAIKU, guardrail_config=config))
    native = runtime.InvokeModelRequest(model_id=HAIKU, guardrail_identifier=identifier, guardrail_version=version)

    assert on_converse == of(call, "InvokeModel", native)
    assert [(need.action, need.resource) for need in on_converse] == [
        (INVOKE, MODEL),
        ("bedrock:ApplyGuardrail", GUARDRAIL),
    ]
    assert on_converse[0].given == {"bedrock:guardrailidentifier": expected}


def test_a_service_tier_is_a_condition_when_it_is_named(call: Any) -> None:
    tier = runtime.ServiceTier(type="flex")
    named = of(call, "Converse", runtime.ConverseRequest(model_id=HAIKU, service_tier=tier))
    native = of(call, "InvokeModel", runtime.InvokeModelRequest(model_id=HAIKU, service_tier="flex"))
    unnamed = of(call, "Converse", runtime.ConverseRequest(model_id=HAIKU))

    assert named == native
    assert named[0].given == {"bedrock:servicetier": "flex"}
    assert unnamed[0].given == {}


@pytest.mark.parametrize(
    ("name", "input", "expected"),
    [
        ("CountTokens", {"model_id": HAIKU, "input": None}, [("bedrock:CountTokens", MODEL)]),
        ("GetFoundationModel", {"model_identifier": HAIKU}, [("bedrock:GetFoundationModel", MODEL)]),
        ("GetFoundationModel", {"model_identifier": MODEL}, [("bedrock:GetFoundationModel", MODEL)]),
        ("ListFoundationModels", {}, [("bedrock:ListFoundationModels", "")]),
        ("ListInferenceProfiles", {}, [("bedrock:ListInferenceProfiles", "")]),
        (
            "GetInferenceProfile",
            {"inference_profile_identifier": f"us.{HAIKU}"},
            [("bedrock:GetInferenceProfile", f"{ACCOUNT}:inference-profile/us.{HAIKU}")],
        ),
        ("GetInferenceProfile", {"inference_profile_identifier": "abc123"}, [("bedrock:GetInferenceProfile", OWN.arn)]),
        (
            "GetModelInvocationJob",
            {"job_identifier": "abcdefghijkl"},
            [("bedrock:GetModelInvocationJob", f"{ACCOUNT}:model-invocation-job/abcdefghijkl")],
        ),
        (
            "StopModelInvocationJob",
            {"job_identifier": f"{ACCOUNT}:model-invocation-job/abcdefghijkl"},
            [("bedrock:StopModelInvocationJob", f"{ACCOUNT}:model-invocation-job/abcdefghijkl")],
        ),
        ("ListModelInvocationJobs", {}, [("bedrock:ListModelInvocationJobs", "")]),
        (
            "DeleteInferenceProfile",
            {"inference_profile_identifier": OWN.arn},
            [("bedrock:DeleteInferenceProfile", OWN.arn)],
        ),
    ],
)
def test_the_other_operations(call: Any, name: str, input: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert needs(call, name, OPERATIONS[name].INPUT(**input)) == expected


def test_a_new_profile_needs_what_it_is_copied_from_and_its_tags_are_conditions(call: Any) -> None:
    input = control.CreateInferenceProfileRequest(
        inference_profile_name="team",
        model_source=control.InferenceProfileModelSource(copy_from=MODEL),
        tags=[control.Tag(key="Team", value="stone"), control.Tag(key="cost", value="1")],
    )
    found = of(call, "CreateInferenceProfile", input)

    assert [need.resource for need in found] == [f"{ACCOUNT}:application-inference-profile/*", MODEL]
    assert (
        found[0].given
        == found[1].given
        == {
            "aws:requesttag/team": "stone",
            "aws:requesttag/cost": "1",
            "aws:tagkeys": ("Team", "cost"),
        }
    )


def test_a_new_job_needs_its_model_itself_and_leave_to_pass_its_role(call: Any) -> None:
    role = "arn:aws:iam::123456789012:role/batches"
    input = control.CreateModelInvocationJobRequest(
        job_name="mails",
        model_id=HAIKU,
        role_arn=role,
        input_data_config=control.ModelInvocationJobInputDataConfig(),
        output_data_config=control.ModelInvocationJobOutputDataConfig(),
        tags=[control.Tag(key="Team", value="stone")],
    )
    model, job, passed = of(call, "CreateModelInvocationJob", input)
    assert (model.resource, job.resource) == (MODEL, f"{ACCOUNT}:model-invocation-job/*")
    assert job.given == {"aws:requesttag/team": "stone", "aws:tagkeys": ("Team",)}
    assert passed == Need("iam:PassRole", role, {"iam:passedtoservice": "bedrock.amazonaws.com"})


def test_every_operation_says_what_it_needs_even_of_nothing_but_its_path(call: Any) -> None:
    """A body that is wrong is told only to callers who may call: the path alone has to say what they need."""
    for name, operation in OPERATIONS.items():
        addressed = restjson.Decoder(described(name), operation.INPUT).addressed(defaultdict(lambda: "x"))
        found = operation.RESOURCES.needs(call(name, addressed), operation.ACTION)
        assert found
        assert found[0].action == operation.ACTION
        assert operation.ACTION.startswith("bedrock:")


@given(st.text(max_size=40) | st.from_regex(r"(arn:aws:bedrock:|us\.|global\.)[a-z0-9:./-]{0,60}", fullmatch=True))
def test_any_identifier_is_authorized_as_something(call: Any, text: str) -> None:
    for name in ("Converse", "InvokeModel", "CountTokens"):
        input = OPERATIONS[name].INPUT(**({"model_id": text} | ({"input": None} if name == "CountTokens" else {})))
        assert all(need.resource for need in of(call, name, input))


@given(
    st.sampled_from([HAIKU, f"us.{HAIKU}", OWN.arn]),
    st.sampled_from([None, "flex", "priority"]),
    st.sampled_from([None, "1", "2"]),
)
def test_calls_with_one_key_need_the_same(call: Any, model_id: str, tier: str | None, version: str | None) -> None:
    def native(text: str) -> runtime.InvokeModelRequest:
        guardrail = "gr1" if version else None
        return runtime.InvokeModelRequest(
            model_id=model_id,
            service_tier=tier,
            guardrail_identifier=guardrail,
            guardrail_version=version,
            body=text.encode(),
        )

    resources = OPERATIONS["InvokeModel"].RESOURCES
    other = runtime.InvokeModelRequest(model_id=model_id, service_tier="default")
    assert resources.key(native("one")) == resources.key(native("other"))
    assert of(call, "InvokeModel", native("one")) == of(call, "InvokeModel", native("other"))
    assert resources.key(native("one")) != resources.key(other)


def test_a_guardrail_is_asked_for_by_its_arn(call: Any) -> None:
    """Service Authorization Reference; a new one and its tags of denials that were reported."""
    for name in ("GetGuardrail", "DeleteGuardrail", "CreateGuardrailVersion"):
        for text in ("gr1", GUARDRAIL):
            input = OPERATIONS[name].INPUT(guardrail_identifier=text)
            assert needs(call, name, input) == [(f"bedrock:{name}", GUARDRAIL)]
    applied = runtime.ApplyGuardrailRequest(
        guardrail_identifier="gr1", guardrail_version="2", source="INPUT", content=[]
    )
    assert needs(call, "ApplyGuardrail", applied) == [("bedrock:ApplyGuardrail", GUARDRAIL)]
    assert needs(call, "ListGuardrails", control.ListGuardrailsRequest()) == [("bedrock:ListGuardrails", "")]
    listed = control.ListGuardrailsRequest(guardrail_identifier="gr1")
    assert needs(call, "ListGuardrails", listed) == [("bedrock:ListGuardrails", GUARDRAIL)]


def test_a_new_guardrail_is_any_and_may_need_leave_to_be_tagged(call: Any) -> None:
    def asked(**members: Any) -> control.CreateGuardrailRequest:
        messages = {"blocked_input_messaging": "No.", "blocked_outputs_messaging": "No."}
        return control.CreateGuardrailRequest(name="one", **messages, **members)

    new = ("bedrock:CreateGuardrail", f"{ACCOUNT}:guardrail/*")
    assert needs(call, "CreateGuardrail", asked()) == [new]
    tagged = asked(tags=[control.Tag(key="Team", value="stone")])
    assert needs(call, "CreateGuardrail", tagged) == [new, ("bedrock:TagResource", f"{ACCOUNT}:guardrail/*")]
    for need in of(call, "CreateGuardrail", tagged):
        assert need.given == {"aws:requesttag/team": "stone", "aws:tagkeys": ("Team",)}
