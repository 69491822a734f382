"""Long lists on a host: the steps of a sequence and what is undone are no endless loop, however many there are."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from herosaga_runtime import Context, Event, Host
from herosaga_runtime.testing import SeededRandom, VirtualClock

from helpers.projects import loaded

PARTY = """
namespace long

extern event Invited { key party_id: str  guests: list[int] }
extern event CalledOff { key party_id: str }
command SeatGuest { key party_id: str  guest: int }
event GuestSeated { key party_id: str  guest: int }
command FreeSeat { key party_id: str  guest: int }
event SeatFreed { key party_id: str }
command AskAgain { key party_id: str }
event Asked { key party_id: str }

service Hall {
  handle SeatGuest emits GuestSeated undone by FreeSeat
  handle FreeSeat emits SeatFreed
  handle AskAgain emits Asked readonly
}

saga Party by party_id: str {
  data { guests: list[int]  seated: int = 0 }
  start { on Invited(guests) -> Seating }
  sequence Seating {
    for each in guests { step SeatGuest(party_id, guest = each) compensable { set seated += 1 } }
    done -> Seated
    failed compensate -> Off
  }
  state Seated { on CalledOff compensate -> Off }
  final Off failed
}

saga Asking by party_id: str {
  start { on CalledOff -> Again { request AskAgain(party_id) } }
  state Again {
    on Asked -> Again { request AskAgain(party_id) }
    on failure of AskAgain -> Enough
  }
  final Enough
}
"""


class Hall:
    """Does all that it is asked for."""

    def __init__(self, module: Any) -> None:
        self.module = module

    async def seat_guest(self, command: Any, context: Context) -> Event:
        seated: Event = self.module.GuestSeated(command.party_id, command.guest)
        return seated

    async def free_seat(self, command: Any, context: Context) -> Event:
        freed: Event = self.module.SeatFreed(command.party_id)
        return freed

    async def ask_again(self, command: Any, context: Context) -> Event:
        asked: Event = self.module.Asked(command.party_id)
        return asked


def test_more_steps_than_messages_may_follow_from_one(tmp_path: Path) -> None:
    async def script(module: Any) -> None:
        host = Host("memory:", clock=VirtualClock(), random=SeededRandom(0), hop_limit=10)
        host.add(module.Party)
        host.add(module.Asking)
        host.add(module.HallService, Hall(module))
        async with host:
            await host.publish(module.Invited("p", tuple(range(40))))
            await host.settle()
            seated = await host.find(module.Party, "p")
            assert seated is not None
            assert (seated.state, seated.data.seated) == ("Seated", 40)
            await host.publish(module.CalledOff("p"))
            await host.settle()
            off = await host.find(module.Party, "p")
            assert off is not None
            assert (off.state, off.outcome) == ("Off", "compensated")
            assert len(off.history) == 82
            endless = await host.find(module.Asking, "p")
            assert endless is not None and endless.state == "Enough"
            (letter,) = await host.dead_letters()
            assert letter.message_type == "long.AskAgain" and "endless" in letter.reason

    with loaded({"party.saga": PARTY}, tmp_path, "long.party") as (module,):
        asyncio.run(script(module))
