"""What changed between two drawings, by stable ids: as statements that a catalogue turns into sentences, and as sets of
parts to mark in a picture. Layout is no change."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from workflows.engine.graph import Document, Edge, Graph, Node, VariableDeclaration

Path = tuple[str | int, ...]
CODES: Final = frozenset(
    {
        "branch.added",
        "branch.condition",
        "branch.removed",
        "branch.renamed",
        "branch.reordered",
        "edge.added",
        "edge.removed",
        "edge.rerouted",
        "edge.rounds",
        "graph.rewritten",
        "item.added",
        "item.removed",
        "node.added",
        "node.removed",
        "node.renamed",
        "node.retyped",
        "setting.changed",
        "setting.cleared",
        "setting.reordered",
        "setting.set",
        "variable.added",
        "variable.fields",
        "variable.removed",
        "variable.renamed",
        "variable.retyped",
    }
)  # each has a sentence in the catalogues of the interface
_ABSENT: Final = object()
_LANGUAGES: Final = frozenset({"zh", "en"})
_FAR: Final = 200  # steps that are looked at for one line; beyond, it is said to lead elsewhere, which it does


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One statement. `code` says which, and with `params` everything that its sentence names.

    `path` leads to a setting in the config of `node`.
    """

    code: str
    node: str | None = None
    edge: str | None = None
    variable: str | None = None
    path: Path = ()
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The ids of parts that came, went and stayed with another content, each in the order of its drawing."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two drawings beside each other. No change is told exactly when both have the same hash."""

    changes: tuple[Change, ...]
    nodes: Parts
    edges: Parts
    variables: Parts


def compare(before: Graph, after: Graph) -> Comparison:
    """All that makes `after` another drawing than `before`."""
    sides = _Sides(before, after)
    nodes = _parts(sides.old, sides.new)
    changes = [*_steps(sides, nodes), *_lines(sides), *_variables(before, after)]
    if not changes and before.graph_hash != after.graph_hash:
        changes = [Change(code="graph.rewritten")]
    return Comparison(
        changes=tuple(changes),
        nodes=nodes,
        edges=_parts({one.id: one for one in before.edges}, {one.id: one for one in after.edges}),
        variables=_parts(
            {one.name: one for one in before.variables}, {one.name: one for one in after.variables}
        ),
    )  # fmt: skip


class _Sides:
    """Both drawings with their steps and lines by name."""

    def __init__(self, before: Graph, after: Graph) -> None:
        self.before, self.after = before, after
        self.old = {node.id: node for node in before.nodes}
        self.new = {node.id: node for node in after.nodes}
        self.old_exits, self.new_exits = _exits(before), _exits(after)
        self.old_ways, self.new_ways = _ways(before), _ways(after)


def _parts(old: Mapping[str, Document], new: Mapping[str, Document]) -> Parts:
    return Parts(
        added=tuple(one for one in new if one not in old),
        removed=tuple(one for one in old if one not in new),
        changed=tuple(one for one in new if one in old and _content(old[one]) != _content(new[one])),
    )


def _content(part: Document) -> str:
    return _canonical(part.model_dump(mode="json"))


def _exits(graph: Graph) -> dict[tuple[str, str], dict[str, Edge]]:
    """By step and port the lines that leave there, by where they lead."""
    exits: dict[tuple[str, str], dict[str, Edge]] = {}
    for edge in graph.edges:
        exits.setdefault((edge.source, edge.port), {})[edge.target] = edge
    return exits


def _ways(graph: Graph) -> dict[str, list[str]]:
    """By step where its lines lead."""
    ways: dict[str, list[str]] = {}
    for edge in graph.edges:
        ways.setdefault(edge.source, []).append(edge.target)
    return ways


# --- steps ---------------------------------------------------------------------------------------------------------


def _steps(sides: _Sides, nodes: Parts) -> Iterator[Change]:
    came_from = {edge.target: edge.source for edge in reversed(sides.after.edges)}
    leads_to = {edge.source: edge.target for edge in reversed(sides.after.edges)}
    added = set(nodes.added)
    for node in sides.after.nodes:
        if node.id in added:
            params = {"step": _named(node)}
            around = sides.new.get(came_from.get(node.id, "")), sides.new.get(leads_to.get(node.id, ""))
            if around[0] is not None and around[1] is not None:
                params |= {"previous": _named(around[0]), "next": _named(around[1])}
            yield Change(code="node.added", node=node.id, params=params)
        else:
            yield from _changed(sides.old[node.id], node)
    for gone in nodes.removed:
        yield Change(code="node.removed", node=gone, params={"step": _named(sides.old[gone])})


def _named(node: Node) -> dict[str, Any]:
    return {"id": node.id, "type": node.type, "name": node.name.model_dump()}


def _changed(old: Node, new: Node) -> Iterator[Change]:
    step = {"step": _named(new)}
    if old.name != new.name:
        yield Change(code="node.renamed", node=new.id, params=step | {"before": _named(old), "after": _named(new)})
    if old.type != new.type:
        yield Change(code="node.retyped", node=new.id, params=step | {"before": old.type, "after": new.type})
    for change in _settings(old.config, new.config, ()):
        yield Change(code=change.code, node=new.id, path=change.path, params=step | dict(change.params))


def _settings(old: Any, new: Any, path: Path) -> Iterator[Change]:
    if _canonical(old) == _canonical(new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and not (_is_text(old) and _is_text(new)):
        for key in dict.fromkeys(chain(new, old)):
            yield from _settings(old.get(key, _ABSENT), new.get(key, _ABSENT), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        by_port = _by_port(old), _by_port(new)
        if by_port[0] is not None and by_port[1] is not None:
            yield from _branches(by_port[0], by_port[1], path)
        else:
            yield from _items(old, new, path)
    else:
        yield _setting(old, new, path)


def _setting(old: Any, new: Any, path: Path) -> Change:
    if old is _ABSENT:
        return Change(code="setting.set", path=path, params={"after": new})
    if new is _ABSENT:
        return Change(code="setting.cleared", path=path, params={"before": old})
    return Change(code="setting.changed", path=path, params={"before": old, "after": new})


def _items(old: list[Any], new: list[Any], path: Path) -> Iterator[Change]:
    """Items have no names: those of lists of one length are compared in their places, others come and go."""
    was, now = Counter(map(_canonical, old)), Counter(map(_canonical, new))
    if was == now:
        yield Change(code="setting.reordered", path=path, params={"before": old, "after": new})
    elif len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _settings(one, other, (*path, index))
    else:
        for index in _surplus(old, was - now):
            yield Change(code="item.removed", path=(*path, index), params={"before": old[index]})
        for index in _surplus(new, now - was):
            yield Change(code="item.added", path=(*path, index), params={"after": new[index]})


def _surplus(items: Sequence[Any], more: Counter[str]) -> Iterator[int]:
    """The places of items that the other list has not, or not so often."""
    for index, item in enumerate(items):
        if more[_canonical(item)] > 0:
            more[_canonical(item)] -= 1
            yield index


def _is_text(value: dict[str, Any]) -> bool:
    return bool(value) and value.keys() <= _LANGUAGES


def _canonical(value: Any) -> str:
    if value is _ABSENT:
        return ""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# --- branches: the items of a list that are known by the port they lead to ------------------------------------------


def _by_port(items: list[Any]) -> dict[str, dict[str, Any]] | None:
    """The items by port, in their order; None when they are no branches, or two have the same port."""
    if not all(isinstance(one, dict) and isinstance(one.get("port"), str) for one in items):
        return None
    found = {one["port"]: one for one in items}
    return found if len(found) == len(items) else None


def _branches(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]], path: Path) -> Iterator[Change]:
    for index, (port, branch) in enumerate(new.items()):
        if port in old:
            yield from _branch(old[port], branch, (*path, index))
        else:
            yield Change(code="branch.added", path=(*path, index), params={"branch": _branch_name(branch)})
    for index, (port, branch) in enumerate(old.items()):
        if port not in new:
            yield Change(code="branch.removed", path=(*path, index), params={"branch": _branch_name(branch)})
    order = [port for port in old if port in new]
    kept = [port for port in new if port in old]
    if order != kept:
        names = {"before": [_branch_name(old[port]) for port in order], "after": [_branch_name(new[p]) for p in kept]}
        yield Change(code="branch.reordered", path=path, params=names)


def _branch(old: dict[str, Any], new: dict[str, Any], path: Path) -> Iterator[Change]:
    name = _branch_name(new)
    for change in _settings(old, new, path):
        at = change.path[len(path) : len(path) + 1]
        if at == ("when",) and change.path[:-1] == path:
            before, after = old.get("when", ""), new.get("when", "")
            yield Change(
                code="branch.condition", path=change.path, params={"branch": name, "before": before, "after": after}
            )
        elif at == ("name",):
            yield Change(
                code="branch.renamed", path=change.path, params={"before": _branch_name(old), "after": name}
            )  # fmt: skip
        else:
            yield Change(code=change.code, path=change.path, params={"branch": name} | dict(change.params))


