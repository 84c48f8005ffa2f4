"""Enter answers what a person has had time to read: a question that just changed is not answered yet."""

from collections.abc import Callable, Hashable

READ_S = 0.4


class Steady:
    """`show` says which question stands there, `may_answer` tells whether it stood long enough."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._question: Hashable = None
        self._since = float("-inf")

    def show(self, question: Hashable) -> bool:
        """Tell whether the question is another one than before."""
        if question == self._question:
            return False
        self._question = question
        self._since = self._clock()
        return True

    def may_answer(self) -> bool:
        return self._clock() - self._since >= READ_S
