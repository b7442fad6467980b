"""What approvers see and fill in: typed values with an approval, and rules that cannot be published. Pure."""

from typing import Any

import pytest

from approvals.approval_config import ApprovalConfig
from approvals.field_check import field_problems
from approvals.fields import form
from bedrock.errors import BadInput, Forbidden
from tests.approvals.office import MONDAY, actor, ended, graph, noted, world
from workflows.engine.variables import parse_variables
from workflows.redaction import Redaction
from workflows.testing import Harness

VARIABLES = [
    {"name": "asked", "type": "money", "label": {"zh": "申请金额", "en": "Asked"}},
    {"name": "granted", "type": "money", "label": {"zh": "同意金额", "en": "Granted"}},
    {"name": "remark", "type": "text", "label": {}},
    {"name": "margin", "type": "decimal", "label": {"zh": "毛利", "en": "Margin"}},
    {"name": "lines", "type": "list<text>", "label": {}},
]
RULES = [
    {"name": "asked", "access": "read"},
    {"name": "granted", "access": "required"},
    {"name": "remark", "access": "write"},
    {"name": "margin", "access": "hidden"},
]
ALL2 = {"assign": [{"kind": "user", "user": name} for name in ("f1", "f2")], "mode": "all"}
FIFTY = {"amount": "50.00", "currency": "CNY"}
GIVEN = {"asked": {"amount": "58.00", "currency": "CNY"}, "margin": "0.31"}


def asked(**config: Any) -> Harness:
    run = Harness(graph({"fields": RULES, **config}) | {"variables": VARIABLES}, world=world(), now=MONDAY)
    run.start(requester="8", variables=GIVEN)
    return run


def refused(run: Harness, name: str = "approve", who: str = "1", **payload: Any) -> Any:
    before = run.state
    with pytest.raises((BadInput, Forbidden)) as caught:
        run.signal("ask", name, actor=actor(who), revision=1, **payload)
    assert run.state == before
    return caught.value


def test_what_an_approver_fills_in_is_set_when_the_step_is_left() -> None:
    run = asked()

    run.signal("ask", "approve", actor=actor("1"), revision=1, form={"granted": FIFTY, "remark": "cut"})

    assert ended(run) == "yes"
    assert run.state.variables == GIVEN | {"granted": FIFTY, "remark": "cut"}
    assert noted(run, "voted") == [{"outcome": "approved", "comment": "", "form": {"granted": FIFTY, "remark": "cut"}}]


def test_of_several_voters_the_later_one_counts_and_one_who_found_it_filled_in_need_not() -> None:
    run = asked(**ALL2)

    run.signal("ask", "approve", actor=actor("1"), revision=1, form={"granted": FIFTY, "remark": "first"})
    assert run.state.variables == GIVEN  # nothing is set before the step is left
    run.signal("ask", "approve", actor=actor("2"), revision=1, form={"remark": "second"})

    assert run.state.variables == GIVEN | {"granted": FIFTY, "remark": "second"}


@pytest.mark.parametrize("name", ["asked", "margin", "lines", "nothing"])
def test_trap_54_what_may_not_be_filled_in_is_refused_alike_hidden_or_not_there(name: str) -> None:
    error = refused(asked(), form={"granted": FIFTY, name: "1"})

    assert (error.code, error.fields) == ("task.field_not_writable", {"field": name})


@pytest.mark.parametrize("form", [None, {}, {"remark": "x"}, {"granted": None}])
def test_trap_54_an_approval_without_a_required_field_is_refused(form: Any) -> None:
    error = refused(asked(), **({} if form is None else {"form": form}))

    assert error.code == "task.fields_invalid"
    assert [(one["path"], one["code"]) for one in error.problems] == [("/form/granted", "field.required")]


def test_a_required_text_of_blanks_is_left_empty() -> None:
    run = asked(fields=[{"name": "remark", "access": "required"}])

    assert [one["code"] for one in refused(run, form={"remark": "  "}).problems] == ["field.required"]


