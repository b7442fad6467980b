"""People at their browsers: signing in through the real form, and what goes wrong on their screens."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

from tests.house import PASSWORD, House

Theme = Literal["light", "dark"]

WIDE = (1440, 900)
PHONE = (390, 844)
WAIT_MS = 45_000
# What a browser says by itself about an answer that the page expects and deals with.
EXPECTED = "Failed to load resource: the server responded with a status of 4"

# The clock on a person's machine shows the time of the house; it keeps ticking.
CLOCK = """
(() => {
  const Real = Date, ahead = %d, now = () => Real.now() + ahead;
  globalThis.Date = class Date extends Real {
    constructor(...given) { given.length > 0 ? super(...given) : super(now()); }
    static now() { return now(); }
  };
})();
"""

expect.set_options(timeout=WAIT_MS)


class Person:
    """One signed-in person with a page of their own; `troubles` is what their console complained about."""

    def __init__(self, page: Page, house: House, name: str) -> None:
        self.page, self.house, self.name = page, house, name
        self.troubles: list[str] = []
        page.set_default_timeout(WAIT_MS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.troubles.append(f"uncaught: {error}"))
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(EXPECTED):
            self.troubles.append(f"{message.type}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status} {response.request.method} {response.url}")

    def opens(self, path: str) -> Page:
        """Go to an address of the product."""
        self.page.goto(self.house.url + path)
        return self.page

    def signs_in(self) -> None:
        """Through the form, with the keyboard."""
        self.opens("/sign-in")
        self.page.get_by_label("用户名").fill(self.name)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("navigation", name="主导航")).to_be_visible()


class People:
    """Everybody of one house. The first visit of a person signs in; later ones remember it."""

    def __init__(self, browser: Browser, house: House, shots: Path) -> None:
        self.browser, self.house, self.shots = browser, house, shots
        self._states: dict[str, Any] = {}
        self._contexts: list[BrowserContext] = []
        self.present: list[Person] = []

    def come(self, name: str, *, size: tuple[int, int] = WIDE, theme: Theme = "light") -> Person:
        """This person opens a browser, signed in."""
        if name not in self._states:
            with self.stranger(name) as first:
                first.signs_in()
                self._states[name] = first.page.context.storage_state()
        person = Person(self._page(size, theme, self._states[name]), self.house, name)
        self.present.append(person)
        return person

    @contextmanager
    def stranger(self, name: str, *, size: tuple[int, int] = WIDE, theme: Theme = "light") -> Iterator[Person]:
        """Somebody before signing in."""
        person = Person(self._page(size, theme, None), self.house, name)
        self.present.append(person)
        yield person

    def _page(self, size: tuple[int, int], theme: Theme, state: Any) -> Page:
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, locale="zh-CN",
            timezone_id="Asia/Shanghai", storage_state=state, has_touch=width < 600,
        )  # fmt: skip
        ahead = float(self.house.clock.read_text()) if self.house.clock.exists() else 0.0
        context.add_init_script(CLOCK % round(ahead * 1000))
        self._contexts.append(context)
        return context.new_page()

    def leave(self, *, picture_of: str | None = None) -> list[str]:
        """Everybody closes their browser; what their consoles complained about. With a picture of the last screens."""
        if picture_of is not None:
            self.shots.mkdir(parents=True, exist_ok=True)
            for at, person in enumerate(self.present):
                if not person.page.is_closed():
                    person.page.screenshot(path=self.shots / f"{picture_of}-{at}-{person.name}.png")
        troubles = [f"{person.name}: {trouble}" for person in self.present for trouble in person.troubles]
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        self.present.clear()
        return troubles
