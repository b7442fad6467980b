"""Who is asked, and why. Numbers are those of the trap list."""

from dataclasses import replace

import pytest

from approvals.assignment import Policy, assign
from approvals.directory import Department, Directory
from approvals.presence import Presence
from approvals.targets import GroupTarget, HeadTarget, Target, UserTarget
from approvals.voting import Mode
from bedrock.errors import BadInput, Conflict, Forbidden
from tests.approvals.office import (
    MONDAY,
    OFFICE,
    actor,
    at,
    away,
    directory,
    ended,
    group,
    noted,
    opened,
    seats,
    with_person,
    world,
)
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_windows import WorkingHours
from workflows.engine.calendars import Calendar
from workflows.engine.graph import LocalText
from workflows.engine.node_type import CheckContext
from workflows.engine.registry import registry
from workflows.engine.world import world_of

F1, F2 = UserTarget(kind="user", user="f1"), UserTarget(kind="user", user="f2")
FINANCE, NOBODY = GroupTarget(kind="group", group="finance"), GroupTarget(kind="group", group="nobody")


def run(
    *targets: Target,
    people: Directory | None = None,
    mode: Mode = Mode.ANY,
    requester: str | None = "8",
    **policy: object,
) -> tuple[list[str], list[str]]:
    """The scopes and the codes of the trace."""
    presence = Presence(directory=people or directory(), book=CalendarBook({"office": OFFICE}), requester=requester)
    rules = replace(Policy(mode=mode, requester=requester, now=MONDAY), **policy)  # type: ignore[arg-type]
    found = assign(targets, presence=presence, policy=rules)
    return [seat.scope for seat in found.candidates], [why.code for why in found.trace]


def test_a_pool_is_one_live_seat_when_any_may_answer_and_its_people_when_all_must() -> None:
    assert run(FINANCE) == (["g:finance"], ["assigned.pool"])
    assert run(FINANCE, mode=Mode.ALL) == (["u:1", "u:2"], ["assigned.pool"])


def test_an_inactive_person_is_left_out_when_others_are_named() -> None:
    people = with_person(directory(), "1", active=False)

    assert run(F1, F2, people=people) == (["u:2"], ["skipped.inactive", "assigned.user"])


def test_trap_3_an_empty_group_goes_to_the_owner_role_and_never_passes() -> None:
    assert run(NOBODY) == (["r:supervisor"], ["skipped.empty", "assigned.owner", "assigned.pool"])
    assert run(NOBODY, fallback=(NOBODY,))[0] == ["r:supervisor"]
    assert run(NOBODY, fallback=(FINANCE,))[0] == ["g:finance"]


def test_trap_3_administrators_are_asked_when_there_is_no_owner_and_an_incident_is_raised_when_nobody_is_left() -> None:
    ownerless = with_person(directory(), "7", active=False)
    assert run(NOBODY, people=ownerless)[0] == ["r:superuser"]

    empty = with_person(ownerless, "9", active=False)
    case = opened({"assign": [{"kind": "group", "group": "nobody"}]}, people=empty)

    assert case.where() == ["ask!approval.nobody"]
    assert ended(case) is None


def test_trap_6_the_requester_is_left_out_on_every_path_when_they_are_an_approver() -> None:
    assert run(F1, F2, requester="1")[0] == ["u:2"]
    assert run(FINANCE, mode=Mode.ALL, requester="1")[0] == ["u:2"]
    assert run(NOBODY, requester="7")[0] == ["r:superuser"]  # the only supervisor asked for it
    assert run(NOBODY, fallback=(F1,), requester="1")[0] == ["r:supervisor"]
    assert run(FINANCE, mode=Mode.ANY, requester="1")[0] == ["g:finance"]  # the others of the pool decide


def test_trap_6_a_transfer_to_the_requester_is_refused() -> None:
    case = opened()

    with pytest.raises(BadInput) as caught:
        case.signal("ask", "transfer", actor=actor("1"), revision=1, to={"kind": "user", "user": "cs"})

    assert caught.value.code == "task.transfer_refused"
    assert caught.value.fields["reasons"] == ["assigned.user", "skipped.requester"]
    assert seats(case) == ["g:finance"]


@pytest.mark.parametrize("target", [{"kind": "user", "user": "cs"}, {"kind": "group", "group": "only-cs"}])
def test_trap_6_a_transfer_by_hand_reaches_nobody_else_when_it_names_the_requester(target: dict[str, str]) -> None:
    """The rule for requesters asks their head when work is assigned; a person who transfers chose this one person."""
    people = with_person(directory(), "8", roles=("requester", "approver"))
    people = replace(people, groups={**people.groups, "only-cs": group("only-cs", "8")})
    case = opened(people=people, on_requester="department_head")
    before = case.state.seq

    with pytest.raises(BadInput) as caught:
        case.signal("ask", "transfer", actor=actor("1"), revision=1, to=target)

    assert caught.value.code == "task.transfer_refused"
    assert caught.value.fields["reasons"][-1] == "skipped.requester"
    assert (seats(case), case.state.seq) == (["g:finance"], before)


