"""What each action of the matrix of rights sends, by the name it has in `authorization.txt`."""

import json
from collections.abc import Callable
from typing import Any

from rest_framework.test import APIClient

from approvals.models import ApprovalTask, Notice
from tests.api.house_scene import NOW, TITLE, Scene, chain, listening, publish_flow, refund_graph, sign_in
from tests.exchange.files import bpmn
from tests.orders.builders import actor_of, cny, order_document, paid_document
from workflows.actions import definitions, migration_plans, migrations
from workflows.actions.audit import By
from workflows.models import Calendar, Definition, Incident, Migration

API = "/api/v1"
REASON = "the customer waits"
SKETCH = chain(("wait", "delay", {"after": "PT2H"}))
WISH = {"revision": 1, "note": "first"}

Act = Callable[[APIClient, Scene, str], Any]
Prepare = Callable[[Scene, str], None]
ACTIONS: dict[str, Act] = {}
READS: set[str] = set()
PREPARATIONS: dict[str, Prepare] = {}  # what happens before an action, on behalf of the actor


def action(name: str, *, after: Prepare | None = None) -> Callable[[Act], Act]:
    def known(act: Act) -> Act:
        ACTIONS[name] = act
        if after is not None:
            PREPARATIONS[name] = after
        return act

    return known


def decided_before(scene: Scene, actor: str) -> None:
    """The assigned approver has answered already."""
    told = post(signed_in("assigned"), f"/tasks/{scene.task.pk}/approve", {"revision": 1})
    assert told.status_code == 200, told.content


def asked_by_the_actor(scene: Scene, actor: str) -> None:
    scene.made["run"] = scene.run_of(actor)
    scene.made["task"] = str(ApprovalTask.objects.get(instance=scene.made["run"]).pk)


def previewed_by_a_colleague(scene: Scene, actor: str) -> None:
    scene.people["colleague"].roles = ["supervisor"]
    scene.people["colleague"].save()
    shown = post(signed_in("colleague"), f"/instances/{scene.run}/force-advance/preview", {"target": "wait"})
    scene.made["token"] = shown.json()["token"]


def failed_before(scene: Scene, actor: str) -> None:
    scene.made["run"] = scene.broken_run()
    scene.made["incident"] = str(Incident.objects.get(instance=scene.made["run"]).pk)


def reads(name: str, path: str) -> None:
    """An action that only reads: `path` may name {flow}, {sketch}, {run}, {foreign}, {task}, {order} and so on."""
    ACTIONS[name] = lambda client, scene, _: client.get(API + path.format(**places(scene)))
    READS.add(name)


def places(scene: Scene) -> dict[str, Any]:
    return {
        "flow": scene.flow.pk, "sketch": scene.sketch.pk, "run": scene.run, "foreign": scene.foreign.instance,
        "task": scene.task.pk, "order": scene.order.order_no, "untouched": scene.untouched.order_no,
    }  # fmt: skip


