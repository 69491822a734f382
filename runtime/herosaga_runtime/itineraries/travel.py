"""How a slip travels: pure, without clock, randomness, input or output.

Each function here is one thing that can happen to a slip. It is called at home, in the transaction that stores what follows, and
changes the `Journey` it is given. What it is told has happened once: duplicates and workers that come too late are found out
before (by the inbox, and by `Home.away`, which names the only step of a part that counts).


What holds before and after
===========================

1.  Every part that has set out and not ended is in exactly one place: away with an activity, at a fork where it waits for the
    others, or kept. A parent of a fork is the fork's, and is nowhere else.
2.  The log of a part holds what this part has finished and can undo, oldest first. Logs are joined by the order in which the
    activities were finished.
3.  On the way back there is one part, the whole; no fork is open, and nothing else is away.
4.  `running` is the number of irreversible activities that are away. As soon as one of them is done the slip is `past` and
    stays so: it is never turned back from then on, and nothing of it is ever undone.
5.  What is kept waits for an operator, who sees why (`stuck` is about what was kept last), or it is the whole and the slip has
    ended. So somebody is always with a slip that has not ended: something is away, or it is stuck.


What is decided at home, and when
=================================

- A part that is about to go on stops instead if the slip is turned back, or a step of it has failed (`Home.stopping`). An
  irreversible activity is so never begun after that. What waits for an operator before the irreversible stops as well. A fork
  whose branches are all here, some of them stopped, is given up, and its parent stops.
- While an irreversible activity is away, nobody knows yet whether there is a way back. Whatever stops waits for it. If it is
  done, the slip only goes forward: those who have turned it back are told that it was not, and all that has stopped sets out
  again. If it fails for good it was not done, and the slip goes back.
- When the whole has stopped, it is undone newest first, and ends `FAULTED` if a step had failed, else `COMPENSATED`. Who has
  turned it back is told that it was not, if an operator has left something as it is: that is then theirs to decide.
- Past the irreversible, a step is tried until it works; that is its worker's to do (`carrying`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from herosaga_runtime.envelope import Ref
from herosaga_runtime.errors import UsageError
from herosaga_runtime.itineraries.home import Failed, Fork, SlipStatus
from herosaga_runtime.itineraries.journey import Ended, Happened, Journey
from herosaga_runtime.itineraries.outcomes import event_of, sent_at_end
from herosaga_runtime.itineraries.revision import Revision
from herosaga_runtime.itineraries.slip import WHOLE, Current, Logged, Planned, Slip, current_of
from herosaga_runtime.itineraries.stages import Split, name_of, reached
from herosaga_runtime.message import JsonObject, JsonValue, Message, record
from herosaga_runtime.reports import in_words

_CHANGED: Final = "the itinerary is another than the one that this slip set out by"


@record
class Given:
    """What an activity gave back: the variables it sets, its log if it has one, and how the rest shall change."""

    outputs: JsonObject
    log: JsonValue = None
    revision: Revision[Any] | None = None


# --- forward -----------------------------------------------------------------------------------


def begin(journey: Journey, slip: Slip) -> None:
    """A slip sets out."""
    caller = journey.home.caller
    run = "" if caller is None else f"run by {caller.saga} {caller.key}"
    journey.note(Happened.STARTED, outputs=slip.variables, reason=run)
    _go_on(journey, slip)


def done(journey: Journey, slip: Slip, given: Given) -> None:
    """A part's activity is done."""
    home, current = journey.home, current_of(slip)
    journey.back_home(slip)
    home.finished += 1
    _unstick(journey)
    journey.note(Happened.DONE, slip, outputs=given.outputs)
    log, todo = slip.log, slip.todo
    if given.log is not None:
        log = (*log, Logged(current.activity, given.log, current.policy, home.finished))
    if given.revision is not None:
        todo = given.revision.applied(todo, current.depth)
        journey.note(Happened.REVISED, slip, reason=given.revision.in_words())
    if current.irreversible:
        _pass(journey)
    variables = {**slip.variables, **given.outputs}
    _go_on(journey, replace(slip, variables=variables, todo=todo, log=log, current=None))
    if current.irreversible:
        _reconsider(journey)


def failed(journey: Journey, slip: Slip, reason: str) -> None:
    """A part's activity has failed for good. Not to be called past the irreversible: there it is tried on."""
    current = current_of(slip)
    journey.back_home(slip)
    _fail(journey, slip, current.activity, reason)
    if current.irreversible:
        _reconsider(journey)


def hold(journey: Journey, slip: Slip, reason: str) -> None:
    """A part's activity can't be tried on, and there is no way back, or nobody knows: it is irreversible and may have been done.

    An operator decides.
    """
    journey.back_home(slip)
    _hold(journey, slip, f"{current_of(slip).activity}: {reason}")


