"""What one event costs: a generated module, code by hand, `transitions` and `python-statemachine`.

Run it with `python -m benchmarks.dispatch`; it takes some minutes. Two sagas are measured. `parcel` has small actions, most
of them a guard and a counter, so what it measures is dispatch: 8 states, and 14 transitions beside its start. `order`, the
order fulfilment of `samples/checkout`, has heavier ones: sums of decimals, several messages, and a compensation.

A third, `tour`, is written for 10, 100 and 1,000 states, each with transitions of its own beside those of a `during any`,
and compiled before it is measured. All of them go through the same 1,403 events, which lead through every state of the
largest at least once, so that their times can be compared: what a step costs is not to grow with the saga. Each size
takes its turn in each round, and the best round of each counts.

All contenders do the same work. They make the same messages, note the same requests with the times by which they are due,
and the same records of how to undo them; they look up which request an answer closes by the saga, key, incarnation
and number that it carries, drop the record of what was refused, and set a state's timer. That is checked after every
event before anything is timed (`contender.check`).

The generated module and the code by hand are pure: they leave the instance that they take alone, and give the next one, with
its revision and outcome, what is to be sent, and how the message was received, as whoever stores it needs them. The
libraries change their model in place, as is their way, and tell none of that; their machines are made before the clock
starts. What they would take without a library, for the same actions and the same table, is the line `no library, in place`.
Only the generated module knows alarms and faults, defers messages, tries failed undos again, gives each time that it waits
for a token, so that one that was replaced can't come, and says why a message was unexpected.

The last table has what is made for each instance before its first event, outside the times above: how long that takes, and
its size in memory (`tracemalloc`). The generated module's instance is one in the middle of its life, read from its stored
form, so that it shares nothing with others; a library's is its new model, with all that the library adds for it alone.
"""

import sys
from pathlib import Path

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "checkout"
sys.path.append(str(SAMPLE))  # for `checkout.orders`
