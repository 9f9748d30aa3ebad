"""`zoufang hub`: a round goes to a laptop in the hall, is held there, and comes back once."""

from __future__ import annotations

from pathlib import Path

import click

from server.cli.hub_laptop import close, run
from server.cli.hub_passphrase import locked_into, new_file, passphrase_of, passphrase_option
from server.cli.opened import json_option, now_ms, opened, say, the_record, the_township, township_option
from server.commands.hub.export_round import export_round
from server.commands.hub.import_hub import import_hub
from server.commands.hub.lose_hub import lose_hub
from server.domain.ballot.handover import BACK, Handover
from server.domain.hub_file import unlocked
from server.schemas.hub_file import handover_bytes, read_handover
from server.schemas.kinds.registry import KINDS

BY = "cli"
NO_PORT = (
    "HUB_PORT is not set here. If the server runs without it, too, no phone's app may speak to the laptop: set it, "
    "restart the server and let the phones open the app once before the meeting, or everybody takes paper."
)


@click.group()
def hub() -> None:
    """A round with a laptop in the hall: export here, run and close there, import here."""


@hub.command("export")
@click.argument("ballot", metavar="ROUND")
@click.option("--to", "path", required=True, type=click.Path(path_type=Path), help="The file to carry to the laptop.")
@click.option("--origin", metavar="URL", help="The app's address on the phones; default PUBLIC_URL or the running one.")
@passphrase_option
@township_option
@json_option
def export(
    ballot: str, path: Path, origin: str | None, passphrase_file: Path | None, township: str | None, as_json: bool
) -> None:
    """Give a round (issued or open) to a hub; this server then refuses its sheets and forms until the file is back."""
    with opened() as settings:
        tenant, home = the_township(township), origin or settings.address()
        if home is None:
            raise click.ClickException(
                "nobody knows the app's address on the phones; give it with --origin or PUBLIC_URL"
            )
        round_id = the_record(tenant, "ballot_round", ballot, "title")
        if path.exists():
            raise click.ClickException(f"{path} exists; nothing was written")
        passphrase = passphrase_of(passphrase_file, new=True)
        with new_file(path) as descriptor:

            def write(given: Handover) -> None:
                locked_into(descriptor, handover_bytes(given), passphrase)

            given = export_round(KINDS, tenant.id, BY, round_id, home, write, now_ms())
    port = f" --port {settings.hub_port}" if settings.hub_port else ""
    words = f"The round is with the hub now; carry {path} to the laptop: zoufang hub run {path.name}{port}"
    if not settings.hub_port:
        click.echo(NO_PORT, err=True)
    say(as_json, {"path": str(path), "round": round_id, "hub": given.hub, "guests": len(given.guests)}, words)


@hub.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@passphrase_option
@json_option
def bring_back(path: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Take the file of a closed hub: its sheets, slips, forms and attendance, once; the round goes on here."""
    if not path.is_file():
        raise click.ClickException(f"there is no file {path}")
    with opened():
        given = read_handover(unlocked(path.read_bytes(), passphrase_of(passphrase_file)), BACK)
        done = import_hub(KINDS, BY, given, now_ms())
    told = f"{done.handed_in} have handed in or hold paper, {done.slips} slips; the round is {done.state}."
    words = f"The round is back: {told}" if done.changed else "This hub's file was here before: nothing has changed."
    say(as_json, {"round": given.round.id, "changed": done.changed, "state": done.state}, words)


@hub.command("take-back")
@click.argument("ballot", metavar="ROUND")
@click.option("--reason", required=True, help="Why; everybody on the roll reads it.")
@click.option(
    "--void", "sure", is_flag=True, required=True, help="Yes: what the hub signed is lost, the round is void."
)
@township_option
@json_option
def take_back(ballot: str, reason: str, sure: bool, township: str | None, as_json: bool) -> None:
    """The laptop is lost: void the round, so that it can be repeated; its file is never taken again."""
    if not reason.strip() or len(reason) > 200:
        raise click.ClickException("a reason has 1 to 200 characters")
    with opened():
        tenant = the_township(township)
        round_id = the_record(tenant, "ballot_round", ballot, "title")
        lose_hub(KINDS, tenant.id, BY, round_id, reason.strip(), now_ms())
    say(as_json, {"round": round_id, "state": "void"}, "The round is void; prepare another for the meeting.")


hub.add_command(run)
hub.add_command(close)
