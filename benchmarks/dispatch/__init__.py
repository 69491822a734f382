"""What one event costs: a generated module, hand-written code, `transitions` and `python-statemachine`.

Run it with `python -m benchmarks.dispatch`. All four do the same work for the order fulfilment of `samples/oms`: they make
the same messages, note the same requests with the times by which they are due, and the same records of how to undo
them. That is checked after every event before anything is timed (`scripts.check`).

What differs is in the favour of the others. The libraries change their model in place, as is their way, while the
generated module and the hand-written code leave the old value alone; their machines are made before the clock starts;
and only the generated module knows alarms and faults, checks which saga and incarnation an answer is for, and
can defer a message.
"""
