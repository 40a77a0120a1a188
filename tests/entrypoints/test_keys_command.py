"""`plaza keys`, as an operator types it."""

from pathlib import Path

import pytest

from entrypoints.conftest import Run


@pytest.mark.parametrize("how", [(), ("--now",)])
def test_no_key_is_added_under_a_secret_that_nobody_else_has(
    run_plaza: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: tuple[str, ...]
) -> None:
    monkeypatch.delenv("PLAZA_SECRET_KEY")
    monkeypatch.setenv("PLAZA_DATA_DIR", str(tmp_path))

    done = run_plaza("keys", "rotate", *how)

    assert done.code == 2
    assert "PLAZA_SECRET_KEY is not set" in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []
