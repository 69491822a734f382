"""Services that emit other parts than were agreed on."""

from collections.abc import Sequence

from herosaga_runtime import Host
from herosaga_runtime.service import Context

from desk import (
    Answered,
    ClerkService,
    FindAnswer,
    Forwarded,
    LexiconService,
    LibraryService,
    LookUp,
    Noted,
    Overloaded,
    Ponder,
    TakeNotes,
    ThinkerService,
)


class Library:
    async def find_answer(
        self, command: FindAnswer, context: Context
    ) -> tuple[Answered | Forwarded, list[Noted]] | Overloaded:
        if command.text == "?":
            return Overloaded(command.question_id)
        if command.text == "":
            return Forwarded(command.question_id)  # E: return-value / reportReturnType: "Forwarded"
        if command.text == "!":
            return Answered(command.question_id, "so"), Noted(command.question_id, "so")  # E: return-value / reportReturnType: "tuple[Answered, Noted]"
        return Answered(command.question_id, "so"), [Noted(command.question_id, "so")]


class PartMissing:
    async def find_answer(self, command: FindAnswer, context: Context) -> Answered | Forwarded:
        return Forwarded(command.question_id)


class OtherOrder:
    async def find_answer(
        self, command: FindAnswer, context: Context
    ) -> tuple[Sequence[Noted], Answered]:
        return [], Answered(command.question_id, "so")


class Lexicon:
    async def look_up(self, command: LookUp, context: Context) -> Answered | None:
        return None


class Several:
    async def look_up(self, command: LookUp, context: Context) -> list[Answered]:
        return []


class Clerk:
    async def take_notes(self, command: TakeNotes, context: Context) -> list[Noted]:
        return [Noted(command.question_id, "so")]


class One:
    async def take_notes(self, command: TakeNotes, context: Context) -> Noted:
        return Noted(command.question_id, "so")


class OtherNotes:
    async def take_notes(self, command: TakeNotes, context: Context) -> list[Answered]:
        return []


class Thinker:
    async def ponder(self, command: Ponder, context: Context) -> None:
        return None


class TellsAll:
    async def ponder(self, command: Ponder, context: Context) -> Answered:
        return Answered(command.question_id, "so")


def build(host: Host) -> None:
    """Give a host what does not fit."""
    host.add(LibraryService, Library())
    host.add(LexiconService, Lexicon())
    host.add(ClerkService, Clerk())
    host.add(ThinkerService, Thinker())
    host.add(LibraryService, PartMissing())  # E: arg-type / reportArgumentType: "PartMissing"
    host.add(LibraryService, OtherOrder())  # E: arg-type / reportArgumentType: "OtherOrder"
    host.add(LexiconService, Several())  # E: arg-type / reportArgumentType: "Several"
    host.add(ClerkService, One())  # E: arg-type / reportArgumentType: "One"
    host.add(ClerkService, OtherNotes())  # E: arg-type / reportArgumentType: "OtherNotes"
    host.add(ThinkerService, TellsAll())  # E: arg-type / reportArgumentType: "TellsAll"