def given_up(journey: Journey, slip: Slip) -> None:
    """A part that is not to go on has not begun its activity, or waits to try it again."""
    journey.back_home(slip)
    journey.note(Happened.GIVEN_UP, slip)
    _stop(journey, slip)
    if current_of(slip).irreversible:
        _reconsider(journey)


def _go_on(journey: Journey, slip: Slip) -> None:
    """Go on with a part that is here.

    Parts that this makes ready (branches, a parent after its join) go on right behind it, and not within: there may be many, one
    after the other, before the slip comes to an activity.
    """
    journey.ready.append(slip)
    if journey.going:
        return
    journey.going = True
    here: list[Slip] = []
    while here or journey.ready:
        here += reversed(journey.ready)
        journey.ready = []
        _go(journey, here.pop())
    journey.going = False


def _go(journey: Journey, slip: Slip) -> None:
    """To the part's next activity, into a fork, to its end, or nowhere if it is to stop."""
    while slip.todo and not journey.home.stopping:
        todo, rest = slip.todo[0], slip.todo[1:]
        itinerary = journey.itinerary
        if itinerary is not None and itinerary.shape != slip.shape:
            _hold(journey, slip, _CHANGED)
            return
        if itinerary is None and isinstance(todo, Planned):
            _hold(journey, slip, _unknown(journey))
            return
        try:
            found = reached(itinerary, journey.activities, slip, todo)
        except Exception as error:
            reason, _ = in_words(error)
            _hinder(journey, slip, name_of(itinerary, todo), reason)
            return
        match found:
            case Current():
                journey.leave(replace(slip, todo=rest), found)
                return
            case Split(branches) if branches:
                _fork(journey, replace(slip, todo=rest), found)
                return
            case Split():
                slip = replace(slip, todo=rest)
            case _:
                slip = replace(slip, todo=(*found, *rest))
    if slip.complete:
        _arrive(journey, slip)
    else:
        _stop(journey, slip)


def _unknown(journey: Journey) -> str:
    return f"nobody here knows the itinerary {journey.home.itinerary}: add it, and retry"


def _hinder(journey: Journey, slip: Slip, stage: str, reason: str) -> None:
    """A stage can't be evaluated: that is a failed step, but past the irreversible only an operator can help."""
    if journey.home.past:
        _hold(journey, slip, f"{stage}: {reason}")
    else:
        _fail(journey, slip, stage, reason)


def _fail(journey: Journey, slip: Slip, name: str, reason: str) -> None:
    """A step of a part has failed for good: the part stops, and so does all that waits."""
    journey.note(Happened.FAILED, slip, activity=name, reason=reason)
    journey.home.failed = journey.home.failed or Failed(name, reason)
    _stop_kept(journey)
    _stop(journey, slip)


def _hold(journey: Journey, slip: Slip, reason: str) -> None:
    """Keep a part until an operator decides."""
    journey.home.kept[slip.part] = slip
    journey.home.stuck = reason
    journey.note(Happened.HELD, slip, reason=reason)


def _unstick(journey: Journey) -> None:
    """An activity that was tried on is so no longer; what is kept still waits."""
    journey.home.stuck = journey.home.stuck if journey.home.kept else ""


def _arrive(journey: Journey, slip: Slip) -> None:
    """Nothing remains of a part. The whole still turns round if it was turned back in its last step."""
    if slip.part != WHOLE:
        _join(journey, slip)
    elif journey.home.stopping:
        _stop(journey, slip)
    else:
        _end(journey, slip, SlipStatus.COMPLETED)


def _pass(journey: Journey) -> None:
    """Something irreversible is done: from here there is only forward."""
    home = journey.home
    if home.turned:
        journey.note(Happened.REFUSED, reason="past what can't be undone")
    journey.answer(False)
    home.past, home.turned, home.failed = True, "", None


# --- forks -------------------------------------------------------------------------------------


def _fork(journey: Journey, slip: Slip, split: Split) -> None:
    """Let branches set out, each with the variables as they are and a log of its own."""
    parent = replace(slip, step=slip.step + 1)
    name = f"{parent.part}/{parent.step}" if parent.part else str(parent.step)
    branches = [
        replace(parent, part=f"{name}.{index}", step=0, todo=todo, log=())
        for index, todo in enumerate(split.branches)
    ]
    journey.home.forks[name] = Fork(parent, len(branches))
    journey.note(Happened.FORKED, slip, reason=f"{len(branches)} branches")
    for each in branches:
        _go_on(journey, each)


def _join(journey: Journey, slip: Slip) -> None:
    """A branch has come to its end, or has stopped. Of one that is complete nothing is kept but what it brings."""
    name = slip.part.rpartition(".")[0]
    fork = journey.home.forks[name]
    if slip.complete:
        slip = replace(slip, variables=_brought(fork.parent, slip))
    fork.add(slip)
    _settle(journey, name)


