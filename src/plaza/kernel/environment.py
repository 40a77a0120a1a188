"""Settings as they are given: as variables, or as files that variables name."""

from collections.abc import Iterable, Mapping
from pathlib import Path

FILE_SUFFIX = "_FILE"


def given_texts(
    environment: Mapping[str, str], prefix: str, fields: Iterable[str]
) -> dict[str, str]:
    """The text given for each field, by the field's name.

    `<PREFIX>NAME_FILE` names a file whose content is the text, as secrets are mounted into
    containers; white space around it is not part of it.

    Raises:
        ValueError: a variable is unknown, given twice, or names a file that cannot be read.
    """
    known = {prefix + field.upper(): field for field in fields}
    texts: dict[str, str] = {}
    for variable, text in sorted(environment.items()):
        if not variable.startswith(prefix):
            continue
        named = known.get(variable)
        if named is not None:
            texts[named] = text
            continue
        direct = variable.removesuffix(FILE_SUFFIX)
        if direct == variable or direct not in known:
            message = f"{variable} is not a setting of plaza. The settings are: {', '.join(known)}."
            raise ValueError(message)
        if direct in environment:
            raise ValueError(f"{direct} and {variable} are both set; one of them has to go.")
        texts[known[direct]] = _content(variable, Path(text))
    return texts


def _content(variable: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ValueError(f"{variable} names {file}, which cannot be read: {reason}.") from error
