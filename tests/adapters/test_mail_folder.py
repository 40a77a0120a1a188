import os
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from plaza.adapters.mail_folder import FolderTransport
from plaza.adapters.mail_message import sender_of
from plaza.contexts.notifications.letter import Letter
from plaza.contexts.notifications.mail_transport import Undelivered
from plaza.settings import InvalidSetting

LETTER = Letter(
    recipient="ada@plaza.example",
    subject="Hello",
    text="https://plaza.example/verify-email?token=" + 90 * "x",
    html="<p>Hello</p>",
)
SENDER = sender_of("plaza <no-reply@plaza.example>")


def a_folder(tmp_path: Path) -> FolderTransport:
    """Its clock goes on by 90 minutes a mail, over the end of a year."""
    begun, times = datetime(2026, 12, 31, 22, tzinfo=UTC), count()
    return FolderTransport(
        tmp_path / "new" / "mail", SENDER, lambda: begun + next(times) * timedelta(minutes=90)
    )


async def test_the_last_name_is_the_newest_mail(tmp_path: Path) -> None:
    transport = a_folder(tmp_path)
    for number in range(3):
        await transport.send(uuid4(), msgspec.structs.replace(LETTER, subject=f"Mail {number}"))

    files = sorted((tmp_path / "new" / "mail").iterdir())
    subjects = [message_from_bytes(f.read_bytes(), policy=policy.default)["Subject"] for f in files]
    assert subjects == ["Mail 0", "Mail 1", "Mail 2"]
    assert {file.suffix for file in files} == {".eml"}


async def test_a_link_can_be_copied_out_of_the_file_as_it_is(tmp_path: Path) -> None:
    await a_folder(tmp_path).send(uuid4(), LETTER)

    (file,) = (tmp_path / "new" / "mail").iterdir()
    assert LETTER.text in file.read_text().splitlines()


async def test_mails_are_for_their_owners_eyes(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "mail"
    folder.mkdir(parents=True, mode=0o755)
    before = os.umask(0)
    try:
        await a_folder(tmp_path).send(uuid4(), LETTER)
    finally:
        os.umask(before)

    (file,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


async def test_a_mail_that_could_not_be_written_leaves_nothing_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Undelivered, match="No space left on device"):
        await a_folder(tmp_path).send(uuid4(), LETTER)

    assert list((tmp_path / "new" / "mail").iterdir()) == []


@pytest.mark.parametrize(
    "mail_from",
    ["", "plaza", "a@plaza.example, b@plaza.example", "x <a@b\r\nBcc: c>", "x <@b.c>", "a@faß..x"],
)
def test_what_is_not_one_address_is_no_sender(mail_from: str) -> None:
    with pytest.raises(InvalidSetting, match="PLAZA_MAIL_FROM"):
        sender_of(mail_from)


def test_a_sender_has_a_name_in_any_letters() -> None:
    sender = sender_of("Märkte <post@märkte.example>")
    assert (sender.display_name, sender.addr_spec) == ("Märkte", "post@xn--mrkte-gra.example")
