"""Finds a Chromium for the browser tests, or gets one; never skips silently. Standard library only."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from config.progress import Progress, StepFailedError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ANSWER_SECONDS = 30
DOWNLOAD_SECONDS = 180

HELP = (
    "No browser for the tests could be found or installed. Install Chromium or Google Chrome, "
    "or say where one is with E2E_CHROMIUM=/path/to/chromium."
)


def find(progress: Progress, *, npm: list[str], home: Path) -> Path:
    """The path of a Chromium that starts here. Raises StepFailedError with instructions when there is none.

    In this order: E2E_CHROMIUM, the search path, Playwright's own, the system's packages (as root), an npm package.
    """
    told = os.environ.get("E2E_CHROMIUM")
    if told:
        if not _starts(Path(told)):
            raise StepFailedError(f"E2E_CHROMIUM={told} does not start.")
        return Path(told)
    for candidate in _candidates(progress, npm=npm, home=home):
        if _starts(candidate):
            return candidate
    raise StepFailedError(HELP)


def _candidates(progress: Progress, *, npm: list[str], home: Path) -> Iterator[Path]:
    yield from _on_path()
    yield from _of_playwright()
    if _try(progress, "Browser from Playwright", [sys.executable, "-m", "playwright", "install", "chromium"]):
        yield from _of_playwright()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        packages = ["chromium", "fonts-noto-cjk"]
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
        if _try(progress, "Package lists", ["apt-get", "update", "-q"]):
            _try(progress, "Browser from the system's packages", install)
            yield from _on_path()
    yield from _of_npm(progress, npm=npm, home=home)


def _on_path() -> Iterator[Path]:
    for name in NAMES:
        found = shutil.which(name)
        if found:
            yield Path(found)


def _of_playwright() -> Iterator[Path]:
    script = (
        "from playwright.sync_api import sync_playwright as p\nwith p() as play: print(play.chromium.executable_path)"
    )
    told = _told([sys.executable, "-c", script])
    if told and Path(told).exists():
        yield Path(told)


def _of_npm(progress: Progress, *, npm: list[str], home: Path) -> Iterator[Path]:
    place = home / "browser"
    place.mkdir(parents=True, exist_ok=True)
    (place / "package.json").write_text('{"private": true}')
    install = [*npm, "install", "--no-audit", "--no-fund", "--prefix", str(place), "@sparticuz/chromium"]
    if not _try(progress, "Browser from npm", install):
        return
    node = npm[0] if len(npm) > 1 else "node"
    script = "import('@sparticuz/chromium').then(async (m) => console.log(await m.default.executablePath()))"
    told = _told([node, "-e", script], cwd=place)
    if told:
        yield Path(told.splitlines()[-1])


def _try(progress: Progress, title: str, command: list[str]) -> bool:
    try:
        progress.run(title, ["timeout", str(DOWNLOAD_SECONDS), *command] if shutil.which("timeout") else command)
    except StepFailedError:
        progress.say(f"{title}: not possible here")
        return False
    return True


def _starts(browser: Path) -> bool:
    with tempfile.TemporaryDirectory() as profile:
        flags = ["--headless", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}", "--dump-dom"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        return "<html" in _told([str(browser), *flags, "about:blank"])


def _told(command: list[str], *, cwd: Path | None = None) -> str:
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    try:
        done = run(command, cwd=cwd, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
