"""One turn of a phone's sync: the next errand in the order of pwa/src/sync/step.ts, with the fate of its request."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.problems import Problem
from tests.model.feed import pull
from tests.model.phone import Phone
from tests.model.server import Server

FATES = ("well", "lost", "unheard", "twice")


def turn(phone: Phone, server: Server, fate: str = "well", batch: int = 20, page: int = 500) -> str:
    """One errand is done, or its request was lost, or its answer. Shape: the errand's name, `rest` if none is due."""
    if phone.todo and phone.replica in server.replicas:
        (errand, start), *rest = phone.todo
        phone.todo = tuple(rest)
        return todo(phone, server, errand, start, fate)
    if phone.replica not in server.replicas:
        return enrol_again(phone, server)
    if not phone.greeted and not _is_revoked(phone, server):
        return greet(phone, server, fate)
    if phone.waiting():
        return push(phone, server, fate, batch)
    return fetch(phone, server, fate, page)


def greet(phone: Phone, server: Server, fate: str) -> str:
    """The first call of each session (pwa/src/sync/hello.ts)."""
    if fate in ("lost", "unheard"):
        return "hello"
    numbers = server.numbers[phone.replica]
    last_n, last_hash = len(numbers), numbers[-1].item.hash if numbers else None
    phone.todo += judge_hello(phone, server.epoch, last_n, last_hash)
    phone.new_epoch, phone.greeted = server.epoch, True
    return "hello"


def judge_hello(phone: Phone, epoch: str, last_n: int, last_hash: str | None) -> tuple[tuple[str, int | None], ...]:
    """What is to be done before anything is pushed."""
    mine = [one for one in phone.own if one.gen == phone.gen]
    kept = next((one.change.hash for one in mine if one.n == last_n), None)
    other = kept is not None and last_hash is not None and last_n > 0 and kept != last_hash
    forked = phone.must_register is not None or last_n > phone.n or other
    if epoch != phone.epoch:
        rebuild = ("rebuild", last_n + 1)
        older = len(mine) < len(phone.own)
        return (rebuild, ("register", None)) if forked or older else (rebuild,)
    if forked:
        return (("register", None),)
    answered = max((one.n for one in mine if one.outcome), default=0)
    return (("resume", last_n + 1),) if last_n < answered else ()


def has_all_from(start: int, kept: Sequence[int], last_n: int) -> bool:
    """Whether every number from there to the last one given out is still kept: the server takes no gaps."""
    return start > 0 and sum(n >= start for n in kept) == last_n - start + 1


def push(phone: Phone, server: Server, fate: str, most: int) -> str:
    """The outbox goes up; the answer may be lost on its way, or the request come twice."""
    if fate == "lost":
        return "push"
    sent, gen = phone.batch(most), phone.gen
    try:
        verdicts = server.push(phone.replica, sent, phone.epoch)
        if fate == "twice" and server.push(phone.replica, sent, phone.epoch) != verdicts:
            server.broken += ("L5: the same push had another answer the second time",)
    except Problem as problem:
        if fate != "unheard":
            react(phone, problem)
        return "push"
    if fate != "unheard":
        phone.heard(gen, verdicts)
    return "push"


def fetch(phone: Phone, server: Server, fate: str, limit: int) -> str:
    """One page comes down. A receipt that does not match is a broken law here, for nothing was ever damaged."""
    if fate == "lost" or phone.outdated:
        return "rest" if phone.outdated else "pull"
    head = phone.head
    try:
        page = pull(server, phone.replica, phone.cursor, limit)
    except Problem as problem:
        if fate != "unheard":
            react(phone, problem)
        return "pull"
    if fate == "unheard":
        return "pull"
    phone.durable = server.durable
    phone.take(page, head)
    if page.more:
        return "pull"
    if not phone.waiting() and page.acked < phone.n:
        phone.todo += (("resume", page.acked + 1),)
        return "pull"
    return "rest"


def todo(phone: Phone, server: Server, errand: str, start: int | None, fate: str) -> str:
    """Work that an answer asked for."""
    if errand == "rebuild":
        older = any(one.gen < phone.gen for one in phone.own)
        if start is not None:
            phone.forget_outcomes(start)
        everything = start is not None and older
        phone.empty_mirror(phone.new_epoch or phone.epoch, "all" if everything else phone.must_register)
    elif errand == "resume":
        mine = [one.n for one in phone.own if one.gen == phone.gen]
        if has_all_from(start or 0, mine, phone.n):
            phone.forget_outcomes(start or 0)
        else:
            phone.must_register = "all"
            phone.todo = (("register", None), *phone.todo)
    elif fate in ("lost", "unheard"):
        phone.todo = (("register", None), *phone.todo)
        if fate == "unheard":
            server.enrol(f"{phone.install}#{len(server.replicas)}", server.actor_of(phone.replica), phone.install)
    else:
        register(phone, server)
    return errand


def register(phone: Phone, server: Server) -> None:
    """A new replica with the old token. A revoked one has no successor."""
    if _is_revoked(phone, server):
        return
    name = f"{phone.install}#{len(server.replicas)}"
    server.enrol(name, server.actor_of(phone.replica), phone.install)
    phone.become(name)


def enrol_again(phone: Phone, server: Server) -> str:
    """The server that came back from a backup has never heard of this replica: a new invitation (home.ts)."""
    everything = server.epoch != phone.epoch
    phone.must_register = "all" if everything else None
    name = f"{phone.install}#{len(server.replicas)}"
    server.enrol(name, server.actors[phone.account], phone.install)
    phone.become(name)
    phone.todo = ()
    return "enrol"


def react(phone: Phone, problem: Problem) -> None:
    """What the phone does about a problem (pwa/src/sync/reaction.ts)."""
    slug = problem.entry.slug
    if slug == "change-gap":
        phone.todo += (("resume", problem.more["expected"]),)
    elif slug == "replica-forked":
        phone.todo += (("register", None),)
    elif slug == "epoch-changed":
        phone.todo += (("rebuild", None),)
        phone.greeted = False


def _is_revoked(phone: Phone, server: Server) -> bool:
    return server.replicas[phone.replica].revoked
