"""What is wrong with a form, for the page that shows it again with all that was typed."""

from dataclasses import dataclass

from moderation.domain.errors import GatehouseError


@dataclass(frozen=True, slots=True)
class FormError:
    """Which field breaks which rule. field: '' for the form as a whole. message: '' for no error."""

    field: str = ""
    message: str = ""


NO_ERROR = FormError()


def form_error(error: GatehouseError) -> FormError:
    """The field that an error of the domain points at, and its message."""
    field = getattr(error, "pointer", "").strip("/").partition("/")[0]
    return FormError(field, error.message)
