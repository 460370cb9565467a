import pytest

from salestargets.web import registry
from salestargets.web.registry import NavItem, pages_for, register_page


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_pages", {})


def item(key: str, *, roles: tuple[str, ...] = ("rep",), order: int = 1, section: str = "work") -> NavItem:
    return NavItem(key, key.title(), "sun", key, roles, order, section)


def test_a_role_sees_its_pages_in_order_and_no_others() -> None:
    register_page(item("team", roles=("manager",), order=2))
    register_page(item("today", roles=("rep", "manager"), order=1))
    assert [page.key for page in pages_for("manager")] == ["today", "team"]
    assert [page.key for page in pages_for("rep")] == ["today"]


def test_sections_follow_each_other_whatever_the_order_within() -> None:
    register_page(item("audit", order=0, section="settings"))
    register_page(item("today", order=9))
    assert [page.key for page in pages_for("rep")] == ["today", "audit"]


def test_two_different_pages_cannot_share_a_key() -> None:
    register_page(item("today"))
    register_page(item("today"))
    with pytest.raises(ValueError, match="Two pages"):
        register_page(item("today", order=2))


def test_an_unknown_section_is_refused() -> None:
    with pytest.raises(ValueError, match="No section"):
        register_page(item("today", section="elsewhere"))
