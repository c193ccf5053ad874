"""IAM behind the cookie: the Query door's own actions, asked in JSON."""

from tests.server.api.site import Browser


def test_a_user_is_made_found_and_deleted(browser: Browser) -> None:
    made = browser.post("iam/CreateUser", {"UserName": "alice"}).json["User"]

    assert made["Arn"] == "arn:aws:iam::123456789012:user/alice"
    assert [user["UserName"] for user in browser.post("iam/ListUsers").json["Users"]] == ["alice"]
    assert browser.post("iam/DeleteUser", {"UserName": "alice"}).status == 200
    assert browser.post("iam/ListUsers").json["Users"] == []


def test_refusals_are_iams_own(browser: Browser) -> None:
    assert browser.post("iam/GetUser", {"UserName": "nobody"}).error == (
        404,
        "NoSuchEntity",
        "The user with name nobody cannot be found.",
    )
    policy = {"UserName": "nobody", "PolicyName": "p", "PolicyDocument": "{"}
    assert browser.post("iam/PutUserPolicy", policy).error[0] == 404
    assert browser.post("iam/CreateUser", {}).error[1] == "ValidationError"
    assert browser.post("iam/AssumeRole", {}).error[0] == 404


def test_only_the_answer_to_its_making_has_a_secret(browser: Browser) -> None:
    browser.post("iam/CreateUser", {"UserName": "alice"})
    secret = browser.post("iam/CreateAccessKey", {"UserName": "alice"}).json["AccessKey"]["SecretAccessKey"]

    assert secret.encode() not in browser.post("iam/ListAccessKeys", {"UserName": "alice"}).body
