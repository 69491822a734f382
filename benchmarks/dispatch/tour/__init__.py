"""Tours of any number of stops: a saga with a state for each, to see what a step costs as sagas grow.

The saga is written, compiled and loaded when it is asked for. The code by hand is written out in the same way, a function for
each stop, as somebody would write it whose stops are not all alike.
"""
