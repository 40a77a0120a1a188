"""Why a secret that an operator has chosen may be too weak."""

DIFFERENT_CHARACTERS_MIN = 8

OBVIOUS = (
    *("changeme", "change-me", "change_me", "changeit", "replaceme", "replace-me", "secret"),
    *("password", "passwort", "passw0rd", "letmein", "welcome", "default", "example", "plaza"),
    *("operator", "admin", "qwerty", "asdfgh", "0123456789", "123456789", "12345678", "123456"),
    *("abcdefgh", "super", "your", "key", "here", "test", "demo", "prod", "dev", "12345", "1234"),
)


def weakness_of(secret: str, length_min: int) -> str | None:
    """Why a secret is too weak, as the end of a sentence; None where nothing speaks against it.

    At most a third of it may be words that everybody guesses first.
    """
    if len(secret) < length_min:
        return f"has {len(secret)} characters; at least {length_min} are needed"
    if len(set(secret)) < DIFFERENT_CHARACTERS_MIN:
        return f"has {len(set(secret))} different characters; {DIFFERENT_CHARACTERS_MIN} are needed"
    if secret in (secret * 2)[1:-1]:
        return "says the same again and again"
    unguessed = secret.lower()
    for word in OBVIOUS:
        unguessed = unguessed.replace(word, "")
    if len(unguessed) * 3 < len(secret) * 2:
        return "consists mostly of words that everybody tries first"
    return None