def _brought(parent: Slip, branch: Slip) -> JsonObject:
    """The variables that a branch has set."""
    unset, before = object(), parent.variables
    return {
        name: value for name, value in branch.variables.items() if before.get(name, unset) != value
    }


def _settle(journey: Journey, name: str) -> None:
    """See whether a fork's parent can go on, or must stop."""
    home = journey.home
    fork = home.forks[name]
    if not fork.joined:
        return
    branches = sorted(fork.arrived.values(), key=_place)
    if home.stopping and not home.running:
        del home.forks[name]
        _stop(journey, _joined(fork.parent, branches))
    elif all(each.complete for each in branches):
        del home.forks[name]
        journey.note(Happened.JOINED, fork.parent)
        _go_on(journey, _joined(fork.parent, branches))


def _joined(parent: Slip, branches: Sequence[Slip]) -> Slip:
    """The parent with what its branches bring: variables in source order, logs in the order of what happened."""
    variables = dict(parent.variables)
    for branch in branches:
        variables |= _brought(parent, branch)
    logs = [logged for branch in branches for logged in branch.log]
    ordered = sorted(logs, key=lambda logged: logged.number)
    return replace(parent, variables=variables, log=(*parent.log, *ordered))


def _place(branch: Slip) -> int:
    return int(branch.part.rpartition(".")[2])


def _reconsider(journey: Journey) -> None:
    """An irreversible activity has ended: what has stopped sets out again, or the slip goes back, innermost forks first."""
    home = journey.home
    for name in sorted(home.forks, key=lambda each: -each.count("/")):
        fork = home.forks.get(name)
        if fork is None:
            continue
        if home.past:
            for part in [part for part, each in fork.arrived.items() if not each.complete]:
                _set_out_again(journey, fork.take(part))
        else:
            _settle(journey, name)


def _set_out_again(journey: Journey, slip: Slip) -> None:
    """Go on with a part that had stopped; with the activity that it has not finished, if there is one."""
    if slip.current is None:
        _go_on(journey, slip)
    else:
        journey.leave(slip, slip.current)


# --- back --------------------------------------------------------------------------------------


def turn(journey: Journey, reason: str, by: Ref | None = None) -> None:
    """A slip is to be turned back. `by` is told whether it was, as soon as that is known."""
    home = journey.home
    if by is not None and by not in home.asked:
        home.asked += (by,)
    if home.past:
        journey.note(Happened.REFUSED, reason="past what can't be undone")
        journey.answer(False)
    elif home.status in (SlipStatus.FAULTED, SlipStatus.COMPENSATED):
        journey.answer(True)
    elif not home.turned and home.status is not SlipStatus.PARKED:
        journey.note(Happened.TURNED, reason=reason)
        home.turned = reason or "no reason was given"
        if home.status is not SlipStatus.COMPENSATING:
            _stop_kept(journey)


def _stop_kept(journey: Journey) -> None:
    """What waits for an operator goes back with the others; so does a slip that had ended."""
    journey.home.stuck = ""
    for part in tuple(journey.home.kept):
        _stop(journey, journey.home.kept.pop(part))


def _stop(journey: Journey, slip: Slip) -> None:
    """A part is not to go on."""
    if slip.part == WHOLE:
        journey.home.status = SlipStatus.COMPENSATING
        _undo_next(journey, replace(slip, back=True, todo=(), current=None))
    else:
        _join(journey, slip)


def _undo_next(journey: Journey, slip: Slip) -> None:
    if slip.log:
        newest = slip.log[-1]
        journey.leave(slip, Current(newest.activity, newest.log, newest.policy))
    else:
        _end(journey, slip, _way_back(journey))


def _way_back(journey: Journey) -> SlipStatus:
    return SlipStatus.COMPENSATED if journey.home.failed is None else SlipStatus.FAULTED


def undone(journey: Journey, slip: Slip) -> None:
    """The newest of what was done is undone."""
    journey.back_home(slip)
    journey.note(Happened.UNDONE, slip)
    _undo_next(journey, replace(slip, log=slip.log[:-1], current=None))


def undo_failed(journey: Journey, slip: Slip, reason: str) -> None:
    """An undo has failed for good: the slip is parked until an operator decides."""
    journey.back_home(slip)
    journey.note(Happened.PARKED, slip, reason=reason)
    journey.home.kept[slip.part] = replace(slip, current=None)
    journey.home.status = SlipStatus.PARKED
    journey.home.stuck = f"{current_of(slip).activity} can't be undone: {reason}"


