"""What a step of a slip costs, beside a step of a saga's sequence that does the same; and what a branch of a large fork costs.

Run it with `python -m benchmarks.slips`. The contenders take turns in each round and the best round of each counts; times are
processor time on a host with its store in memory, all in one process, from the start of the journey to its end.
"""
