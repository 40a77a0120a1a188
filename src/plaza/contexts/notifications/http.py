"""Routes that change mails."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from plaza.contexts.notifications.commands.retry_mail import RetryMail, retry_mail
from plaza.contexts.notifications.mail import Mail
from plaza.kernel.actor import MARKET
from plaza.web.authentication import operator_only
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.writing.answer import Answer, answer_with


class RetriedMail(msgspec.Struct, frozen=True):
    id: UUID
    kind: str
    status: str
    next_attempt_at: datetime


def _retried_answer(mail: Mail) -> Answer:
    return answer_with(200, RetriedMail(mail.id, mail.kind, mail.status, mail.next_attempt_at))


@post(
    "/v1/operations/mails/{mail:uuid}/retry",
    operation_id="retryMail",
    status_code=200,
    guards=[operator_only],
    responses=answers(RetriedMail),
)
async def retry(mail: FromPath[UUID], commanding: NamedDependency[Commanding]) -> Response[bytes]:
    """Send a mail now that has failed or waits for its next attempt."""
    return await commanding.run(retry_mail, RetryMail(mail_id=mail), MARKET, _retried_answer)


ROUTES = [retry]
