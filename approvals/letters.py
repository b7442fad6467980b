"""What a message step says and to whom, as it stands in the outbox: people by id, channels by name, no secret."""

from typing import Literal

from workflows.engine.graph import Document


class Wording(Document):
    """A title and a text as somebody reads them."""

    title: str
    text: str


class Letter(Document):
    """One message to several people and groups."""

    zh: Wording
    en: Wording
    people: tuple[str, ...] = ()
    in_app: bool = False
    mail: str = ""
    robots: tuple[str, ...] = ()
    robot_languages: tuple[Literal["zh", "en"], ...] = ("zh",)
    repeats_unknown: bool = False

    @property
    def messages(self) -> int:
        """How many are to be sent."""
        ways = int(self.in_app) + int(bool(self.mail))
        return len(self.people) * ways + len(self.robots)