def _end(journey: Journey, slip: Slip, status: SlipStatus, actions: bool = True) -> None:
    """The whole has come to its end. If the actions of the outcome fail it waits before that for an operator."""
    home, itinerary = journey.home, journey.itinerary
    if itinerary is None and slip.shape:
        _hold(journey, slip, _unknown(journey))  # nobody could be told of it
        return
    try:
        sent = _sent(journey, slip, status) if itinerary is not None and actions else ()
    except Exception as error:
        _hold(journey, slip, f"on {status}: {in_words(error)[0]}")
        return
    home.status, home.stuck = status, ""
    home.kept[WHOLE] = replace(slip, current=None)
    journey.note(Happened(status.value), reason="" if home.failed is None else home.failed.reason)
    journey.ended = Ended(status, slip.variables, sent)
    journey.answer(status is not SlipStatus.COMPLETED)


def _sent(journey: Journey, slip: Slip, status: SlipStatus) -> tuple[Message, ...]:
    itinerary, failed = journey.itinerary, journey.home.failed
    assert itinerary is not None
    event = event_of(itinerary, status, slip.variables, failed)
    sent = sent_at_end(itinerary, status, event, journey.now)
    for each in sent:
        journey.check(each)
    return sent


# --- operators ---------------------------------------------------------------------------------


def retry(journey: Journey, reason: str) -> None:
    """Try again, at an operator's word, what a slip is parked or held for; `UsageError` if it waits for nobody."""
    for slip in _decided(journey, Happened.RETRIED, reason):
        _try_again(journey, slip)


def retry_now(journey: Journey, reason: str) -> None:
    """An activity that is tried on past the irreversible is tried at once, at an operator's word."""
    journey.note(Happened.RETRIED, reason=reason)


def skip(journey: Journey, reason: str) -> None:
    """Leave out, at an operator's word, what a slip is stuck for. If other parts wait too, those are tried again."""
    *others, newest = _decided(journey, Happened.SKIPPED, reason)
    journey.home.skipped += 1
    for slip in others:
        _try_again(journey, slip)
    _skip_next(journey, newest)


def _try_again(journey: Journey, slip: Slip) -> None:
    if slip.back:
        _undo_next(journey, slip)
    else:
        _set_out_again(journey, slip)


def _skip_next(journey: Journey, slip: Slip) -> None:
    """Leave out what a part waits for: an undo, an activity, a stage, or the actions of its outcome."""
    if slip.back and slip.log:
        journey.home.left += (slip.log[-1].activity,)
        _undo_next(journey, replace(slip, log=slip.log[:-1]))
    elif slip.back:
        _end(journey, slip, _way_back(journey), actions=False)
    elif slip.current is not None:
        _go_on(journey, replace(slip, current=None))
    elif slip.todo:
        _go_on(journey, replace(slip, todo=slip.todo[1:]))
    else:
        _end(journey, slip, SlipStatus.COMPLETED, actions=False)


def skip_step(journey: Journey, slip: Slip, reason: str) -> None:
    """Leave out, at an operator's word, an activity that a part tries past the irreversible, or that nobody carries out.

    It sets no variables; on the way back it stays as it is.
    """
    journey.back_home(slip)
    journey.home.skipped += 1
    _unstick(journey)
    journey.note(Happened.SKIPPED, slip, reason=reason)
    if slip.back:
        _undo_next(journey, replace(slip, log=slip.log[:-1], current=None))
        return
    _go_on(journey, replace(slip, current=None))
    if current_of(slip).irreversible:
        _reconsider(journey)


def give_up_lost(journey: Journey, part: str, variables: JsonObject, reason: str) -> None:
    """Give up, at an operator's word, a part whose mail is gone, and with it how to undo what it has done.

    `variables` are what is known of those it had.
    """
    home = journey.home
    away = home.away[part]
    slip = Slip(home.id, home.itinerary, "", part, away.step, variables, (), (), None, away.back)
    journey.back_home(slip)
    home.skipped += 1
    journey.note(Happened.SKIPPED, slip, activity=away.activity, reason=reason)
    if away.back:
        _undo_next(journey, slip)
    elif home.past:
        _go_on(journey, slip)
    else:
        gone = "its mail is gone; what this part has done is not undone"
        _fail(journey, slip, away.activity, gone)
    if away.irreversible:
        _reconsider(journey)


def _decided(journey: Journey, happened: Happened, reason: str) -> list[Slip]:
    """What waits for an operator, who has decided, in the order in which it began to wait."""
    home = journey.home
    if home.status.ended or not home.kept:
        raise UsageError(f"the slip is {home.status}, and waits for no operator")
    waiting = list(home.kept.values())
    newest = waiting[-1]
    name = newest.log[-1].activity if newest.back and newest.log else ""
    journey.note(happened, newest, activity=name, reason=reason)
    home.kept, home.stuck = {}, ""
    if home.status is SlipStatus.PARKED:
        home.status = SlipStatus.COMPENSATING
    return waiting
