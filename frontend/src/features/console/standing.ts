/** Where a run stands and why it does not go on: one cause, the most telling one. Pure. */
import type { GraphDocument } from "@/api/documents";
import type { Incident, Instance, InstanceToken, TaskLine } from "@/api/types";

export type Standing =
  | { why: "over"; at: string | null }
  | { why: "failed"; node: string; since: string; incident: Incident }
  | { why: "overdue"; node: string; since: string; task: TaskLine; dueAt: string }
  | { why: "forgotten"; node: string; since: string; task: TaskLine | null }
  | { why: "unknown"; node: string | null; since: string; code: string }
  | { why: "decision"; node: string; since: string; task: TaskLine }
  | { why: "timer"; node: string; since: string; dueAt: string }
  | { why: "activity"; node: string; since: string }
  | { why: "message"; node: string; since: string }
  | { why: "runs"; node: string; since: string }
  | { why: "turn"; node: string; since: string; line: string; key: string }
  | { why: "siblings"; node: string; since: string }
  | { why: "moving"; since: string };

const RANK: Record<string, number> = {
  repair: 0,
  signal: 1,
  activity: 2,
  message: 3,
  runs: 4,
  timer: 5,
  siblings: 6,
};

export function isOpen(task: TaskLine): boolean {
  return task.closed_at === null;
}

export function openTasks(instance: Instance): TaskLine[] {
  return instance.tasks.filter(isOpen);
}

export function openIncidents(instance: Instance): Incident[] {
  return instance.incidents.filter((incident) => incident.status === "open");
}

/** The next moment at which something happens by itself. */
export function nextDue(instance: Instance): string | null {
  const dues = [
    ...openTasks(instance).map((task) => task.due_at),
    ...instance.timers.map((timer) => timer.due_at),
  ];
  return (
    dues.filter((due): due is string => due !== null).sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null
  );
}

function taskAt(instance: Instance, token: InstanceToken): TaskLine | null {
  return openTasks(instance).find((task) => task.node === token.node && task.visit === token.visit) ?? null;
}

function overdue(instance: Instance, now: number): Standing | null {
  for (const task of openTasks(instance)) {
    if (task.due_at !== null && Date.parse(task.due_at) <= now) {
      return { why: "overdue", node: task.node, since: task.opened_at, task, dueAt: task.due_at };
    }
  }
  return null;
}

function stuckStanding(instance: Instance): Standing | null {
  const stuck = instance.stuck;
  if (!stuck) return null;
  const [task = null] = openTasks(instance);
  const node = task?.node ?? instance.tokens[0]?.node ?? null;
  if (stuck.code === "nobody_acted" && node) return { why: "forgotten", node, since: stuck.since, task };
  return { why: "unknown", node, since: stuck.since, code: stuck.code };
}

function waiting(instance: Instance): Standing {
  const [token] = [...instance.tokens].sort((a, b) => (RANK[a.awaits] ?? 9) - (RANK[b.awaits] ?? 9));
  if (!token) return { why: "moving", since: instance.started_at };
  const { node } = token;
  const since = token.since ?? instance.started_at;
  const task = taskAt(instance, token);
  if (task) return { why: "decision", node, since, task };
  if (token.awaits === "timer" && token.due_at) return { why: "timer", node, since, dueAt: token.due_at };
  if (token.line) return { why: "turn", node, since, ...token.line };
  const { awaits } = token;
  if (awaits === "activity" || awaits === "message" || awaits === "runs" || awaits === "siblings")
    return { why: awaits, node, since };
  return { why: "moving", since };
}

export function standingOf(instance: Instance, now: number): Standing {
  if (instance.status !== "running") return { why: "over", at: instance.ended_at };
  const [incident] = openIncidents(instance);
  if (incident) return { why: "failed", node: incident.node, since: incident.at, incident };
  return overdue(instance, now) ?? stuckStanding(instance) ?? waiting(instance);
}

/** The nodes where a run stands now, without repetition. */
export function currentNodes(instance: Instance): string[] {
  return [...new Set(instance.tokens.map((token) => token.node))];
}

/** The name a node has: from the drawing, else from its task, else its id. */
export function nodeTitle(
  node: string,
  graph: GraphDocument | null,
  tasks: readonly TaskLine[],
): GraphDocument["nodes"][number]["name"] | string {
  const drawn = graph?.nodes.find((one) => one.id === node)?.name;
  return drawn ?? tasks.find((task) => task.node === node)?.title ?? node;
}
