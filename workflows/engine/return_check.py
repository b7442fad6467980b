"""Whether the steps that a drawing returns runs to can be returned to: found when it is checked, not when it runs."""

from collections.abc import Iterator, Mapping
from typing import Any

import networkx as nx
from pydantic import ValidationError

from workflows.engine.graph import Graph
from workflows.engine.node_type import Problem, ReturnRule
from workflows.engine.regions import branches_of
from workflows.engine.registry import Registry
from workflows.engine.structure import trail

_MESSAGES = {
    "return.unknown_step": "Expected a step of this drawing to return to, found none of that name.",
    "return.asks_nobody": "Expected a step that asks people to return to, found an automatic one.",
    "return.not_before": "Expected a step on every way to this one, found one that a run may come here without.",
    "return.no_step_before": "Expected a step that asks people on every way to this one, found none.",
    "return.outside_branch": "Expected a step of the same branch, found one before the fork, which may not be left.",
    "return.cannot_come_back": "Expected a step of the same branch to come back from, found one before the fork.",
}


def return_problems(graph: Graph, *, registry: Registry) -> Iterator[Problem]:
    """What is wrong with the steps that are returned to by themselves."""
    rules = _rules(graph, registry)
    if not rules:
        return
    before = _before(graph, registry)
    branches = branches_of(graph, registry=registry).nodes
    asking = {node.id for node in graph.nodes if (kind := registry.find(node.type)) and kind.asks_people}
    known = {node.id for node in graph.nodes}
    for node, rule in rules.items():
        above = before.get(node)
        if above is None:
            continue  # nothing leads there, which is said elsewhere
        if rule.to_requester:  # at the start, which lies on every way
            to, code = above[-1] if above else node, None
        else:
            to = rule.to or next((one for one in above if one in asking), "")
            code = _wrong(to, rule, known=known, asking=asking, above=above)
        if code is None and trail(branches.get(to)) != trail(branches.get(node)):
            code = None if rule.crosses else "return.outside_branch"
            if code is None and rule.resumes:
                yield _problem("return.cannot_come_back", node, to, rule, severity="warning")
        if code is not None:
            yield _problem(code, node, to, rule)


def _wrong(to: str, rule: ReturnRule, *, known: set[str], asking: set[str], above: list[str]) -> str | None:
    if rule.to is None:
        return None if to else "return.no_step_before"
    if to not in known:
        return "return.unknown_step"
    if to not in asking:
        return "return.asks_nobody"
    return None if to in above else "return.not_before"


def _problem(code: str, node: str, to: str, rule: ReturnRule, *, severity: Any = "error") -> Problem:
    return Problem(
        code=code, node=node, path=rule.path, severity=severity, message=_MESSAGES[code],
        params={"steps": [to] if to else []},
    )  # fmt: skip


def _rules(graph: Graph, registry: Registry) -> dict[str, ReturnRule]:
    found: dict[str, ReturnRule] = {}
    for node in graph.nodes:
        kind = registry.find(node.type)
        if kind is None or not kind.asks_people:
            continue
        try:
            rule = kind.returns(kind.Config.model_validate(node.config))
        except ValidationError:
            continue
        if rule is not None:
            found[node.id] = rule
    return found


def _before(graph: Graph, registry: Registry) -> Mapping[str, list[str]]:
    """The nodes through which every way from the start to a node leads, the nearest first."""
    starts = [node.id for node in graph.nodes if (kind := registry.find(node.type)) and kind.is_start]
    if len(starts) != 1:
        return {}
    directed: nx.DiGraph[str] = nx.DiGraph()
    directed.add_node(starts[0])
    directed.add_edges_from((edge.source, edge.target) for edge in graph.edges)
    above = nx.immediate_dominators(directed, starts[0])
    found: dict[str, list[str]] = {}
    for node in above:
        chain, place = [], node
        while above.get(place) not in (None, place):
            place = above[place]
            chain.append(place)
        found[node] = chain
    return found
