"""Policy profiles that ship with Gatehouse, and where to find one's own."""

from pathlib import Path

from moderation.domain.errors import Invalid
from moderation.domain.policy import Policy, parse_policy

_HERE = Path(__file__).parent


def load_policy(name: str) -> Policy:
    """The profile `name`, or the TOML file at that path. Raises Invalid when there is none."""
    path = Path(name) if name.endswith(".toml") else _HERE / f"{name}.toml"
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        known = ", ".join(sorted(one.stem for one in _HERE.glob("*.toml")))
        raise Invalid(f"There is no policy '{name}'; profiles here: {known}.") from None
    return parse_policy(source)
