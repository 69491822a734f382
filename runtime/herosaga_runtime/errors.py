"""What can go wrong, as exceptions of this package."""


class HerosagaError(Exception):
    """Base of all errors this package raises on purpose."""


class DecodeError(HerosagaError, ValueError):
    """JSON that is not what a message, record or saga's data needs; says which field."""


class EncodeError(HerosagaError, ValueError):
    """A value that has no JSON form: a naive datetime, NaN or infinity."""


class UsageError(HerosagaError):
    """The host or a saga was used against its rules; the message says what to do instead."""


class ConflictError(HerosagaError):
    """A row is not what it was when it was read, or not what its other columns say: a failure of one message alone."""


class StoreError(HerosagaError):
    """The store can't be opened, read or written."""


class VersionError(HerosagaError):
    """An instance is stored as this version of its saga can't read it; the message says what to write or deploy."""


def said(error: BaseException) -> str:
    """An error in a line, without characters that no store takes: lone surrogates, as in names of files that are not UTF-8."""
    try:
        text = str(error)
    except Exception as second:
        text = f"<its text can't be had: {type(second).__name__}>"
    return storable(f"{type(error).__name__}: {text}")


def storable(text: str) -> str:
    """A text with lone surrogates as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
