"""The rules of `herosaga check`: one file a rule, each with its code, its page and its findings."""
