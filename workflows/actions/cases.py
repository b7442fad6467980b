"""Test cases of a flow: kept beside its draft, run on it before it is published."""

from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from pydantic import ValidationError

from accounts.models import User
from bedrock.errors import BadInput, Conflict, NotFound
from workflows import store
from workflows.actions import audit
from workflows.actions.simulate import beginning_of
from workflows.actions.soundness import require_sound
from workflows.case_runs import CaseResult, run_case
from workflows.engine.graph import read_graph
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import registry
from workflows.models import Definition, DefinitionCase
from workflows.simulation.cases import Case

MOST_CASES: Final = 100


def cases_of(definition: Definition) -> QuerySet[DefinitionCase]:
    """The cases of a flow, by name."""
    return definition.cases.select_related("edited_by").order_by("name")


def add_case(
    definition: Definition, *, name: str, given: dict[str, Any], expect: dict[str, Any], subject: str | None,
    actor: User, now: datetime,
) -> DefinitionCase:  # fmt: skip
    """Keep a case; with `subject` it starts from what a past run about this started from.

    Raises BadInput `case.invalid`, Conflict `case.name_taken`, `case.too_many`; NotFound `simulation.subject_unknown`.
    """
    if subject is not None:
        given = _of_the_past(definition, subject) | given
    case = read_case(name, given, expect)
    with transaction.atomic():
        # One who adds waits for another, so that both are counted.
        Definition.objects.select_for_update(of=("self",)).get(pk=definition.pk)
        if definition.cases.count() >= MOST_CASES:
            message = f"Expected at most {MOST_CASES} cases of a flow, found one more."
            raise Conflict("case.too_many", message, limit=MOST_CASES)
        row = DefinitionCase(definition=definition)
        return _kept(row, case, actor=actor, now=now)


def change_case(
    definition: Definition, case_id: str, *, name: str, given: dict[str, Any], expect: dict[str, Any], actor: User,
    now: datetime,
) -> DefinitionCase:  # fmt: skip
    """Replace a case. Raises what `add_case` does, and NotFound `case.unknown`."""
    case = read_case(name, given, expect)
    with transaction.atomic():
        return _kept(_locked(definition, case_id), case, actor=actor, now=now)


def remove_case(definition: Definition, case_id: str) -> None:
    """Forget a case. Raises NotFound `case.unknown`."""
    with transaction.atomic():
        _locked(definition, case_id).delete()


def read_case(name: object, given: object, expect: object) -> Case:
    """A case of its parts. Raises BadInput `case.invalid` with every problem."""
    try:
        return Case.model_validate({"name": name, "given": given, "expect": expect})
    except ValidationError as error:
        problems = [
            {"path": ".".join(map(str, one["loc"])), "code": f"case.{one['type']}", "message": one["msg"], "params": {}}
            for one in error.errors()
        ]
        message = f"Expected a test case, found {len(problems)} problems."
        raise BadInput("case.invalid", message, problems=problems) from None


def run_cases(definition: Definition, *, graph: object, now: datetime) -> list[CaseResult]:
    """All cases of a flow on its draft, or on another drawing. Raises BadInput `definition.has_problems`."""
    drawing = read_graph(definition.draft_graph if graph is None else graph)
    require_sound(drawing, flow=definition.key, now=now)
    return _results(definition, compile_plan(drawing, registry=registry, flow=definition.key))


def require_cases(definition: Definition, plan: Plan, *, despite: str | None) -> list[CaseResult]:
    """The cases that this plan fails, when `despite` says why that is meant.

    Raises BadInput `definition.cases_failed` when it does not say so, `cases.reason_required` when it says too little.
    """
    if despite is not None:
        audit.require_reason(despite, code="cases.reason_required", path="despite_cases")
    failing = [one for one in _results(definition, plan) if not one.is_passed]
    if failing and despite is None:
        raise BadInput(
            "definition.cases_failed", f"Expected all test cases to pass, found that {len(failing)} fail.",
            problems=[
                {
                    "path": f"cases/{one.name}", "code": f"case.{miss.what}", "message": f"{one.name}: {miss.sentence}",
                    "params": {"case": one.id, "name": one.name, "expected": miss.expected, "found": miss.found},
                }
                for one in failing
                for miss in one.misses
            ],
        )  # fmt: skip
    return failing


def _results(definition: Definition, plan: Plan) -> list[CaseResult]:
    rows = list(cases_of(definition))
    if not rows:
        return []
    world = store.present_world()
    ids = {name: str(pk) for name, pk in User.objects.values_list("username", "pk")}
    return [
        run_case(read_case(row.name, row.given, row.expect), id=str(row.pk), plan=plan, world=world, id_of=ids.get)
        for row in rows
    ]


def _of_the_past(definition: Definition, subject: str) -> dict[str, Any]:
    """What a past run started from, as far as the draft declares it."""
    plan = compile_plan(read_graph(definition.draft_graph), registry=registry)
    found = beginning_of(definition, plan, subject)
    requester = None if found.requester is None else User.objects.filter(pk=found.requester).first()
    return {
        "values": {one.name: found.variables.get(one.name) for one in plan.variables},
        "requester": None if requester is None else requester.username,
        "at": found.at.isoformat(),
    }


def _kept(row: DefinitionCase, case: Case, *, actor: User, now: datetime) -> DefinitionCase:
    row.name = case.name
    row.given, row.expect = case.given.model_dump(mode="json"), case.expect.model_dump(mode="json")
    row.edited_by, row.edited_at = actor, now
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict("case.name_taken", f"Expected a new name, found that {case.name!r} is taken.") from None
    return row


def _locked(definition: Definition, case_id: str) -> DefinitionCase:
    found = DefinitionCase.objects.select_for_update(of=("self",)).filter(definition=definition, pk=case_id).first()
    if found is None:
        raise NotFound("case.unknown", f"Expected a case of this flow, found none with id {case_id}.")
    return found
