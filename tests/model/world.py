"""A township at random: phones edit, sync, crash and are copied, the server is restored, the office decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.model import office
from tests.model.cast import DEPUTY, LEADER, SECRETARY
from tests.model.deeds import wish_of
from tests.model.feed import begin_epoch
from tests.model.laws import broken_between, broken_on_server
from tests.model.phone import Phone
from tests.model.server import Server
from tests.model.sync import FATES, turn

Step = tuple[str, int, int]
"""(what happens, to whom, a number that makes every choice in it): any list of steps can be played."""
INSTALLS = (("a", SECRETARY), ("aa", SECRETARY), ("b", DEPUTY), ("c", LEADER))
MOST_PHONES = 6
THREE_YEARS_MS = 94_608_000_000
QUIET_TURNS = 400


class World:
    """One run.

    Shape:  `broken` what was found so far; `saved` changes made by people; `counts` how often each thing happened
    """

    def __init__(self, skew: bool = True) -> None:
        self.server = Server()
        self.phones: list[Phone] = []
        self.skew = skew
        self.broken: list[str] = []
        self.saved = 0
        self.counts: dict[str, int] = {}
        for name, actor in INSTALLS:
            self.server.enrol(name, actor, name)
            self.phones.append(Phone(name, name, actor.account))
        self.backup = self.server.copy()

    def play(self, steps: Sequence[Step], watch_every: int = 8) -> None:
        """The steps one after the other, then clear weather; the laws are asked as one goes and at the end."""
        for at, step in enumerate(steps):
            self.do(step)
            if at % watch_every == 0:
                self.watch()
            if self.broken:
                return
        self.settle()
        self.watch()

    def do(self, step: Step) -> None:
        """One thing happens."""
        what, who, number = step
        phone = self.phones[who % len(self.phones)]
        self.count(what, DO[what](self, phone, number))

    def count(self, what: str, happened: bool = True) -> None:
        """One more of it."""
        if happened:
            self.counts[what] = self.counts.get(what, 0) + 1

    def watch(self) -> None:
        """The laws are asked about the server and about each phone beside it."""
        self.broken += broken_on_server(self.server)
        for phone in self.phones:
            self.broken += broken_between(self.server, phone)

    def settle(self) -> None:
        """Clear weather: every phone syncs until nothing waits and nothing is new."""
        quiet = 0
        for _ in range(QUIET_TURNS):
            rests = [self._is_at_rest(phone) for phone in self.phones]
            quiet = quiet + 1 if all(rests) else 0
            if quiet > 1:
                return
        waiting = {phone.install: len(phone.waiting()) for phone in self.phones}
        self.broken.append(f"L9: the phones do not come to rest in clear weather; waiting: {waiting}")

    def _is_at_rest(self, phone: Phone) -> bool:
        phone.outdated = False
        errand = turn(phone, self.server)
        enrolled = self.server.replicas.get(phone.replica)
        if enrolled is not None and enrolled.revoked:
            # The copy of a revoked phone has no number of its own and gets none: its work stays in its export.
            return not phone.waiting() or phone.install.partition("+")[0] in self.server.account.copied
        return errand == "rest" and not phone.waiting() and not phone.todo


def _edit(world: World, phone: Phone, number: int) -> bool:
    """A person saves something, perhaps in a form that has been open for a while, perhaps on a wrong clock."""
    wish = wish_of(phone, number)
    if wish is None:
        return False
    skew = (number * 7919 % (2 * THREE_YEARS_MS)) - THREE_YEARS_MS if world.skew else 0
    world.saved += len(phone.save(wish, clock_ms=skew))
    world.count("group", phone.own[-1].change.group is not None)
    return True


def _turn(fates: Sequence[str]) -> Callable[[World, Phone, int], bool]:
    def do(world: World, phone: Phone, number: int) -> bool:
        fate = fates[number % len(fates)]
        errand = turn(phone, world.server, fate, 1 + number // 7 % 20, 1 + number // 11 % 12)
        world.count(errand)
        world.count(fate, fate != "well")
        return True

    return do


def _crash(world: World, phone: Phone, number: int) -> bool:
    phone.reboot()
    return True


def _clone(world: World, phone: Phone, number: int) -> bool:
    """A browser profile is copied: two installs believe to be one replica."""
    if len(world.phones) >= MOST_PHONES:
        return False
    twin = phone.copy()
    twin.install = f"{phone.install}+{len(world.phones)}"
    twin.reboot()
    world.phones.append(twin)
    for server in (world.server, world.backup):
        server.account.copied |= {phone.install.partition("+")[0]}
        server.account.copies = {**server.account.copies, twin.install: (phone.install, phone.saved)}
    return True


def _back_up(world: World, phone: Phone, number: int) -> bool:
    world.server.durable = world.server.head
    world.backup = world.server.copy()
    return True


def _restore(world: World, phone: Phone, number: int) -> bool:
    """The newest backup takes the server's place, under a new epoch."""
    lost = world.server
    world.server = world.backup.copy()
    world.server.epochs = lost.epochs
    begin_epoch(world.server, lost.head)
    world.server.account.take_back(lost.account.undone)
    world.server.account.take_back({id_: one.shown for id_, one in lost.changes.items()})
    world.backup = world.server.copy()
    return True


def _outdate(world: World, phone: Phone, number: int) -> bool:
    """The phone is too old to be given pages, until it is brought up to date; what it pushes is taken."""
    phone.outdated = not phone.outdated
    return True


def _prune(world: World, phone: Phone, number: int) -> bool:
    return phone.prune()


def _office(act: Callable[[Server, int], bool]) -> Callable[[World, Phone, int], bool]:
    return lambda world, phone, number: act(world.server, number)


DO: Mapping[str, Callable[[World, Phone, int], Any]] = {
    "edit": _edit,
    "sync": _turn(("well",)),
    "storm": _turn(FATES[1:]),
    "crash": _crash,
    "clone": _clone,
    "backup": _back_up,
    "restore": _restore,
    "outdate": _outdate,
    "prune": _prune,
    "role": _office(office.change_role),
    "revoke": _office(office.revoke_one),
    "release": _office(office.release_one),
    "reject": _office(office.reject_one),
}
