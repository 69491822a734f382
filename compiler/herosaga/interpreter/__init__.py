"""The reference interpreter: what a saga does, read from its model, and as close to the language's page as code can be.

It is written to be read. It is what generated modules and their runtime are compared with, so it shares nothing with
them: no plan, no emitter, no `herosaga_runtime`. Itineraries are not interpreted.
"""
