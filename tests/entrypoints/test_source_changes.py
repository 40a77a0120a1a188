import asyncio
from pathlib import Path

import pytest

from plaza.entrypoints.supervising import source_changes as module
from plaza.entrypoints.supervising.source_changes import source_changes


def test_changed_new_and_removed_sources_are_seen_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "POLL_INTERVAL_S", 0.01)
    changed, removed, new = (tmp_path / name for name in ("changed.py", "gone.sql", "new.py"))
    for path in (changed, removed):
        path.write_text("")

    async def scene() -> list[Path]:
        changes = source_changes(tmp_path)
        seeing = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0.05)
        (tmp_path / "notes.txt").write_text("")
        await asyncio.sleep(0.05)
        assert not seeing.done()
        changed.write_text("1")
        removed.unlink()
        new.write_text("")
        return await asyncio.wait_for(seeing, 5)

    assert asyncio.run(scene()) == [changed, removed, new]
