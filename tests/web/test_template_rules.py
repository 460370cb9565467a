import pytest

from salestargets.web.conf import BASE_DIR
from salestargets.web.template_rules import findings, main


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("<script>go()</script>", "inline script"),
        ('<script type="module">go()</script>', "inline script"),
        ("<style>p{}</style>", "inline style element"),
        ('<p class="a"\n style="color:red"></p>', "style attribute"),
        ('<p {% if a > b %}x{% endif %} style="top:0"></p>', "style attribute"),
        ('<p onclick="go()"></p>', "event handler attribute"),
        ('<p hx-on:click="go()"></p>', "hx-on needs eval"),
        ("<p hx-vals='js:{a: 1}'></p>", "scripted value"),
        ('<a href="javascript:go()"></a>', "scripted value"),
        ('<p hx-trigger="keyup[ctrlKey]"></p>', "trigger filter needs eval"),
        ('<script src="https://cdn.example/x.js"></script>', "loads from another host"),
        ('<img src="//cdn.example/x.png">', "loads from another host"),
        ("{{ name|safe }}", "prints text unescaped"),
        ("{% autoescape off %}{% endautoescape %}", "prints text unescaped"),
        ("<p {{ attrs }}></p>", "prints attributes unescaped; name what the component takes"),
        ('<c-card :title="{{ name }}" />', "evaluates a printed value; pass the variable itself"),
        ("<p>Hello</p>", "not translated: 'Hello'"),
        ("<p>你好</p>", "not translated: '你好'"),
        ('<c-card title="Hello" />', "not translated: 'Hello'"),
        ('{% icon "no-such-icon" %}', "no lucide icon is called 'no-such-icon'"),
    ],
)
def test_each_rule_names_what_it_found(source: str, what: str) -> None:
    assert [finding.what for finding in findings(source)] == [what]


@pytest.mark.parametrize(
    "source",
    [
        '<script src="{% static \'js/app.js\' %}" type="module"></script>',
        '<script type="application/json">{"a": "b"}</script>',
        "{# <style> #}{% comment %}<p onclick=''>Hello{% endcomment %}",
        "{% blocktrans %}Hello {{ name }}{% endblocktrans %}",
        '<p title="{% trans "Hello" %}">{% trans "Hello" %}</p>',
        '{% status row.status %}<p data-style="1" class="style">{{ name }} · 3</p>',
        '{% icon "check" %}',
        '<button lang="en">English</button>',
    ],
)
def test_what_is_allowed_passes(source: str) -> None:
    assert findings(source) == []


def test_a_finding_says_its_line() -> None:
    assert [finding.line for finding in findings("<p>\n\n<style>\n</style></p>")] == [3]


def test_no_template_breaks_a_rule() -> None:
    assert main([str(BASE_DIR / "templates")]) == 0