WITHOUT_RIGHT = [("8", ("integration",)), ("8", ("auditor",)), ("8", ("designer",)), ("8", ("requester",)), ("8", ())]


@pytest.mark.parametrize(("who", "roles"), WITHOUT_RIGHT)
def test_a_transfer_is_refused_when_the_target_may_not_decide(who: str, roles: tuple[str, ...]) -> None:
    case = opened(people=with_person(directory(), who, roles=roles), requester=None)
    before = case.state.seq

    with pytest.raises(BadInput) as caught:
        case.signal("ask", "transfer", actor=actor("1"), revision=1, to={"kind": "user", "user": "cs"})

    assert caught.value.code == "task.transfer_refused"
    assert caught.value.fields["reasons"] == ["skipped.no_role"]
    assert (seats(case), case.state.seq) == (["g:finance"], before)


def test_a_transfer_is_refused_when_the_target_is_disabled() -> None:
    case = opened(people=with_person(directory(), "3", active=False))

    with pytest.raises(BadInput) as caught:
        case.signal("ask", "transfer", actor=actor("1"), revision=1, to={"kind": "user", "user": "b1"})

    assert caught.value.fields["reasons"] == ["skipped.inactive"]


def test_a_transfer_is_refused_when_nobody_of_the_group_may_decide() -> None:
    people = with_person(with_person(directory(), "3", roles=("auditor",)), "4", roles=("designer",))
    case = opened(people=people)

    with pytest.raises(BadInput) as caught:
        case.signal("ask", "transfer", actor=actor("1"), revision=1, to={"kind": "group", "group": "backup"})

    assert caught.value.fields["reasons"] == ["skipped.empty"]


def test_people_without_the_right_are_asked_on_no_path() -> None:
    """First assignment, pools, heads, fallback: one rule."""
    auditor = with_person(directory(), "1", roles=("auditor",))
    assert run(F1, F2, people=auditor) == (["u:2"], ["skipped.no_role", "assigned.user"])
    assert run(FINANCE, people=auditor, mode=Mode.ALL)[0] == ["u:2"]
    assert run(NOBODY, people=auditor, fallback=(F1,))[0] == ["r:supervisor"]
    head = HeadTarget(kind="department_head")
    assert run(head, people=with_person(directory(), "10", roles=("requester",)))[0] == ["u:9"]


def test_a_member_without_the_right_cannot_answer_for_a_pool() -> None:
    case = opened()
    case.world = world(with_person(directory(), "1", roles=("auditor",)))

    with pytest.raises(Forbidden) as caught:
        case.signal("ask", "approve", actor=actor("1"), revision=1)

    assert caught.value.code == "task.not_yours"


def test_the_head_is_asked_for_a_requester_who_is_named_though_they_could_not_decide() -> None:
    cs = UserTarget(kind="user", user="cs")

    assert run(cs, requester="8", on_requester="department_head")[0] == ["u:10"]
    assert run(cs, requester="8")[1][:2] == ["assigned.user", "skipped.requester"]


def test_trap_6_a_timeout_transfer_never_reaches_the_requester() -> None:
    case = opened(
        {"assign": [{"kind": "group", "group": "finance"}]}, requester="3",
        timeouts=[{"after": "PT60M", "do": "transfer", "to": [{"kind": "user", "user": "b1"}]}],
    )  # fmt: skip

    case.wind(hours=2)

    assert seats(case) == ["r:supervisor"]


def test_trap_7_self_skip_comes_before_the_empty_policy() -> None:
    assert run(F1, requester="1") == (
        ["r:supervisor"],
        ["assigned.user", "skipped.requester", "assigned.owner", "assigned.pool"],
    )


def test_the_department_head_is_asked_when_the_policy_for_requesters_says_so() -> None:
    people = with_person(directory(), "2", department="service")

    assert run(F2, people=people, requester="2", on_requester="department_head")[0] == ["u:10"]


def test_trap_8_the_chain_ends_cleanly_when_the_requester_leads_the_top() -> None:
    head = HeadTarget(kind="department_head", level=1)
    people = with_person(directory(), "9", department="company")

    assert run(head, people=people, requester="9")[0] == ["r:supervisor"]
    assert run(HeadTarget(kind="department_head", level=5))[0] == ["r:supervisor"]


def test_a_head_is_the_next_one_up_when_the_requester_leads_their_own_department() -> None:
    head = HeadTarget(kind="department_head", level=1)

    assert run(head, requester="8")[0] == ["u:10"]
    assert run(head, requester="10")[0] == ["u:9"]
    assert run(HeadTarget(kind="department_head", level=2), requester="8")[0] == ["u:9"]


