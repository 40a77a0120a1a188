"""A letter in the form in which it travels (RFC 5322)."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from email_validator import validate_email

from plaza.contexts.notifications.letter import Letter
from plaza.contexts.notifications.mail_transport import Undeliverable
from plaza.settings import InvalidSetting

# As long as SMTP takes them: a link is not cut, and a mail in a folder can be read as it is.
POLICY = SMTP.clone(max_line_length=998)
HOST = re.compile(r"[A-Za-z0-9.-]+|\[[A-Fa-f0-9.:]+\]")


def sender_of(mail_from: str) -> Address:
    """Who the mails are from.

    Raises:
        InvalidSetting: it is not one address.
    """
    try:
        address = _only_address(mail_from)
        return _mailbox(address.username, address.domain, address.display_name)
    except ValueError as error:
        message = (
            f"PLAZA_MAIL_FROM={mail_from!r} cannot be used: write one address, with or without a "
            "name, such as `plaza <no-reply@plaza.example>`."
        )
        raise InvalidSetting(message) from error


def message_of(mail_id: UUID, letter: Letter, sender: Address, now: datetime) -> EmailMessage:
    """The message; its Message-ID follows from the mail, so that a repeat is recognized.

    Raises:
        Undeliverable: the recipient's address cannot be one.
    """
    message = EmailMessage(POLICY)
    message["From"] = sender
    message["To"] = _recipient_of(letter)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail_id}@{sender.domain}>"
    # No "out of office" comes back (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def _recipient_of(letter: Letter) -> Address:
    """The one recipient: its parts are given apart, so that no text becomes two addresses."""
    username, _, domain = letter.recipient.rpartition("@")
    try:
        return _mailbox(username, domain)
    except ValueError as error:
        raise Undeliverable("the recipient's address cannot be one") from error


def _only_address(text: str) -> Address:
    header = SMTP.header_factory("From", text)
    if header.defects:
        raise header.defects[0]
    addresses: Sequence[Address] = getattr(header, "addresses", ())
    (address,) = addresses
    return address


def _mailbox(username: str, domain: str, name: str = "") -> Address:
    """The address, its domain as servers know it (IDNA 2008: `faß.example` is no `fass.example`).

    Raises:
        ValueError: it cannot be one.
    """
    if not domain.isascii():
        domain = validate_email(f"postmaster@{domain}", check_deliverability=False).ascii_domain
    if not username or not HOST.fullmatch(domain):
        message = "not an address"
        raise ValueError(message)
    return Address(name, username, domain)
