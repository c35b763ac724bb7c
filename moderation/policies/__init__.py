"""Policies: the profiles that ship with Gatehouse, and files of the operator's."""

from pathlib import Path

from moderation.domain.errors import Invalid
from moderation.domain.policy import Policy, parse_policy

_HERE = Path(__file__).parent


def load_policy(name: str) -> Policy:
    """The profile of this name, or the TOML file at this path. Raises Invalid where there is none."""
    path = Path(name) if name.endswith(".toml") else _HERE / f"{name}.toml"
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        profiles = ", ".join(sorted(path.stem for path in _HERE.glob("*.toml")))
        raise Invalid(f"There is no policy '{name}'; profiles here: {profiles}.") from None
    return parse_policy(source, _profile)


def _profile(name: str) -> str:
    try:
        return (_HERE / f"{name}.toml").read_text(encoding="utf-8")
    except OSError:
        raise Invalid(f"There is no profile '{name}' to base a policy on.", "/based_on") from None