def post(client: APIClient, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(API + path, {} if body is None else body, format="json", headers=headers)


reads("definition.list", "/definitions")
reads("definition.read", "/definitions/{flow}")
reads("definition.read-unpublished", "/definitions/{sketch}")
reads("definition.versions", "/definitions/{flow}/versions")
reads("definition.version", "/definitions/{flow}/versions/1")
reads("definition.read-publish-request", "/definitions/{flow}/publish-request")
reads("definition.compare", "/definitions/{flow}/compare?from=1&to=draft")
reads("definition.read-draft", "/definitions/{flow}/draft")
reads("definition.export", "/definitions/{flow}/export")
reads("definition.cases", "/definitions/{sketch}/cases")
reads("palette.node-types", "/node-types")
reads("palette.triggers", "/triggers")
reads("palette.templates", "/templates")
reads("calendar.list", "/calendars")
reads("calendar.read", "/calendars/office")
reads("connection.list", "/connections")
reads("view.list", "/me/views")
reads("notice.list", "/notices")
reads("notice.summary", "/notices/summary")
reads("policy.findings", "/policy/findings")
reads("delegation.list", "/delegations")
reads("delegation.list-all", "/delegations?whose=all")
reads("directory.people", "/people")
reads("directory.groups", "/groups")
reads("directory.departments", "/departments")
reads("instance.list", "/instances")
reads("instance.read", "/instances/{run}")
reads("instance.read-foreign", "/instances/{foreign}")
reads("instance.history", "/instances/{run}/history")
reads("instance.reasons", "/instances/{run}/reasons")
reads("instance.reasons-foreign", "/instances/{foreign}/reasons")
reads("instance.ahead", "/instances/{run}/ahead")
reads("instance.ahead-foreign", "/instances/{foreign}/ahead")
reads("instance.replay", "/instances/{run}/replay?seq=1")
reads("instance.replay-foreign", "/instances/{foreign}/replay?seq=1")
reads("task.list", "/tasks")
reads("task.summary", "/tasks/summary")
reads("task.read", "/tasks/{task}")
reads("order.list", "/orders")
reads("order.read", "/orders/{order}")
reads("order.read-foreign", "/orders/{untouched}")
reads("audit.read", "/audit")
reads("audit.read-own-run", "/audit?instance={run}")
reads("session.read", "/session")


@action("definition.create")
def create_definition(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/definitions", {"key": "new", "title": TITLE, "graph": SKETCH})


@action("definition.save-draft")
def save_draft(client: APIClient, scene: Scene, actor: str) -> Any:
    body = {"revision": 1, "graph": SKETCH, "layout": {}}
    return client.put(f"{API}/definitions/{scene.sketch.pk}/draft", body, format="json")


@action("definition.compare-drawing")
def compare_drawing(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.sketch.pk}/compare", {"since": "draft", "graph": SKETCH})


@action("definition.publish")
def publish(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.sketch.pk}/publish", {"revision": 1, "note": "first"})


def in_four_eyes(scene: Scene, actor: str) -> None:
    """The sketch, drawn by another designer, wants a second person; who draws it has asked for one."""
    made = scene.people["colleague"]
    made.roles = ["designer"]
    made.save()
    scene.sketch.draft_editors = [str(made.pk)]
    scene.sketch.four_eyes = True
    scene.sketch.save()
    request = post(signed_in("colleague"), f"/definitions/{scene.sketch.pk}/publish-request", WISH)
    assert request.status_code == 201, request.content
    scene.made["request"] = request.json()["id"]


def in_four_eyes_by_the_actor(scene: Scene, actor: str) -> None:
    """The actor is among those who have changed the drawing."""
    in_four_eyes(scene, actor)
    if actor in scene.people:
        scene.sketch.draft_editors.append(str(scene.people[actor].pk))
    scene.sketch.save()


def retired_before(scene: Scene, actor: str) -> None:
    scene.people["colleague"].roles = ["designer"]
    scene.people["colleague"].save()
    told = post(signed_in("colleague"), f"/definitions/{scene.flow.pk}/retire", {"reason": REASON})
    assert told.status_code == 200, told.content


def published_before(scene: Scene, actor: str) -> None:
    """A minute ago, by somebody else."""
    scene.people["colleague"].roles = ["designer"]
    scene.people["colleague"].save()
    told = post(signed_in("colleague"), f"/definitions/{scene.sketch.pk}/publish", WISH)
    assert told.status_code == 201, told.content


@action("definition.publish-after-own-edit", after=in_four_eyes_by_the_actor)
def publish_own(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.sketch.pk}/publish", WISH)


def wanting_four_eyes(scene: Scene, actor: str) -> None:
    scene.sketch.four_eyes = True
    scene.sketch.save()


@action("definition.ask-to-publish", after=wanting_four_eyes)
def ask_to_publish(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.sketch.pk}/publish-request", WISH)


def answered(client: APIClient, scene: Scene, answer: str) -> Any:
    body = {"request": scene.made["request"], "comment": REASON}
    return post(client, f"/definitions/{scene.sketch.pk}/publish-request/{answer}", body)


@action("definition.confirm", after=in_four_eyes)
def confirm(client: APIClient, scene: Scene, actor: str) -> Any:
    return answered(client, scene, "confirm")


@action("definition.confirm-after-own-edit", after=in_four_eyes_by_the_actor)
def confirm_own(client: APIClient, scene: Scene, actor: str) -> Any:
    return answered(client, scene, "confirm")


@action("definition.decline", after=in_four_eyes)
def decline(client: APIClient, scene: Scene, actor: str) -> Any:
    return answered(client, scene, "decline")


@action("definition.take-back-anothers", after=in_four_eyes)
def take_back_anothers(client: APIClient, scene: Scene, actor: str) -> Any:
    return answered(client, scene, "take-back")


@action("definition.want-four-eyes")
def want_four_eyes(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.put(
        f"{API}/definitions/{scene.sketch.pk}/four-eyes", {"wanted": True, "reason": REASON}, format="json"
    )


@action("definition.drop-four-eyes-after-own-edit", after=in_four_eyes_by_the_actor)
def drop_four_eyes(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.put(
        f"{API}/definitions/{scene.sketch.pk}/four-eyes", {"wanted": False, "reason": REASON}, format="json"
    )


@action("definition.withdraw", after=published_before)
def withdraw(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.sketch.pk}/versions/1/withdraw", {"reason": REASON})


@action("definition.withdraw-in-use")
def withdraw_in_use(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.flow.pk}/versions/1/withdraw", {"reason": REASON})


def second_version_before(scene: Scene, actor: str) -> None:
    """The designer has published a second version, in which the question is asked otherwise."""
    graph = refund_graph("refund.requested")
    graph["nodes"][1]["config"]["comment"] = "always"
    designer = scene.people["designer"]
    definitions.save_draft(str(scene.flow.pk), revision=1, graph=graph, layout={}, actor=designer, now=NOW)
    definitions.publish(str(scene.flow.pk), revision=2, note="second", actor=designer, now=NOW)


def planned_before(scene: Scene, actor: str) -> None:
    second_version_before(scene, actor)
    told = migration_plans.plan(
        str(scene.flow.pk), source=1, target=2, mapping={}, planner=scene.people["designer"], now=NOW
    )
    scene.made["migration"] = str(told.pk)


def migrated_before(scene: Scene, actor: str) -> None:
    planned_before(scene, actor)
    designer = scene.people["designer"]
    migrations.begin(
        scene.made["migration"], reason=REASON, starter=designer, by=By(actor=actor_of(designer), ip=None), now=NOW
    )
    while Migration.objects.get(pk=scene.made["migration"]).status == "running":
        migrations.carry_on(now=NOW)


@action("definition.plan-migration", after=second_version_before)
def plan_migration(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.flow.pk}/migrations", {"from_version": 1, "to_version": 2})


@action("definition.migrate", after=planned_before)
def migrate(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.flow.pk}/migrations/{scene.made['migration']}/run", {"reason": REASON})


@action("definition.migrate-back", after=migrated_before)
def migrate_back(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.flow.pk}/migrations/{scene.made['migration']}/undo", {})


@action("definition.read-migrations", after=migrated_before)
def read_migrations(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.get(f"{API}/definitions/{scene.flow.pk}/migrations")


@action("definition.read-migration", after=migrated_before)
def read_migration(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.get(f"{API}/definitions/{scene.flow.pk}/migrations/{scene.made['migration']}")


@action("definition.read-migrating-runs", after=migrated_before)
def read_migrating_runs(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.get(f"{API}/definitions/{scene.flow.pk}/migrations/{scene.made['migration']}/runs?verdict=disturbed")


@action("definition.retire")
def retire(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.flow.pk}/retire", {"reason": REASON})


@action("definition.reinstate", after=retired_before)
def reinstate(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.flow.pk}/reinstate", {"reason": REASON})


def plain_is_retired(scene: Scene, actor: str) -> None:
    Definition.objects.filter(key="plain").update(retired_at="2026-01-01T00:00:00Z")


@action("instance.start-retired-flow", after=plain_is_retired)
def start_retired(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/instances", {"definition": "plain", "subject": {"type": "question", "id": "q-1"}})


@action("definition.simulate")
def simulate(client: APIClient, scene: Scene, actor: str) -> Any:
    outcomes = [{"node": "finance", "do": "reject"}]
    body = {"subjects": [scene.order.order_no], "outcomes": outcomes}
    return post(client, f"/definitions/{scene.flow.pk}/simulate", body)


@action("definition.simulate-past")
def simulate_the_past(client: APIClient, scene: Scene, actor: str) -> Any:
    graph = scene.flow.draft_graph
    edges = [edge | ({"to": "end"} if edge["id"] == "e2" else {}) for edge in graph["edges"] if edge["id"] != "e4"]
    shorter = graph | {"nodes": [node for node in graph["nodes"] if node["id"] != "wait"], "edges": edges}
    body = {"since": "2026-01-01T00:00:00+08:00", "graph": shorter}
    return post(client, f"/definitions/{scene.flow.pk}/simulate", body)


@action("definition.add-case")
def add_case(client: APIClient, scene: Scene, actor: str) -> Any:
    body = {"name": "two", "given": {"at": "2026-01-26T09:00:00+08:00"}, "expect": {"end": "end"}}
    return post(client, f"/definitions/{scene.sketch.pk}/cases", body)


@action("definition.change-case")
def change_case(client: APIClient, scene: Scene, actor: str) -> Any:
    body = {"name": "two", "given": {"at": "2026-01-26T09:00:00+08:00"}, "expect": {"end": "end"}}
    return client.put(f"{API}/definitions/{scene.sketch.pk}/cases/{scene.case.pk}", body, format="json")


@action("definition.remove-case")
def remove_case(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.delete(f"{API}/definitions/{scene.sketch.pk}/cases/{scene.case.pk}")


@action("definition.run-cases")
def run_cases(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/definitions/{scene.sketch.pk}/cases/run", {"graph": None})


@action("definition.import")
def import_definition(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/definitions/import", {"format": "json", "content": json.dumps(SKETCH), "key": "new"})


@action("definition.import-bpmn")
def import_bpmn(client: APIClient, scene: Scene, actor: str) -> Any:
    content = bpmn('<startEvent id="s"/><task id="t" name="Ask"/>')
    return post(client, "/definitions/import", {"format": "bpmn", "content": content, "key": "new", "title": TITLE})


@action("expression.check")
def check_expression(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/expressions/check", {"text": "1 < 2", "variables": []})


@action("calendar.edit")
def edit_calendar(client: APIClient, scene: Scene, actor: str) -> Any:
    known = Calendar.objects.get(key="office")
    body = {
        "name": TITLE, "document": {"zone": "Asia/Shanghai", "week": {"tue": ["09:00-18:00"]}},
        "revision": known.revision, "policy": "keep", "reason": REASON,
    }  # fmt: skip
    return client.put(f"{API}/calendars/office", body, format="json")


@action("definition.forecast")
def forecast_step(client: APIClient, scene: Scene, actor: str) -> Any:
    body = {"node": "wait", "at": NOW.isoformat()}
    return post(client, f"/definitions/{scene.sketch.pk}/forecast", body)


@action("instance.forecast")
def forecast_run(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/instances/{scene.run}/forecast", {"calendars": {}})


@action("calendar.preview")
def preview_calendar(client: APIClient, scene: Scene, actor: str) -> Any:
    known = Calendar.objects.get(key="office")
    return post(client, "/calendars/office/preview", {"document": known.document})


READS |= {"calendar.preview", "definition.forecast", "instance.forecast"}


@action("instance.start")
def start(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/instances", {"definition": "plain", "subject": {"type": "question", "id": "q-1"}})


@action("instance.start-about-refund")
def start_about_a_refund(client: APIClient, scene: Scene, actor: str) -> Any:
    subject = {"type": "refund", "id": str(scene.refund.pk)}
    return post(client, "/instances", {"definition": "plain", "subject": subject})


@action("instance.start-refund-flow")
def start_the_refund_flow(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/instances", {"definition": "refunds", "subject": {"type": "question", "id": "q-1"}})


@action("message.send")
def send_message(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/messages", {"name": "parcel.arrived", "key": "ORD-1"})


def a_letter_died_before(scene: Scene, actor: str) -> None:
    scene.made["letter"] = str(scene.letter.pk)


reads("message.list", "/messages")


@action("message.requeue", after=a_letter_died_before)
def requeue_message(client: APIClient, scene: Scene, actor: str) -> Any:
    body = {"payload": "1.20", "keep": "PT1H", "reason": REASON}
    return post(client, f"/messages/{scene.made['letter']}/requeue", body)


@action("message.discard", after=a_letter_died_before)
def discard_message(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/messages/{scene.made['letter']}/discard", {"reason": REASON})


def intervene(client: APIClient, run: str, kind: str, *, reason: str = REASON, **wanted: Any) -> Any:
    """Preview and, when that is allowed, do it; both doors refuse the same people."""
    shown = post(client, f"/instances/{run}/{kind}/preview", wanted)
    if shown.status_code == 200:
        return post(client, f"/instances/{run}/{kind}", {"token": shown.json()["token"], "reason": reason})
    done = post(client, f"/instances/{run}/{kind}", {"token": "x", "reason": reason})
    assert done.status_code in (shown.status_code, 409), done.content
    return shown


@action("instance.cancel")
def cancel(client: APIClient, scene: Scene, actor: str) -> Any:
    return intervene(client, scene.run, "cancel")


@action("instance.cancel-foreign")
def cancel_foreign(client: APIClient, scene: Scene, actor: str) -> Any:
    return intervene(client, str(scene.foreign.instance), "cancel")


@action("instance.cancel-answered", after=decided_before)
def cancel_answered(client: APIClient, scene: Scene, actor: str) -> Any:
    return intervene(client, scene.run, "cancel")


@action("instance.force")
def force(client: APIClient, scene: Scene, actor: str) -> Any:
    return intervene(client, scene.run, "force-advance", target="wait")


@action("instance.force-own-request", after=asked_by_the_actor)
def force_own(client: APIClient, scene: Scene, actor: str) -> Any:
    return intervene(client, scene.made["run"], "force-advance", target="wait")


@action("instance.force-without-reason")
def force_silently(client: APIClient, scene: Scene, actor: str) -> Any:
    return intervene(client, scene.run, "force-advance", reason="now!", target="wait")


@action("instance.force-by-anothers-preview", after=previewed_by_a_colleague)
def force_by_anothers_preview(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/instances/{scene.run}/force-advance", {"token": scene.made["token"], "reason": REASON})


@action("instance.return", after=decided_before)
def return_run(client: APIClient, scene: Scene, actor: str) -> Any:
    return intervene(client, scene.run, "return", target="finance")


@action("instance.retry", after=failed_before)
def retry(client: APIClient, scene: Scene, actor: str) -> Any:
    return intervene(client, scene.made["run"], "retry", incident=scene.made["incident"])


@action("instance.skip", after=failed_before)
def skip(client: APIClient, scene: Scene, actor: str) -> Any:
    return intervene(client, scene.made["run"], "skip", incident=scene.made["incident"])


@action("instance.migrate", after=second_version_before)
def migrate_one(client: APIClient, scene: Scene, actor: str) -> Any:
    return intervene(client, scene.run, "migrate", version=2)


@action("task.approve")
def approve(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/approve", {"revision": 1})


@action("task.reject")
def reject(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/reject", {"revision": 1, "comment": REASON})


@action("task.abstain")
def abstain(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/abstain", {"revision": 1})


@action("task.approve-with-undo")
def approve_for_now(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/approve", {"revision": 1, "undo_seconds": 8})


def held_before(scene: Scene, actor: str) -> None:
    approve_for_now(signed_in("assigned"), scene, "assigned")


@action("task.undo", after=held_before)
def undo(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/undo", {})


@action("task.transfer")
def transfer(client: APIClient, scene: Scene, actor: str) -> Any:
    body = {"revision": 1, "to": {"kind": "group", "key": "backup"}, "comment": REASON}
    return post(client, f"/tasks/{scene.task.pk}/transfer", body)


@action("task.transfer-without-note")
def transfer_silently(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/transfer", {"revision": 1, "to": {"kind": "group", "key": "backup"}})


COLLEAGUE = {"kind": "user", "key": "colleague"}


@action("task.add-signer")
def add_signer(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/add-signer", {"revision": 1, "to": COLLEAGUE, "how": "parallel"})


def colleague_added(scene: Scene, actor: str) -> None:
    add_signer(signed_in("assigned"), scene, "assigned")


@action("task.remove-signer", after=colleague_added)
def remove_signer(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/remove-signer", {"revision": 2, "to": COLLEAGUE, "comment": REASON})


@action("task.remove-signer-without-note", after=colleague_added)
def remove_signer_silently(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/remove-signer", {"revision": 2, "to": COLLEAGUE})


@action("task.return-preview")
def look_at_returns(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/return/preview", {})


@action("task.return-to-nowhere")
def return_to_nowhere(client: APIClient, scene: Scene, actor: str) -> Any:
    shown = post(client, f"/tasks/{scene.task.pk}/return/preview", {})
    token = shown.json().get("token", "x") if shown.status_code == 200 else "x"
    body = {"revision": 1, "to": "nowhere", "comment": REASON, "token": token}
    done = post(client, f"/tasks/{scene.task.pk}/return", body)
    return done if shown.status_code == 200 else shown


@action("task.claim")
def claim(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/claim", {"revision": 1})


def claimed_before(scene: Scene, actor: str) -> None:
    claim(signed_in("assigned"), scene, "assigned")


@action("task.release", after=claimed_before)
def release(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/release", {"revision": 2, "comment": REASON})


@action("task.remind")
def remind(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/remind", {"urgent": True})


def came_back(scene: Scene, actor: str) -> None:
    """The assigned approver has returned the run to its requester."""
    shown = post(signed_in("assigned"), f"/tasks/{scene.task.pk}/return/preview", {}).json()
    body = {"revision": 1, "to": "start", "comment": REASON, "token": shown["token"]}
    told = post(signed_in("assigned"), f"/tasks/{scene.task.pk}/return", body)
    assert told.status_code == 200, told.content
    scene.made["task"] = str(ApprovalTask.objects.get(instance=scene.run, mode="resubmit").pk)


@action("task.resubmit", after=came_back)
def resubmit(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.made['task']}/resubmit", {"revision": 1, "comment": REASON})


@action("task.cc")
def cc(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/cc", {"to": [{"kind": "group", "key": "backup"}]})


def copied_to_the_actor(scene: Scene, actor: str) -> None:
    person = scene.people.get(actor, scene.people["requester"])
    to = [{"kind": "user", "key": person.username}]
    sent = post(signed_in("assigned"), f"/tasks/{scene.task.pk}/cc", {"to": to})
    assert sent.status_code in (200, 422), sent.content


@action("task.read-copy", after=copied_to_the_actor)
def read_copy(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/read")


@action("task.comment")
def comment(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/comment", {"text": "please hurry"})


@action("task.batch-preview")
def preview_batch(client: APIClient, scene: Scene, actor: str) -> Any:
    body = {"action": "approve", "tasks": [{"id": str(scene.task.pk), "revision": 1}]}
    return post(client, "/tasks/batch/preview", body)


READS.add("task.batch-preview")


def batch_previewed(scene: Scene, actor: str) -> None:
    scene.made["token"] = preview_batch(signed_in("assigned"), scene, "assigned").json()["token"]


@action("task.batch", after=batch_previewed)
def run_batch(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/tasks/batch", {"token": scene.made["token"]})


@action("view.save")
def save_view(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/me/views", {"name": "late", "filters": {"due": "overdue"}})


@action("view.drop-anothers", after=lambda scene, _: view_kept(scene))
def drop_anothers_view(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.delete(f"{API}/me/views/{scene.made['view']}")


def view_kept(scene: Scene) -> None:
    scene.made["view"] = save_view(signed_in("colleague"), scene, "colleague").json()["id"]


@action("task.approve-own-request", after=asked_by_the_actor)
def approve_own(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.made['task']}/approve", {"revision": 1})


@action("task.approve-decided", after=decided_before)
def approve_decided(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/tasks/{scene.task.pk}/approve", {"revision": 1})


@action("order.place")
def place(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/orders", order_document(), **{"X-Idempotency-Key": "K-1"})


@action("order.place-paid")
def place_paid(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/orders", paid_document(), **{"X-Idempotency-Key": "K-1"})


@action("order.write-status")
def write_status(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.patch(f"{API}/orders/{scene.order.order_no}", {"status": "shipped"}, format="json")


def changes_are_answered(scene: Scene, actor: str) -> None:
    """A flow listens to changes of orders."""
    publish_flow(listening("order.change_requested"), key="changes", by=scene.people["designer"])


@action("change.request", after=changes_are_answered)
def request_change(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/orders/{scene.order.order_no}/changes", {"ship_to": {"city": "宁波"}, "reason": "搬家"})


@action("change.request-foreign", after=changes_are_answered)
def request_foreign_change(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/orders/{scene.untouched.order_no}/changes", {"ship_to": {"city": "宁波"}, "reason": "搬家"})


@action("change.preview", after=changes_are_answered)
def preview_change(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/orders/{scene.order.order_no}/changes/preview", {"ship_to": {"city": "宁波"}})


@action("refund.preview")
def preview_refund(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/orders/{scene.order.order_no}/refunds/preview", {"amount": cny("1.00")})


@action("refund.preview-foreign")
def preview_foreign_refund(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/orders/{scene.untouched.order_no}/refunds/preview", {"amount": cny("1.00")})


@action("refund.request")
def request_refund(client: APIClient, scene: Scene, actor: str) -> Any:
    body = {"amount": cny("1.00"), "reason": "破损"}
    return post(client, f"/orders/{scene.order.order_no}/refunds", body)


@action("refund.request-foreign")
def request_foreign_refund(client: APIClient, scene: Scene, actor: str) -> Any:
    body = {"amount": cny("1.00"), "reason": "破损"}
    return post(client, f"/orders/{scene.untouched.order_no}/refunds", body)


@action("audit.write")
def write_audit(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.put(f"{API}/audit", {"reason": "never mind"}, format="json")


@action("audit.delete")
def delete_audit(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.delete(f"{API}/audit")


@action("session.change")
def change_language(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.patch(f"{API}/session", {"language": "en"}, format="json")


def signed_in(username: str) -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    sign_in(client, username)
    return client


def told_before(scene: Scene, actor: str) -> None:
    """The actor was told something, and so was somebody else."""
    for name, about in ((actor, "own"), ("colleague", "foreign")):
        notice = Notice.objects.create(
            user=scene.people.get(name, scene.people["stranger"]), title=TITLE, text=TITLE, instance=scene.run,
            node="wait", visit=1, definition_title=TITLE, at=NOW,
        )  # fmt: skip
        scene.made[about] = str(notice.pk)


@action("notice.read", after=told_before)
def read_notice(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/notices/{scene.made['own']}/read")


@action("notice.read-foreign", after=told_before)
def read_foreign_notice(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/notices/{scene.made['foreign']}/read")


@action("notice.read-all")
def read_all_notices(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/notices/read-all", {"until": 1})


@action("schedule.preview")
def preview_schedule(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/schedules/preview", {"cron": "0 9 * * *", "zone": "Asia/Shanghai"})
