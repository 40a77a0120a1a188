import pytest

from plaza.kernel.origins import Origins


def test_origins_are_exact() -> None:
    origins = Origins("https://shop.example, http://localhost:3000 ,HTTPS://Admin.Example")
    named = {"https://shop.example", "http://localhost:3000", "https://admin.example"}
    assert origins == frozenset(named)
    assert not origins.are_all
    assert Origins(str(origins)) == origins


def test_a_star_stands_for_every_origin() -> None:
    assert Origins("*").are_all


@pytest.mark.parametrize(
    "text",
    ["shop.example", "https://shop.example/", "https://*.shop.example", "null", "file://x", "a b"],
)
def test_what_is_no_origin_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is no origin; wanted is a list as in"):
        Origins(f"https://shop.example, {text}")


def test_a_star_stands_alone() -> None:
    with pytest.raises(ValueError, match="no other can stand beside it"):
        Origins("https://shop.example, *")
