import gettext
from pathlib import Path

import pytest

from salestargets.launcher.folder import REPOSITORY
from salestargets.launcher.messages import compile_all, extract, untranslated

TEMPLATE = """
{% load i18n %}
<div>
      {% trans "Targets" %} {{ name|default:_("Nobody") }}
   {% blocktrans count n=deals %}One deal{% plural %}{{ n }} deals{% endblocktrans %}
  <c-button :label="_('Save')" title="{% trans 'Lead' context 'pipeline' %}">
</div>
"""
CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
title = _("Quarter")
label = pgettext_lazy("calendar", "Plan")
text = ngettext("%(n)d rep", "%(n)d reps", 2)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "templates" / "plans").mkdir(parents=True)
    (tmp_path / "templates" / "plans" / "page.html").write_text(TEMPLATE)
    (tmp_path / "kpis" / "migrations").mkdir(parents=True)
    (tmp_path / "kpis" / "models.py").write_text(CODE)
    (tmp_path / "kpis" / "migrations" / "0001_initial.py").write_text('title = _("Old wording")')
    return tmp_path


def catalogue(project: Path) -> Path:
    return project / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def test_every_way_to_mark_a_message_is_found(project: Path):
    extract(project)
    text = catalogue(project).read_text()
    for message in (
        'msgid "Targets"',
        'msgid "Nobody"',
        'msgid "One deal"\nmsgid_plural "%(n)s deals"',
        'msgid "Save"',
        'msgctxt "pipeline"\nmsgid "Lead"',
        'msgid "Quarter"',
        'msgctxt "calendar"\nmsgid "Plan"',
        'msgid "%(n)d rep"\nmsgid_plural "%(n)d reps"',
    ):
        assert message in text
    assert "Old wording" not in text
    assert len(untranslated(project, "zh_Hans")) == 8


def test_translations_stay_and_messages_that_are_gone_go(project: Path):
    extract(project)
    po = catalogue(project)
    po.write_text(po.read_text().replace('msgid "Quarter"\nmsgstr ""', 'msgid "Quarter"\nmsgstr "季度"'))
    (project / "templates" / "plans" / "page.html").write_text("{% load i18n %}{% trans 'Targets' %}")
    extract(project)
    assert 'msgid "Quarter"\nmsgstr "季度"' in po.read_text()
    assert "Nobody" not in po.read_text()
    assert "Quarter" not in untranslated(project, "zh_Hans")
    first = po.read_text()
    extract(project)
    assert po.read_text() == first


def test_a_changed_catalogue_is_compiled_once_to_what_gettext_reads(project: Path):
    extract(project)
    po = catalogue(project)
    po.write_text(po.read_text().replace('msgid "Quarter"\nmsgstr ""', 'msgid "Quarter"\nmsgstr "季度"'))
    assert compile_all(project) == [po]
    assert compile_all(project) == []
    with po.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("Quarter") == "季度"
    assert compiled.gettext("Targets") == "Targets"


def test_every_string_of_the_product_has_its_chinese():
    assert untranslated(REPOSITORY, "zh_Hans") == []
