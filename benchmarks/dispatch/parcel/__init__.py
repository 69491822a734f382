"""A parcel on its way: small actions, so that what is measured is dispatch.

`parcel.py` is what `herosaga compile benchmarks/dispatch/parcel/parcel.saga -o benchmarks/dispatch` writes.
"""
