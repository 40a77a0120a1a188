from prometheus_client import Counter

from plaza.kernel.rate_policies import RatePolicy
from plaza.kernel.refusals import Refusal

REFUSED = Counter("plaza_rate_limited", "Requests refused by a rate limit", ["policy"])


class RateLimited(Refusal):
    """Asked more often than the policy allows.

    Attributes:
        retry_after_s: when there is room for one more.
    """

    status = 429
    code = "rate_limited"
    title = "Too many requests"

    def __init__(self, policy: RatePolicy, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        REFUSED.labels(policy.name).inc()
        super().__init__(
            f"The limit {policy.name} allows {policy.quota} requests in {policy.period_s} s; "
            f"try again in {retry_after_s} s.",
            policy=policy.name,
        )
