"""A postman that keeps the letters, for tests to read."""

import re

from cronbeats.domain.delivery import Delivered, Delivery
from cronbeats.senders.protocol import Letter


class RecordingPostman:
    is_available = True

    def __init__(self, answer: Delivery | None = None) -> None:
        self.letters: list[Letter] = []
        self._answer = answer or Delivered(250, 1)

    async def post(self, letter: Letter) -> Delivery:
        self.letters.append(letter)
        return self._answer

    def token(self) -> str:
        """Return the token of the link in the newest letter."""
        [token] = re.findall(r"^\S+/reset/(\S+)$", self.letters[-1].text, re.MULTILINE)
        assert isinstance(token, str)
        return token
