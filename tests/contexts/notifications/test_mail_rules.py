from datetime import UTC, datetime
from uuid import uuid4

import pytest

from plaza.contexts.notifications.mail import RETRIES, Mail, Status, delay_after
from plaza.kernel.refusals import IllegalTransition

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def a_mail(status: Status) -> Mail:
    return Mail(id=uuid4(), kind="invitation", status=status, attempts=6, version=4)


def test_a_mail_is_tried_for_most_of_a_day_and_then_given_up() -> None:
    delays = [delay_after(attempts) for attempts in range(1, 8)]
    assert delays == [60, 300, 1800, 7200, 21600, None, None]


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_what_was_not_delivered_can_be_sent_now_from_the_start(status: Status) -> None:
    mail = a_mail(status)
    retried = mail.retry(NOW)

    assert (mail.status, mail.attempts, mail.next_attempt_at) == ("pending", 0, NOW)
    assert (retried.mail_id, retried.version, retried.kind) == (mail.id, 5, "invitation")


@pytest.mark.parametrize("status", sorted(RETRIES.keys() - {"pending", "failed"}))
def test_what_is_delivered_under_way_or_nobodys_is_left_alone(status: Status) -> None:
    with pytest.raises(IllegalTransition):
        a_mail(status).retry(NOW)
