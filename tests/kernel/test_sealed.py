import pytest

from plaza.kernel.sealed import NotSealedHere, opened, sealed

KEY, OTHER = b"k" * 32, b"o" * 32


def test_what_was_sealed_is_opened_with_its_key_at_its_place() -> None:
    held = sealed(b"a secret", KEY, "here")

    assert opened(held, KEY, "here") == b"a secret"
    assert b"a secret" not in held
    assert sealed(b"a secret", KEY, "here") != held


@pytest.mark.parametrize(("key", "place"), [(OTHER, "here"), (KEY, "there")])
def test_another_key_or_place_opens_nothing(key: bytes, place: str) -> None:
    with pytest.raises(NotSealedHere):
        opened(sealed(b"a secret", KEY, "here"), key, place)


def test_what_was_changed_or_cut_is_not_opened() -> None:
    held = sealed(b"a secret", KEY, "here")
    changed = [held[:i] + bytes([held[i] ^ 1]) + held[i + 1 :] for i in range(len(held))]

    for wrong in [*changed, held[:-1], held[:5], b""]:
        with pytest.raises(NotSealedHere):
            opened(wrong, KEY, "here")
