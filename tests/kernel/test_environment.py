from pathlib import Path

import pytest

from plaza.kernel.environment import given_texts

FIELDS = ("host", "secret_key", "log_file")


def test_variables_of_other_programs_are_left_alone() -> None:
    texts = given_texts({"PLAZA_HOST": "a", "HOME": "/", "PLAZAX": "1"}, "PLAZA_", FIELDS)
    assert texts == {"host": "a"}


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(" top secret\n\n")
    assert given_texts({"PLAZA_SECRET_KEY_FILE": str(file)}, "PLAZA_", FIELDS) == {
        "secret_key": "top secret"
    }


def test_a_setting_that_is_called_so_names_no_file_with_its_text() -> None:
    assert given_texts({"PLAZA_LOG_FILE": "x.log"}, "PLAZA_", FIELDS) == {"log_file": "x.log"}


def test_a_text_is_given_once(tmp_path: Path) -> None:
    both = {"PLAZA_SECRET_KEY": "a", "PLAZA_SECRET_KEY_FILE": str(tmp_path / "key")}
    with pytest.raises(ValueError, match="PLAZA_SECRET_KEY and PLAZA_SECRET_KEY_FILE are both set"):
        given_texts(both, "PLAZA_", FIELDS)


@pytest.mark.parametrize("variable", ["PLAZA_NONE", "PLAZA_NONE_FILE", "PLAZA_", "PLAZA_FILE"])
def test_an_unknown_variable_is_named(variable: str) -> None:
    with pytest.raises(ValueError, match=rf"^{variable} is not a setting of plaza\. .*PLAZA_HOST"):
        given_texts({variable: "x"}, "PLAZA_", FIELDS)


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for file, reason in [
        (tmp_path / "gone", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (binary, "it is no text"),
    ]:
        with pytest.raises(ValueError, match=f"cannot be read: {reason}"):
            given_texts({"PLAZA_SECRET_KEY_FILE": str(file)}, "PLAZA_", FIELDS)
