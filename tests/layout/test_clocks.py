"""Who looks at the host's clock: hosts' clocks differ and jump, the database's is one."""

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "plaza"
MAY_LOOK = {
    # The provider that the sandbox plays is another host, with a clock of its own.
    "entrypoints/sandbox/messages.py",
    "entrypoints/sandbox/webhook_sender.py",
    "kernel/clock.py",
}
MAY_TAKE_IT = {
    # The date on a mail, which nobody compares.
    "adapters/mail_folder.py",
    "adapters/smtp.py",
}
LOOKS = re.compile(r"\b(time\.time(_ns)?|datetime\.(now|utcnow)|date\.today)\b")
TAKES = re.compile(r"^from plaza\.kernel\.clock import .*\bsystem_clock\b", re.MULTILINE)


def names(files: list[Path]) -> set[str]:
    return {str(file.relative_to(SOURCE)) for file in files}


def test_only_what_nobody_compares_comes_from_a_hosts_clock() -> None:
    # fault 55
    files = list(SOURCE.rglob("*.py"))
    assert names([file for file in files if LOOKS.search(file.read_text())]) == MAY_LOOK
    assert names([file for file in files if TAKES.search(file.read_text())]) == MAY_TAKE_IT
