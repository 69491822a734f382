"""Chance: whatever is random here asks a function for a number below another one.

`Random(seed).randrange` is such a function, and so is what hypothesis draws, which shrinks. 0 is always the simplest choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Choose = Callable[[int], int]
T = TypeVar("T")


class Chance:
    """Choices of several kinds, all made by one function."""

    def __init__(self, choose: Choose) -> None:
        self.below = choose

    def pick(self, options: Sequence[T]) -> T:
        """One of them; the first is the simplest."""
        return options[self.below(len(options))]

    def odds(self, percent: int) -> bool:
        """Whether something happens that does so in so many cases of a hundred."""
        return self.below(100) >= 100 - percent

    def some(self, options: Sequence[T], percent: int) -> list[T]:
        """Those of them that are taken, each with the same odds."""
        return [each for each in options if self.odds(percent)]

    def many(self, least: int, most: int) -> range:
        """Something so many times."""
        return range(least + self.below(most - least + 1))

    def weighted(self, options: Sequence[tuple[int, T]]) -> T:
        """One of them, each as often as its weight says."""
        number = self.below(sum(weight for weight, _ in options))
        for weight, option in options:
            number -= weight
            if number < 0:
                return option
        raise AssertionError("a number below the sum of all weights meets one of them")
