"""Each component, rendered by itself as a page would."""

from decimal import Decimal

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from salestargets.web.status import STATUSES


def rendered(source: str, **context: object) -> str:
    request = RequestFactory().get("/o/acme/team/", {"sort": "name", "page": "2"})
    loader = engines["django"].engine.template_loaders[0].loaders[0].loaders[0]  # type: ignore[attr-defined]
    template = engines["django"].from_string(loader.cotton_compiler.process(source))
    return template.render(context, request)


@pytest.mark.parametrize("key", STATUSES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_status_is_a_word_and_an_icon_beside_its_colour(key: str, language: str) -> None:
    with translation.override(language):
        shown = rendered("{% status key %}", key=key)
        assert str(STATUSES[key].label) in shown
    assert "<svg" in shown
    assert f"tone-{STATUSES[key].tone}" in shown


def test_a_pace_bar_says_in_words_what_it_draws() -> None:
    source = '{% pace done due "behind" %}'
    shown = rendered(source, done=Decimal("0.5"), due=Decimal("0.66"))
    assert 'aria-label="50.0% of the target; 66.0% expected by now"' in shown
    assert 'width="50.00%"' in shown


def test_without_a_target_there_is_a_dash_and_no_bar() -> None:
    shown = rendered('{% pace a a "no_target" %}', a=None)
    assert "—" in shown
    assert "<svg" not in shown


def test_a_stat_shows_label_value_and_change() -> None:
    shown = rendered('<c-stat label="Won" value="$5" delta="4%" trend="up" tone="good" />')
    for part in ("Won", "$5", "4%", "tone-good"):
        assert part in shown


@pytest.mark.parametrize(
    "component", ["card", "stat", "empty", "page-head", "table", "dialog", "chart", "fold", "tree-row"]
)
def test_no_component_prints_markup_out_of_a_name(component: str) -> None:
    named = 'title="{{ name }}" label="{{ name }}" :value="name" :figure="figure"'
    source = f"<c-{component} {named}>x</c-{component}>"
    shown = rendered(source, name="<b>Bobby</b>", figure={"data": [{"name": "</script><b>"}]})
    assert "<b>" not in shown
    assert "&lt;b&gt;Bobby" in shown


def test_a_tree_row_knows_its_place_and_folds_when_it_has_children() -> None:
    shown = rendered(
        '<c-tree-row node="7" parent="3" :depth="2" :branch="True" label="North"><td>1</td></c-tree-row>'
    )
    assert 'data-node="7" data-parent="3"' in shown
    assert 'aria-expanded="true"' in shown
    assert 'aria-label="Show what belongs to North"' in shown


def test_a_sorted_column_turns_round_and_keeps_the_filters() -> None:
    shown = rendered('<c-th sort="name">Name</c-th><c-th sort="won" num="1">Won</c-th>')
    assert 'aria-sort="ascending"' in shown
    assert 'href="?sort=-name"' in shown
    assert 'href="?sort=won"' in shown


def test_exports_keep_sort_and_leave_the_page_number() -> None:
    assert 'href="?sort=name&amp;export=csv"' in rendered("<c-export />")


def test_a_pager_says_where_one_is() -> None:
    shown = rendered('<c-pager :page="page" />', page=Paginator(range(8800), 50).page(2))
    assert "51–100 of 8,800" in shown
    assert 'href="?sort=name&amp;page=3"' in shown


def test_a_chart_carries_its_figure_as_data_and_its_table() -> None:
    shown = rendered('<c-chart title="Won" :figure="figure"><table></table></c-chart>', figure={"data": [1]})
    assert 'data-figure="{&quot;data&quot;: [1]}"' in shown
    assert "<script" not in shown  # htmx would take it out
    assert "<table>" in shown


@pytest.mark.parametrize(("language", "shown"), [("en", "One. Two."), ("zh-hans", "One.Two.")])
def test_sentences_stand_apart_only_where_the_language_sets_them_apart(language: str, shown: str) -> None:
    with translation.override(language):
        assert rendered("One.{% gap %}Two.") == shown
