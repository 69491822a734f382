"""The services of the sample: hotels, an airline, a car rental, an insurer, a bank, and a desk that writes to travellers.

They keep their own tables in the host's database. What they write there is committed together with what they answer, so
`effects` lists what was done, by the id of the message that asked for it: once each, however often a process was killed.

An undo may come before what it undoes. Each service remembers what was called off (`undone`), and refuses it from then on.
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from uuid import UUID

from herosaga_runtime.service import Context

from travel.trips import (
    AssignSeat,
    BookFlight,
    BookHotel,
    BuyCover,
    CancelCover,
    CancelFlight,
    CancelHotel,
    CancellationRefused,
    CarReserved,
    CarReturned,
    CoverBought,
    CoverCancelled,
    CoverRefused,
    FlightBooked,
    FlightCancelled,
    FreeSeat,
    HotelBooked,
    HotelCancelled,
    HotelFull,
    IssueTickets,
    NoCar,
    NoFlight,
    NotifyTraveller,
    PaymentDeclined,
    PaymentRefunded,
    PaymentTaken,
    RefundPayment,
    ReserveCar,
    ReturnCar,
    SeatAssigned,
    SeatFreed,
    SeatRefused,
    TakePayment,
    TicketsIssued,
    TripBooked,
    TripCancelled,
    TripRejected,
)

NIGHT = Decimal(90)
FARE = Decimal(180)
CAR = Decimal(45)
CREDIT = Decimal(2000)
"""The bank declines what costs more."""

ROWS = "abcdef"
CALLED_OFF = "was called off already"


class Offline(Exception):
    """The mail server does not answer just now."""


async def tables(context: Context) -> sqlite3.Connection:
    """The services' own tables, in the transaction that commits the answer."""
    connection: sqlite3.Connection = await context.transaction()
    connection.execute(
        "CREATE TABLE IF NOT EXISTS effects"
        " (message TEXT, who TEXT, effect TEXT, PRIMARY KEY (message, effect))"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS undone (who TEXT, what TEXT, UNIQUE (who, what))"
    )
    return connection


async def note(context: Context, trip: UUID, effect: str) -> None:
    """Write down what is done for a message."""
    connection = await tables(context)
    connection.execute(
        "INSERT INTO effects VALUES (?, ?, ?)", (context.message_id, str(trip), effect)
    )


async def undo(context: Context, trip: UUID, what: str) -> None:
    """Take back what was done, and remember it in case that it is still to come."""
    connection = await tables(context)
    connection.execute("INSERT OR IGNORE INTO undone VALUES (?, ?)", (str(trip), what))
    await note(context, trip, f"{what}: undone")


async def called_off(context: Context, trip: UUID, what: str) -> bool:
    """Whether the undo has come first."""
    connection = await tables(context)
    row = (str(trip), what)
    query = "SELECT 1 FROM undone WHERE who = ? AND what = ?"
    return connection.execute(query, row).fetchone() is not None


class Hotels:
    """Has rooms everywhere but under water."""

    async def book_hotel(self, command: BookHotel, context: Context) -> HotelBooked | HotelFull:
        if await called_off(context, command.trip_id, "hotel"):
            return HotelFull(command.trip_id, CALLED_OFF)
        if command.city == "Atlantis":
            return HotelFull(command.trip_id, "all rooms are under water")
        await note(context, command.trip_id, "hotel")
        return HotelBooked(command.trip_id, NIGHT * command.nights)

    async def cancel_hotel(self, command: CancelHotel, context: Context) -> HotelCancelled:
        await undo(context, command.trip_id, "hotel")
        return HotelCancelled(command.trip_id)