def test_trap_9_the_walk_is_bounded_when_two_departments_lead_each_other() -> None:
    circle = {
        "a": Department(key="a", name=LocalText(), parent="b", heads=("1",)),
        "b": Department(key="b", name=LocalText(), parent="a", heads=("2",)),
    }
    people = with_person(directory(departments=circle), "8", department="a")

    assert run(HeadTarget(kind="department_head", level=2), people=people)[0] == ["u:2"]
    assert run(HeadTarget(kind="department_head", level=3), people=people)[0] == ["r:supervisor"]


def test_a_person_has_one_seat_when_named_twice_or_beside_their_pool() -> None:
    assert run(F1, F1) == (["u:1"], ["assigned.user", "assigned.user", "skipped.duplicate"])
    assert run(F1, FINANCE)[0] == ["g:finance"]
    assert run(F1, FINANCE, mode=Mode.ALL)[0] == ["u:1", "u:2"]


def test_somebody_else_is_asked_when_the_policy_moves_work_from_people_who_are_away() -> None:
    absent = with_person(directory(), "1", absences=(away(at(8), at(18)),))

    assert run(F1, people=absent, offline_to=(F2,))[0] == ["u:2"]
    assert run(F1, people=absent)[0] == ["u:1"]
    assert run(F1, people=absent, offline_to=(NOBODY,))[0] == ["u:1"]


def test_a_countersign_keeps_its_number_of_voices_when_one_is_away() -> None:
    absent = with_person(directory(), "1", absences=(away(at(8), at(18)),))
    b1 = UserTarget(kind="user", user="b1")

    assert run(F1, F2, people=absent, mode=Mode.ALL, offline_to=(b1,))[0] == ["u:2", "u:3"]
    assert run(F1, F2, people=absent, mode=Mode.ALL, offline_to=(NOBODY,))[0] == ["u:2", "u:1"]


def test_a_transfer_moves_the_seat_and_the_right_when_a_member_hands_it_on() -> None:
    case = opened()

    case.signal("ask", "transfer", actor=actor("1"), revision=1, to={"kind": "user", "user": "b1"}, comment="yours")

    assert seats(case) == ["u:3"]
    assert noted(case, "reassigned")[0]["comment"] == "yours"
    with pytest.raises(Forbidden):
        case.signal("ask", "approve", actor=actor("2"), revision=2)
    case.signal("ask", "approve", actor=actor("3"), revision=2)
    assert ended(case) == "yes"


def test_an_answer_from_a_stale_page_is_refused_when_the_task_was_transferred_meanwhile() -> None:
    case = opened()
    case.signal("ask", "transfer", actor=actor("1"), revision=1, to={"kind": "group", "group": "backup"})

    with pytest.raises(Conflict) as caught:
        case.signal("ask", "approve", actor=actor("3"), revision=1)

    assert caught.value.code == "task.revision_conflict"
    assert caught.value.fields == {"current_revision": 2}


def test_trap_13_a_transfer_is_refused_when_the_target_voted_or_is_asked_already() -> None:
    case = opened({"assign": [{"kind": "user", "user": name} for name in ("f1", "f2", "b1")], "mode": "all"})
    case.signal("ask", "approve", actor=actor("1"), revision=1)

    for target in ("f1", "b1"):
        with pytest.raises(BadInput) as caught:
            case.signal("ask", "transfer", actor=actor("2"), revision=1, to={"kind": "user", "user": target})
        assert caught.value.code == "task.transfer_refused"

    assert seats(case) == ["u:2", "u:3"]


def test_trap_14_transfers_are_capped_when_two_people_play_ping_pong() -> None:
    case = opened({"assign": [{"kind": "user", "user": "f1"}]})
    for turn in range(10):
        giver, taker = (("1", "f2"), ("2", "f1"))[turn % 2]
        case.signal("ask", "transfer", actor=actor(giver), revision=turn + 1, to={"kind": "user", "user": taker})

    with pytest.raises(Conflict) as caught:
        case.signal("ask", "transfer", actor=actor("1"), revision=11, to={"kind": "user", "user": "f2"})

    assert caught.value.code == "task.transfer_limit"


@pytest.mark.parametrize(
    "target",
    [None, {}, {"kind": "user", "user": "ghost"}, {"kind": "group", "group": "ghost"}, {"kind": "department_head"}],
)
def test_a_transfer_to_nobody_known_is_refused(target: object) -> None:
    case = opened()

    with pytest.raises(BadInput) as caught:
        case.signal("ask", "transfer", actor=actor("1"), revision=1, to=target)

    assert caught.value.code == "task.unknown_target"


