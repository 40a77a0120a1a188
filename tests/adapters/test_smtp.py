import asyncio
import re
import ssl
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from adapters.smtp_server import LOG_IN, Mailbox, self_signed, smtp_server
from plaza.adapters import smtp
from plaza.adapters.mail_message import sender_of
from plaza.adapters.smtp import SmtpServer, SmtpTransport
from plaza.contexts.notifications.letter import Letter
from plaza.contexts.notifications.mail_transport import Undeliverable, Undelivered

RECIPIENT = "ada@plaza.example"
LETTER = Letter(
    recipient=RECIPIENT,
    subject="Grüße, Ada",
    text="Öffne https://plaza.example/?token=" + 200 * "x",
    html="<p>Öffne</p>",
)


def a_transport(port: int, **changes: Any) -> SmtpTransport:
    server = SmtpServer(host="127.0.0.1", port=port, encryption="none", answer_s_max=5)
    sender = sender_of("plaza <no-reply@plaza.example>")
    return SmtpTransport(msgspec.structs.replace(server, **changes), sender)


async def undelivered(transport: SmtpTransport, letter: Letter = LETTER) -> Undelivered:
    """Why it was not sent; the reason names neither recipient nor server's words."""
    with pytest.raises(Undelivered) as refused:
        await transport.send(uuid4(), letter)
    assert RECIPIENT not in refused.value.reason
    assert "words" not in refused.value.reason
    return refused.value


async def test_a_mail_arrives_in_two_forms_from_whom_and_to_whom_it_should() -> None:
    mailbox, mail_id = Mailbox(), uuid4()
    async with smtp_server(mailbox) as port:
        await a_transport(port).send(mail_id, LETTER)

    (message,) = mailbox.messages
    assert mailbox.recipients == [RECIPIENT]
    assert message["From"] == "plaza <no-reply@plaza.example>"
    assert (message["To"], message["Subject"]) == (RECIPIENT, LETTER.subject)
    assert message["Message-ID"] == f"<{mail_id}@plaza.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().strip() == LETTER.text
    assert html.get_content().strip() == LETTER.html


async def test_a_repeat_can_be_recognized() -> None:
    mailbox, mail_id = Mailbox(), uuid4()
    async with smtp_server(mailbox) as port:
        for _ in range(2):
            await a_transport(port).send(mail_id, LETTER)

    first, second = (message["Message-ID"] for message in mailbox.messages)
    assert first == second
    assert UUID(first.strip("<>").partition("@")[0]) == mail_id


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
async def test_a_mail_goes_encrypted_to_a_server_that_is_who_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encryption: str
) -> None:
    certificate, context = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    mailbox = Mailbox()
    encrypted: dict[str, Any] = {encryption: context}
    async with smtp_server(mailbox, **encrypted) as port:
        await a_transport(port, encryption=encryption).send(uuid4(), LETTER)

    assert len(mailbox.messages) == 1
    # What aiosmtpd calls encrypted is what STARTTLS did; the other server takes nothing else.
    assert mailbox.were_encrypted == [encryption == "starttls"]


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
async def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(
    tmp_path: Path, encryption: str
) -> None:
    _, context = self_signed(tmp_path)
    mailbox = Mailbox()
    encrypted: dict[str, Any] = {encryption: context}
    async with smtp_server(mailbox, **encrypted) as port:
        await undelivered(a_transport(port, encryption=encryption))

    assert mailbox.messages == []


async def test_nothing_is_sent_in_the_clear_where_the_server_takes_its_offer_away() -> None:
    mailbox = Mailbox()
    async with smtp_server(mailbox) as port:
        refused = await undelivered(a_transport(port, encryption="starttls"))

    assert not isinstance(refused, Undeliverable)
    assert mailbox.messages == []


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    certificate, context = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return context


async def test_a_server_that_wants_a_log_in_gets_it(trusted: ssl.SSLContext) -> None:
    mailbox, (username, password) = Mailbox(), LOG_IN
    async with smtp_server(mailbox, starttls=trusted, wants_log_in=True) as port:
        transport = a_transport(port, encryption="starttls", username=username, password=password)
        await transport.send(uuid4(), LETTER)

    assert (len(mailbox.messages), mailbox.users) == (1, [username])