def test_values_of_another_type_are_refused_each_at_its_place() -> None:
    error = refused(asked(), form={"granted": {"amount": 50.5, "currency": "CNY"}, "remark": 7})

    assert [(one["path"], one["code"]) for one in error.problems] == [
        ("/form/granted", "field.mismatch"), ("/form/remark", "field.mismatch"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["reject"])
def test_fields_go_with_an_approval_only(name: str) -> None:
    run = asked()

    assert refused(run, name, comment="no", form={"granted": FIFTY}).code == "task.fields_to_approve"
    run.signal("ask", name, actor=actor("1"), revision=1, comment="no")

    assert (ended(run), run.state.variables) == ("no", GIVEN)


def test_a_step_without_rules_takes_no_field() -> None:
    assert refused(asked(fields=[]), form={"remark": "x"}).code == "task.field_not_writable"


def test_the_form_shows_what_is_not_hidden_in_the_order_of_the_rules() -> None:
    rules = ApprovalConfig.model_validate(graph({"fields": RULES})["nodes"][1]["config"]).fields

    shown = form(rules, declared=parse_variables(VARIABLES), values=GIVEN)

    assert [(one["name"], one["access"], one["value"]) for one in shown] == [
        ("asked", "read", GIVEN["asked"]), ("granted", "required", None), ("remark", "write", None),
    ]  # fmt: skip
    assert shown[1]["label"] == {"zh": "同意金额", "en": "Granted"}
    assert shown[2]["label"] == {"zh": "remark", "en": "remark"}


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"fields": [{"name": "gone", "access": "read"}]}, [("approval.field_unknown", "fields.0.name")]),
        ({"fields": [RULES[0], RULES[0]]}, [("approval.field_repeated", "fields.1.name")]),
        ({"fields": [{"name": "lines", "access": "write"}]}, [("approval.field_not_fillable", "fields.0.name")]),
        ({"fields": [{"name": "lines", "access": "hidden"}]}, []),
        ({"fields": RULES, "when_empty": "pass"}, [("approval.required_unfilled", "when_empty")]),
        ({"fields": RULES, "on_duplicate": "adjacent"}, [("approval.required_unfilled", "on_duplicate")]),
        (
            {"fields": RULES, "timeouts": [{"after": "PT1H", "do": "remind"}, {"after": "PT1H", "do": "approve"}]},
            [("approval.required_unfilled", "timeouts.1.do")],
        ),
    ],
)
def test_rules_that_nobody_could_follow_are_not_published(config: dict[str, Any], found: list[tuple[str, str]]) -> None:
    settings = ApprovalConfig.model_validate(graph(config)["nodes"][1]["config"])

    problems = list(field_problems(settings, variables=parse_variables(VARIABLES)))

    assert [(one.code, one.path) for one in problems] == found


def test_a_fact_is_shown_without_hidden_values_and_without_reasons_that_quote_them() -> None:
    drawing = {
        "nodes": [
            {"id": "rich", "type": "exclusive", "config": {"branches": [{"port": "yes", "when": "${margin} > 0.3"}]}},
            {"id": "cheap", "type": "exclusive", "config": {"branches": [{"port": "yes", "when": "${asked} < 9 CNY"}]}},
            {"id": "ask", "type": "approval", "config": {"fields": RULES}},
        ]
    }
    shown = Redaction(frozenset({"margin"}), drawing)
    because = {"conditions": [{"port": "yes", "because": "0.31 > 0.3 → true"}]}

    assert shown.variables(GIVEN) == {"asked": GIVEN["asked"]}
    assert shown.fact("moved", "rich", {"output": {"margin": "1", "asked": 2}, "why": because}) == {
        "output": {"asked": 2}, "why": None,
    }  # fmt: skip
    assert shown.fact("moved", "cheap", {"output": {}, "why": because}) == {"output": {}, "why": because}
    assert shown.fact("moved", "ask", {"output": {}, "why": {"outcome": "approved"}})["why"] == {"outcome": "approved"}
    facts = [{"key": "margin", "value": "0.31"}, {"key": "orderNo", "value": "O1"}]
    assert shown.fact("started", "start", {"variables": GIVEN, "subject": {"facts": facts}}) == {
        "variables": {"asked": GIVEN["asked"]}, "subject": {"facts": [facts[1]]},
    }  # fmt: skip
    assert shown.fact("waited", "ask", {"data": {"answers": ["0.31"]}}) == {"data": None}
    failed = {"code": "x", "message": "found 0.31", "params": {"found": "0.31"}}
    assert shown.fact("failed", "rich", failed) == {"code": "x", "message": "x", "params": {}}
    assert shown.incident(failed) == {"code": "x", "message": "x", "params": {}}
    assert Redaction(frozenset(), drawing).fact("failed", "rich", failed) == failed