def test_a_supervisor_hands_on_the_work_of_others_with_a_comment_only() -> None:
    case = opened()

    with pytest.raises(BadInput) as caught:
        case.signal("ask", "transfer", actor=actor("7"), revision=1, to={"kind": "group", "group": "backup"})
    assert caught.value.code == "task.comment_required"

    case.signal("ask", "transfer", actor=actor("7"), revision=1, to={"kind": "group", "group": "backup"}, comment="ill")
    assert seats(case) == ["g:backup"]


def test_a_supervisor_cannot_shrink_a_countersign_to_one_person() -> None:
    case = opened(mode="all")

    with pytest.raises(BadInput) as caught:
        case.signal("ask", "transfer", actor=actor("7"), revision=1, to={"kind": "user", "user": "b1"}, comment="ill")

    assert caught.value.code == "task.transfer_which_seat"


def problems(config: dict[str, object], people: Directory | None = None) -> list[tuple[str, str, str | None]]:
    node_type = registry.get("approval")
    parsed = node_type.Config.model_validate({"assign": [{"kind": "group", "group": "finance"}]} | config)
    context = CheckContext(variables=(), world=world(people), now=MONDAY)
    return [(one.code, one.severity, one.path) for one in node_type.check(parsed, context)]


def test_a_sound_config_has_no_problems() -> None:
    assert (
        problems({"timeouts": [{"after": "PT120M", "do": "transfer", "to": [{"kind": "group", "group": "backup"}]}]})
        == []
    )


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"assign": [{"kind": "user", "user": "ghost"}]}, ("approval.unknown_user", "error", "assign.0")),
        ({"assign": [{"kind": "group", "group": "ghost"}]}, ("approval.unknown_group", "error", "assign.0")),
        ({"assign": [{"kind": "user", "user": "cs"}]}, ("approval.user_without_role", "error", "assign.0")),
        (
            {"assign": [{"kind": "department_head", "department": "ghost"}]},
            ("approval.unknown_department", "error", "assign.0"),
        ),
        ({"assign": [{"kind": "group", "group": "nobody"}]}, ("approval.empty_group", "warning", "assign.0")),
        ({"on_empty": [{"kind": "group", "group": "ghost"}]}, ("approval.unknown_group", "error", "on_empty.0")),
        ({"calendar": "ghost"}, ("calendar.unknown", "error", "calendar")),
        ({"offline": "transfer"}, ("approval.no_substitute", "error", "offline_to")),
        ({"timeouts": [{"after": "soon", "do": "remind"}]}, ("duration.malformed", "error", "timeouts.0.after")),
        ({"timeouts": [{"after": "PT0S", "do": "remind"}]}, ("duration.malformed", "error", "timeouts.0.after")),
        ({"timeouts": [{"after": "PT1H", "do": "transfer"}]}, ("approval.no_target", "error", "timeouts.0.to")),
        (
            {"timeouts": [{"after": "PT1H", "do": "transfer", "to": [{"kind": "group", "group": "finance"}]}]},
            ("approval.transfer_to_same", "error", "timeouts.0.to"),
        ),
        ({"timeouts": [{"after": "PT1H", "do": "approve"}]}, ("approval.auto_approve", "warning", "timeouts.0")),
        (
            {"timeouts": [{"after": "PT1H", "do": "reject"}, {"after": "PT1H", "do": "remind"}]},
            ("approval.timeout_after_end", "error", "timeouts.0"),
        ),
        (
            {"assign": [{"kind": "user", "user": "b1"}], "timeouts": [{"after": "PT1H", "do": "remind"}]},
            ("approval.no_calendar", "error", "calendar"),
        ),
    ],
)
def test_trap_4_problems_are_found_at_publish(config: dict[str, object], problem: tuple[str, str, str]) -> None:
    assert problems(config) == [problem]


@pytest.mark.parametrize(("after", "warned"), [("P5D", False), ("P250D", True)])
def test_time_outs_into_a_year_without_an_official_notice_are_warned_of(after: str, *, warned: bool) -> None:
    """From Monday 2026-01-26 on: 250 working days end in 2027."""
    assert isinstance(OFFICE.rule, WorkingHours)
    announced = Calendar(replace(OFFICE.rule, confirmed_years=(2026,)))
    context = CheckContext(
        variables=(), now=MONDAY, world=world_of(directory(), CalendarBook({"office": announced}))
    )  # fmt: skip
    node_type = registry.get("approval")
    config = node_type.Config.model_validate(
        {
            "assign": [{"kind": "group", "group": "finance"}],
            "timeouts": [{"after": "PT1H", "do": "remind"}, {"after": after, "do": "remind"}],
        }
    )

    found = [(one.code, one.severity, one.path, dict(one.params)) for one in node_type.check(config, context)]

    assert found == [("calendar.year_unconfirmed", "warning", "timeouts", {"years": [2027]})] * warned