def _branch_name(branch: Mapping[str, Any]) -> dict[str, Any]:
    return {"port": branch["port"], "name": branch.get("name", {})}


# --- lines ---------------------------------------------------------------------------------------------------------


def _lines(sides: _Sides) -> Iterator[Change]:
    """Lines that lead elsewhere. What follows from steps that came or went is told by those."""
    for at in dict.fromkeys(chain(sides.new_exits, sides.old_exits)):
        source, port = at
        if source not in sides.old or source not in sides.new:
            continue
        old, new = sides.old_exits.get(at, {}), sides.new_exits.get(at, {})
        step = {"step": _named(sides.new[source]), "port": port}
        for target in new:
            if target in old:
                yield from _rounds(old[target], new[target], step)
        lost = [target for target in old if target not in new]
        won = [target for target in new if target not in old]
        lost, won = _untold(sides, lost, won)
        if len(lost) == 1 and len(won) == 1:
            params = step | {"before": _at(sides.old, lost[0]), "after": _at(sides.new, won[0])}
            yield Change(code="edge.rerouted", node=source, edge=new[won[0]].id, params=params)
            continue
        for target in lost:
            params = step | {"before": _at(sides.old, target)}
            yield Change(code="edge.removed", node=source, edge=old[target].id, params=params)
        for target in won:
            params = step | {"after": _at(sides.new, target)}
            yield Change(code="edge.added", node=source, edge=new[target].id, params=params)


def _at(nodes: Mapping[str, Node], end: str) -> dict[str, Any]:
    """The step at the end of a line; a drawing that is no draft of anything yet may have lines to nowhere."""
    return _named(nodes[end]) if end in nodes else _named(Node(id=end, type="nothing"))


def _rounds(old: Edge, new: Edge, step: Mapping[str, Any]) -> Iterator[Change]:
    if (old.kind, old.max_rounds) != (new.kind, new.max_rounds):
        params = dict(step) | {"before": old.max_rounds, "after": new.max_rounds}
        yield Change(code="edge.rounds", node=new.source, edge=new.id, params=params)


def _untold(sides: _Sides, lost: list[str], won: list[str]) -> tuple[list[str], list[str]]:
    """Without what a step explains that came in between, or that was taken out."""
    through_new = {target: _beyond(target, ways=sides.new_ways, ends=sides.old) for target in won}
    through_old = {target: _beyond(target, ways=sides.old_ways, ends=sides.new) for target in lost}
    explained = {
        (gone, came) for gone in lost for came in won if gone in through_new[came] or came in through_old[gone]
    }
    # A step that came or went is told by itself when it stands at the end of a line that had no other end.
    alone = {came for came in won if not lost and came not in sides.old}
    orphan = {gone for gone in lost if not won and gone not in sides.new}
    return (
        [one for one in lost if one not in orphan and all(one != gone for gone, _ in explained)],
        [one for one in won if one not in alone and all(one != came for _, came in explained)],
    )


def _beyond(start: str, *, ways: Mapping[str, Sequence[str]], ends: Mapping[str, Node]) -> set[str]:
    """Where one comes out who walks from `start` through steps that are not among `ends`, as far as is looked."""
    if start in ends:
        return set()
    found: set[str] = set()
    seen, ahead = {start}, [start]
    while ahead and len(seen) <= _FAR:
        for target in ways.get(ahead.pop(), ()):
            if target in ends:
                found.add(target)
            elif target not in seen:
                seen.add(target)
                ahead.append(target)
    return found


# --- variables -----------------------------------------------------------------------------------------------------


def _variables(before: Graph, after: Graph) -> Iterator[Change]:
    old = {one.name: one for one in before.variables}
    new = {one.name: one for one in after.variables}
    for name, one in new.items():
        if name not in old:
            yield Change(code="variable.added", variable=name, params=_label(one))
        elif old[name] != one:
            known = old[name]
            told = _label(one)
            if known.label != one.label:
                yield Change(
                    code="variable.renamed", variable=name,
                    params=told | {"before": _label(known)["label"], "after": told["label"]},
                )  # fmt: skip
            if known.type != one.type:
                yield Change(
                    code="variable.retyped", variable=name, params=told | {"before": known.type, "after": one.type}
                )
            if known.fields != one.fields:
                yield Change(code="variable.fields", variable=name, params=told)
    for name, one in old.items():
        if name not in new:
            yield Change(code="variable.removed", variable=name, params=_label(one))


def _label(variable: VariableDeclaration) -> dict[str, Any]:
    return {"name": variable.name, "label": variable.label.model_dump(), "type": variable.type}