class Airline:
    """One flight a day to each city. Children don't sit in the first row, where the exit is."""

    async def book_flight(self, command: BookFlight, context: Context) -> FlightBooked | NoFlight:
        if await called_off(context, command.trip_id, "flight"):
            return NoFlight(command.trip_id, CALLED_OFF)
        if command.guests > len(ROWS):
            return NoFlight(command.trip_id, "the plane is too small")
        await note(context, command.trip_id, "flight")
        number = f"HS {sum(map(ord, command.city)) % 90 + 10}"
        return FlightBooked(command.trip_id, number, FARE * command.guests)

    async def cancel_flight(self, command: CancelFlight, context: Context) -> FlightCancelled:
        await undo(context, command.trip_id, "flight")
        return FlightCancelled(command.trip_id)

    async def assign_seat(
        self, command: AssignSeat, context: Context
    ) -> SeatAssigned | SeatRefused:
        seat = f"seat of {command.name}"
        if await called_off(context, command.trip_id, seat):
            return SeatRefused(command.trip_id, CALLED_OFF)
        if command.child and command.name.startswith("Baby"):
            return SeatRefused(command.trip_id, "no cots on board")
        await note(context, command.trip_id, seat)
        row = 2 if command.child else 1
        return SeatAssigned(
            command.trip_id, f"{row}{ROWS[sum(map(ord, command.name)) % len(ROWS)]}"
        )

    async def free_seat(self, command: FreeSeat, context: Context) -> SeatFreed:
        await undo(context, command.trip_id, f"seat of {command.name}")
        return SeatFreed(command.trip_id)

    async def issue_tickets(self, command: IssueTickets, context: Context) -> TicketsIssued:
        await note(context, command.trip_id, f"tickets for {', '.join(command.seats)}")
        return TicketsIssued(command.trip_id)


class Cars:
    """Has everything but carriages."""

    async def reserve_car(self, command: ReserveCar, context: Context) -> CarReserved | NoCar:
        if await called_off(context, command.trip_id, "car"):
            return NoCar(command.trip_id, CALLED_OFF)
        if command.car == "carriage":
            return NoCar(command.trip_id, "the horses are ill")
        await note(context, command.trip_id, "car")
        return CarReserved(command.trip_id, CAR * command.nights)

    async def return_car(self, command: ReturnCar, context: Context) -> CarReturned:
        await undo(context, command.trip_id, "car")
        return CarReturned(command.trip_id)


class Insurance:
    """Takes a tenth of the price, and no trip that is too dear for so few."""

    async def buy_cover(self, command: BuyCover, context: Context) -> CoverBought | CoverRefused:
        if await called_off(context, command.trip_id, "cover"):
            return CoverRefused(command.trip_id, CALLED_OFF)
        if command.total > 1000 * command.guests:
            return CoverRefused(command.trip_id, "too dear for so few people")
        await note(context, command.trip_id, "cover")
        return CoverBought(command.trip_id, command.total / 10)

    async def cancel_cover(self, command: CancelCover, context: Context) -> CoverCancelled:
        await undo(context, command.trip_id, "cover")
        return CoverCancelled(command.trip_id)


class Bank:
    """A bank with a limit, which takes its time over large sums."""

    async def take_payment(
        self, command: TakePayment, context: Context
    ) -> PaymentTaken | PaymentDeclined:
        if command.total > CREDIT:
            return PaymentDeclined(command.trip_id, "over the limit")
        if command.total > CREDIT / 2:
            await context.sleep(2)
        if await called_off(context, command.trip_id, "payment"):
            return PaymentDeclined(command.trip_id, CALLED_OFF)
        await note(context, command.trip_id, "payment")
        return PaymentTaken(command.trip_id)

    async def refund_payment(self, command: RefundPayment, context: Context) -> PaymentRefunded:
        await undo(context, command.trip_id, "payment")
        return PaymentRefunded(command.trip_id)


class Desk:
    """Writes to travellers; the mail server never answers at the first call."""

    async def notify_traveller(self, command: NotifyTraveller, context: Context) -> None:
        if context.attempt == 1:
            raise Offline("the mail server does not answer")
        await note(context, command.trip_id, f"told: {command.total} paid, tickets in the mail")

    async def on_trip_booked(self, event: TripBooked, context: Context) -> None:
        await note(context, event.trip_id, f"told: booked, seats {', '.join(event.seats)}")

    async def on_trip_rejected(self, event: TripRejected, context: Context) -> None:
        await note(context, event.trip_id, f"told: {event.step} failed, {event.reason}")

    async def on_trip_cancelled(self, event: TripCancelled, context: Context) -> None:
        await note(context, event.trip_id, "told: cancelled")

    async def on_cancellation_refused(self, event: CancellationRefused, context: Context) -> None:
        await note(context, event.trip_id, f"told: too late, {event.reason}")
