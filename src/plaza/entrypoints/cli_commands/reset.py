import shutil
from pathlib import Path

import rich_click as click

from plaza.embedded.folder_lock import LOCK_FILE, locked_folder
from plaza.embedded.placement import POINTER_FILE, moved_folder
from plaza.embedded.servers import ADDRESSES_FILE
from plaza.entrypoints.sandbox.books import FILES as SANDBOX_FILES
from plaza.settings import settings_from

MADE_BY_SERVERS = ("postgres", "postgres.draft", "valkey", "logs", "run")
MADE_BY_PLAZA = (
    *("secret.key", ADDRESSES_FILE, POINTER_FILE, "media", "mail", LOCK_FILE),
    *SANDBOX_FILES,
)


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(*, yes: bool) -> None:
    """Remove all data of the embedded servers, and the secrets made with them.

    The next `plaza up` starts as the first one did. Servers of your own (PLAZA_DATABASE_URL,
    PLAZA_REDIS_URL) are left alone, and so is whatever else stands in the data folder.

    For example:

        plaza reset

        PLAZA_DATA_DIR=.plaza-2 plaza reset --yes
    """
    data_dir = settings_from().data_dir.absolute()
    if not (data_dir / LOCK_FILE).exists():
        click.echo(f"There is nothing to remove: no plaza has worked in {data_dir}.")
        return
    with locked_folder(data_dir):
        if not yes:
            click.confirm(f"Remove the marketplace in {data_dir}?", abort=True)
        _remove(data_dir)
    left = sorted(path.name for path in data_dir.iterdir())
    if left:
        click.echo(f"Left in {data_dir}, because plaza did not make it: {', '.join(left)}.")
    click.echo("Removed.")


def _remove(data_dir: Path) -> None:
    """Remove what plaza made, by name: the folder may be one that holds other things too."""
    moved = moved_folder(data_dir)
    if moved is not None:
        shutil.rmtree(moved, ignore_errors=True)
    for name in (*MADE_BY_SERVERS, *MADE_BY_PLAZA):
        path = data_dir / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