async def test_a_wrong_log_in_is_for_the_operator_to_mend_and_not_the_recipients_fault(
    trusted: ssl.SSLContext,
) -> None:
    async with smtp_server(Mailbox(), starttls=trusted, wants_log_in=True) as port:
        transport = a_transport(port, encryption="starttls", username="plaza", password="wrong")
        refused = await undelivered(transport)

    assert not isinstance(refused, Undeliverable)
    assert "535" in refused.reason


@pytest.mark.parametrize("at", ["recipient_answers", "data_answers"])
async def test_a_refusal_for_now_ends_with_the_mail_taken(at: str) -> None:
    answers: dict[str, Any] = {at: [f"451 4.7.1 words about {RECIPIENT}"]}
    mailbox = Mailbox(**answers)
    async with smtp_server(mailbox) as port:
        refused = await undelivered(a_transport(port))
        await a_transport(port).send(uuid4(), LETTER)

    assert not isinstance(refused, Undeliverable)
    assert refused.reason.endswith("451 4.7.1")
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize("at", ["recipient_answers", "data_answers"])
async def test_a_refusal_for_good_is_told_from_one_for_now(at: str) -> None:
    answers: dict[str, Any] = {at: [f"550 5.1.1 words about {RECIPIENT}"]}
    async with smtp_server(Mailbox(**answers)) as port:
        refused = await undelivered(a_transport(port))

    assert isinstance(refused, Undeliverable)
    assert re.fullmatch(r"the server refused the \w+: 550 5\.1\.1", refused.reason)


async def test_a_server_that_is_not_there_is_tried_again_later(unused_tcp_port: int) -> None:
    assert not isinstance(await undelivered(a_transport(unused_tcp_port)), Undeliverable)


@pytest.mark.parametrize("line", [b"", b"220-words\r\n"], ids=["silent", "drips"])
async def test_a_server_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch, line: bytes) -> None:
    monkeypatch.setattr(smtp, "SENDING_S_MAX", 0.3)
    left = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A greeting that never ends: each line is an answer in time. A connection that is reset has
        # no end to be read.
        while not (reader.at_eof() or writer.is_closing()):
            if line:
                writer.write(line)
                await asyncio.sleep(0.02)
            else:
                await reader.read(1)
        writer.close()
        left.set()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        async with asyncio.timeout(3):
            refused = await undelivered(a_transport(port, answer_s_max=0.2))
            await left.wait()

    assert not isinstance(refused, Undeliverable)


async def test_what_the_server_has_taken_is_sent_however_it_says_good_bye(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp, "LEAVING_S_MAX", 0.05)
    mailbox = Mailbox()
    mailbox.may_leave.clear()
    async with smtp_server(mailbox) as port:
        await a_transport(port).send(uuid4(), LETTER)

    assert len(mailbox.messages) == 1


@pytest.mark.parametrize(
    "recipient",
    [
        "ada@plaza.example\r\nBcc: eve@plaza.example",
        "ada\r\nRCPT TO:<eve@plaza.example>@plaza.example",
        "ada@plaza.example\nDATA",
        "ada@plaza.example eve",
        "@plaza.example",
        "ada",
        "",
    ],
)
async def test_what_is_no_address_is_nobodys(recipient: str) -> None:
    mailbox = Mailbox()
    async with smtp_server(mailbox) as port:
        letter = msgspec.structs.replace(LETTER, recipient=recipient)
        with pytest.raises(Undeliverable):
            await a_transport(port).send(uuid4(), letter)

    assert mailbox.messages == []


async def test_one_recipient_never_becomes_two() -> None:
    mailbox = Mailbox()
    recipient = "ada@plaza.example, eve@plaza.example"
    async with smtp_server(mailbox) as port:
        await a_transport(port).send(uuid4(), msgspec.structs.replace(LETTER, recipient=recipient))

    assert mailbox.recipients == ['"ada@plaza.example, eve"@plaza.example']


async def test_a_domain_in_letters_of_its_country_is_found() -> None:
    mailbox = Mailbox()
    letter = msgspec.structs.replace(LETTER, recipient="ada@faß.example")
    async with smtp_server(mailbox) as port:
        await a_transport(port).send(uuid4(), letter)

    assert mailbox.recipients == ["ada@xn--fa-hia.example"]


async def test_a_subject_of_two_lines_is_refused_before_anybody_is_asked(
    unused_tcp_port: int,
) -> None:
    letter = msgspec.structs.replace(LETTER, subject="Hello\r\nBcc: eve@plaza.example")
    with pytest.raises(ValueError, match="linefeed"):
        await a_transport(unused_tcp_port).send(uuid4(), letter)
