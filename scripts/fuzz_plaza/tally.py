"""What was sent and answered, and what was not as it should be."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import msgspec
from schemathesis.core.failures import Failure
from schemathesis.engine import Status
from schemathesis.engine.events import EngineEvent, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import CheckFailureInfo, ScenarioRecorder

from fuzz_plaza.turns import Turn

ANSWER_LENGTH_MAX = 500
NO_ANSWER = "none"
OF_PLAZA = "plaza"


class Finding(msgspec.Struct, frozen=True):
    """One way in which plaza failed, with the first request that showed it."""

    operation: str
    check: str
    title: str
    message: str
    caller: str
    seed: int
    commands: list[str]
    """curl, one a request, in their order."""
    answer: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.operation, self.check, self.title


class Tally:
    """Counts by operation, and each failure once."""

    def __init__(self) -> None:
        self.requests = 0
        self.statuses: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """By tag: how often each kind of answer was given."""
        self.reached: set[str] = set()
        """Operations that succeeded at least once."""
        self.operations: dict[str, str] = {}
        """The tag of every operation that was called."""
        self.findings: dict[tuple[str, str, str], Finding] = {}
        self.repeats: Counter[tuple[str, str, str]] = Counter()

    def note(self, event: EngineEvent, turn: Turn) -> None:
        if isinstance(event, ScenarioFinished):
            self._count(event.recorder)
            for finding in _findings(event.recorder, turn):
                self.add(finding)
        elif isinstance(event, NonFatalError):
            self.add(_error(event, turn))

    def add(self, finding: Finding) -> None:
        self.findings.setdefault(finding.key, finding)
        self.repeats[finding.key] += 1

    def failures_in(self, tag: str) -> int:
        return sum(
            self.operations.get(finding.operation) == tag for finding in self.findings.values()
        )

    def _count(self, recorder: ScenarioRecorder) -> None:
        for case_id, interaction in recorder.interactions.items():
            self.requests += 1
            operation = recorder.cases[case_id].value.operation
            tag = (operation.tags or [OF_PLAZA])[0]
            self.operations[operation.label] = tag
            if interaction.response is None:
                self.statuses[tag][NO_ANSWER] += 1
                continue
            status = interaction.response.status_code
            self.statuses[tag][f"{status // 100}xx"] += 1
            # OPTIONS and the like are sent to every path, too.
            if status < 300 and interaction.request.method == operation.method.upper():  # noqa: PLR2004
                self.reached.add(operation.label)


def _findings(recorder: ScenarioRecorder, turn: Turn) -> Iterator[Finding]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.status is Status.FAILURE and check.failure_info is not None:
                yield _finding(recorder, case_id, check.name, check.failure_info, turn)


def _finding(
    recorder: ScenarioRecorder, case_id: str, check: str, told: CheckFailureInfo, turn: Turn
) -> Finding:
    failure: Failure = told.failure
    interaction = recorder.interactions.get(failure.case_id or case_id)
    response = interaction.response if interaction else None
    return Finding(
        operation=recorder.cases[case_id].value.operation.label,
        check=check,
        title=failure.title,
        message=failure.message,
        caller=turn.caller,
        seed=turn.seed,
        commands=[step.curl for step in told.steps] or [told.code_sample],
        answer="" if response is None else _answer(response.status_code, response.content),
    )


def _error(event: NonFatalError, turn: Turn) -> Finding:
    return Finding(
        operation=event.label,
        check="error",
        title=event.info.title,
        message=event.info.format(),
        caller=turn.caller,
        seed=turn.seed,
        commands=[event.info.code_sample] if event.info.code_sample else [],
    )


def _answer(status: int, content: bytes | None) -> str:
    return f"{status} {(content or b'').decode(errors='replace')[:ANSWER_LENGTH_MAX]}"
