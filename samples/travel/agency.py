"""The sample's host, and a dozen trips to watch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import UUID, uuid5

from herosaga_runtime import Host

from partners import Airline, Bank, Cars, Desk, Hotels, Insurance
from travel.people import Guest
from travel.trips import (
    AirlineService,
    BankService,
    CancelTrip,
    CarsService,
    DeskService,
    HotelsService,
    InsuranceService,
    Trip,
    TripRequested,
    TripState,
)

AGENCY = UUID("0b9c4e1a-6f0d-5b7e-9a53-52d1f3f5c7e4")


def build(host: Host) -> None:
    """Give a host everything it serves."""
    host.add(Trip)
    host.add(HotelsService, Hotels())
    host.add(AirlineService, Airline())
    host.add(CarsService, Cars())
    host.add(InsuranceService, Insurance())
    host.add(BankService, Bank())
    host.add(DeskService, Desk())


def trip_id(number: int) -> UUID:
    """The id of the demo's trip `number`: the same in every run, so that a second run goes on."""
    return uuid5(AGENCY, f"trip {number}")


def trips(count: int) -> Iterator[tuple[int, TripRequested]]:
    """`count` trips: of each six, one to a full hotel, one with a carriage, one with a baby, one too dear, one slow to pay."""
    ada, bob, baby = Guest("Ada"), Guest("Bob"), Guest("Baby Max", child=True)
    wishes = {
        1: ("Atlantis", 3, (ada,), "small"),
        2: ("Vienna", 3, (ada,), "carriage"),
        3: ("Oslo", 4, (ada, bob, baby), "van"),
        4: ("Sydney", 14, (ada, bob), "large"),
        5: ("Rome", 7, (ada, bob), "small"),
    }
    for number in range(1, count + 1):
        city, nights, guests, car = wishes.get(number % 6, ("Lisbon", 3, (ada, bob), "small"))
        insured = number % 4 == 0
        yield number, TripRequested(trip_id(number), city, nights, guests, car, insured)


async def demo(host: Host, count: int = 12, pause: float = 0.15) -> None:
    """Request trips, one each `pause` seconds; cancel some of those that are slow to pay.

    The messages have fixed ids. Whoever has seen one drops it, so a second run only goes on with what the first left.
    """
    slow = [number for number in range(1, count + 1) if number % 12 == 5]
    async with asyncio.TaskGroup() as travellers:
        for number in slow:
            travellers.create_task(cancel(host, number))
        for number, trip in trips(count):
            await host.publish(trip, id=f"demo-trip-{number}")
            await asyncio.sleep(pause)


async def cancel(host: Host, number: int) -> None:
    """Cancel a trip while the bank still thinks about it."""
    await until(host, trip_id(number), TripState.BOOKING_PAYMENT)
    await host.send(CancelTrip(trip_id(number)), id=f"demo-cancel-{number}")


async def until(host: Host, trip: UUID, state: TripState) -> None:
    """Wait until a trip is in a state, or has ended."""
    while True:
        instance = await host.find(Trip, trip)
        if instance and (instance.state is state or instance.outcome):
            return
        await asyncio.sleep(0.02)
