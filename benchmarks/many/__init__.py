"""What one of many costs: a saga asks for 100, 1,000 and 3,000 things at once (`parallel for`), and all are answered.

Run it with `python -m benchmarks.many`. The sizes take turns in each round and the best round of each counts; times are
processor time, for each answer. `steps` are the pure steps alone, `host` is everything: a service that answers, and the
store in memory with its one transaction for each message.

An instance is stored as one text, so each step writes again what it has left of its open requests and records. What is the
same as before is neither made nor put into JSON anew, but it is copied, and handed to the store.
"""
