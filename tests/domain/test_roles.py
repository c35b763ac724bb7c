"""Who may do what: the whole matrix, so that no change of it goes unnoticed."""

import pytest

from moderation.domain.errors import Invalid
from moderation.domain.roles import Action, Role, may, parse_role

MATRIX = """
                     auditor  trainee  moderator  editor  admin
decide               no       no       yes        yes     yes
propose              no       yes      yes        yes     yes
change_filters       no       no       no         yes     yes
see_policy           yes      no       no         yes     yes
change_policy        no       no       no         yes     yes
override_bounds      no       no       no         no      yes
change_reasons       no       no       no         yes     yes
change_page_default  no       no       no         yes     yes
see_endpoints        yes      no       no         yes     yes
manage_endpoints     no       no       no         yes     yes
see_agreement        yes      no       no         yes     yes
manage_agreement     no       no       no         yes     yes
see_learning         yes      no       no         no      yes
manage_learning      no       no       no         no      yes
see_keys             yes      no       no         no      yes
manage_keys          no       no       no         no      yes
see_audit            yes      no       no         no      yes
see_site             yes      no       no         yes     yes
manage_site          no       no       no         no      yes
manage_retention     no       no       no         no      yes
manage_personal_data no       no       no         no      yes
manage_people        no       no       no         no      yes
"""


def test_the_matrix_of_roles_and_actions() -> None:
    lines = [f"{'':21}{'  '.join(Role)}"]
    for action in Action:
        cells = [("yes" if may(role, action) else "no").ljust(len(role)) for role in Role]
        lines.append(f"{action:21}{'  '.join(cells)}".rstrip())
    assert "\n".join(lines) == MATRIX.strip("\n")


@pytest.mark.parametrize("name", ["owner", "Admin", "admin ", ""])
def test_there_are_no_other_roles(name: str) -> None:
    with pytest.raises(Invalid, match="auditor, trainee, moderator, editor, admin") as refused:
        parse_role(name)
    assert refused.value.pointer == "/role"


@pytest.mark.parametrize("role", Role)
def test_a_role_is_known_by_its_name(role: Role) -> None:
    assert parse_role(role.value) is role
