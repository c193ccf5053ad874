"""What the page is told that one may do is what one may do."""

from typing import Any

from tests.server.api.site import Browser

READER = {"Statement": {"Effect": "Allow", "Action": ["iam:List*", "bedrock:InvokeModel"], "Resource": "*"}}
QUESTIONS = [
    {"action": "iam:ListUsers"},
    {"action": "iam:CreateUser", "resource": "arn:aws:iam::123456789012:user/alice"},
    {"action": "bedrock:InvokeModel", "resource": "arn:aws:bedrock:us-west-2::foundation-model/x"},
    {"action": "ce:GetCostAndUsage"},
]


def test_root_may_do_everything_and_a_user_what_policies_allow(browser: Browser) -> None:
    assert browser.post("permissions", QUESTIONS).json == {"allowed": [True, True, True, True]}
    browser.become("reader", READER)

    assert browser.post("permissions", QUESTIONS).json == {"allowed": [True, False, True, False]}


def test_what_was_not_allowed_is_refused_in_awss_words(browser: Browser) -> None:
    browser.become("reader", READER)
    refused: dict[str, Any] = {
        "ce:GetCostAndUsage": browser.get("usage"),
        "iam:CreateUser": browser.post("iam/CreateUser", {"UserName": "x"}),
        "bedrock:GetFoundationModelAvailability": browser.get("access"),
        "aws-marketplace:AcceptAgreementApprovalRequest": browser.post("access/grant", {"modelId": "x"}),
    }
    for action, answer in refused.items():
        assert answer.status == 403
        assert answer.error[2].startswith(
            f"User: arn:aws:iam::123456789012:user/reader is not authorized to perform: {action}"
        )


def test_too_many_questions_and_no_questions_are_refused(browser: Browser) -> None:
    assert browser.post("permissions", QUESTIONS * 51).error[1] == "ValidationException"
    assert browser.post("permissions", {"action": "x"}).error[1] == "ValidationException"
