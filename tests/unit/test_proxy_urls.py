"""The address of a proxy in the parts of a form, and put together again."""

import pytest

from desktop_app.domain.proxies import join_proxy, split_proxy


@pytest.mark.parametrize(
    ("address", "user", "url"),
    [
        ("http://proxy.example.org:3128", "", "http://proxy.example.org:3128"),
        (" proxy.example.org:3128/ ", "", "http://proxy.example.org:3128"),
        ("socks5h://[::1]:1080", "", "socks5h://[::1]:1080"),
        ("http://proxy.example.org:3128", "ann@home", "http://ann%40home@proxy.example.org:3128"),
    ],
)
def test_address_and_user_become_a_url(address: str, user: str, url: str) -> None:
    assert join_proxy(address, user) == url


@pytest.mark.parametrize("address", ["", "ftp://a", "http://", "a b:1", "host:", "host:x", "host:99999"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        join_proxy(address)


def test_user_and_password_are_taken_out_of_a_pasted_url() -> None:
    assert split_proxy("http://ann%40home:s%3Acret@proxy:1") == ("http://proxy:1", "ann@home", "s:cret")
    assert split_proxy("http://proxy:1") == ("http://proxy:1", "", "")
    assert split_proxy("http://[") == ("http://[", "", "")
