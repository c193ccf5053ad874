from tests.conftest import said
def test_x(ask):
    a = ask("/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse", said("Hello"))
    print(a.status, a.headers, a.body)
    assert a.status == 200
