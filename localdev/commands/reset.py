"""``reset``."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import click

from localdev.command import emulator_at, located


@click.command()
@located
@click.option("--account", help="Only this account: the 12 digits that clients give as access key id.")
def reset(root: Path, port: int | None, account: str | None) -> None:
    """Delete everything that the emulator holds. At once, while it runs; functions end."""
    query = f"?account={quote(account)}" if account is not None else ""
    accounts = emulator_at(root, port).ask(f"/_localdev/reset{query}", method="POST")["accounts"]
    click.echo(f"reset {', '.join(accounts)}" if accounts else "nothing to reset")
