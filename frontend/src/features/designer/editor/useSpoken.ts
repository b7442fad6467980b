/** The spoken names of cards, branches, jumps and slots. */
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { PlacedJump, Slot } from "@/graph/blockLayout";
import { portName, type Speech } from "@/graph/describe";
import { nodeOf, outgoing } from "@/graph/document";
import type { Scene } from "@/graph/scene";
import type { FlowWords } from "@/graph/toFlow";

export type ProblemCounts = ReadonlyMap<string, { count: number; blocking: boolean }>;

export function useFlowWords(scene: Scene, speech: Speech, problems: ProblemCounts): FlowWords {
  const { t } = useTranslation("graph");
  return useMemo(() => {
    const jumps = new Map(scene.layout.jumps.map((jump) => [jump.id, jump]));
    const jumpPort = (jump: PlacedJump): string => {
      const from = nodeOf(scene.graph, jump.from);
      const several = from && outgoing(scene.graph, from.id).length > 1;
      return from && several && jump.place === "side" ? portName(from, jump.port, speech) : "";
    };
    const spoken = (id: string): string => {
      const jump = jumps.get(id);
      if (jump) {
        const step = scene.faces.get(jump.to)?.title ?? jump.to;
        return [jumpPort(jump), t(jump.back ? "jump.back" : "jump.to", { step })].filter(Boolean).join(", ");
      }
      const label = scene.labels.get(id);
      if (label)
        return [label.rank ?? "", label.name, label.missing ?? label.condition].filter(Boolean).join(", ");
      const face = scene.faces.get(id);
      if (!face) return id;
      const kind = face.title === face.kindName ? "" : face.kindName;
      const wrong = problems.get(id);
      const chips = face.chips.map((chip) => chip.text);
      const trouble = wrong ? t("spokenProblems", { count: wrong.count }) : "";
      return [face.title, kind, face.missing ?? face.sentence, ...chips, trouble].filter(Boolean).join(", ");
    };
    const roles = { card: t("role.card"), branch: t("role.branch"), jump: t("role.jump") };
    return { spoken, role: (kind) => roles[kind ?? "card"], jumpPort };
  }, [scene, speech, problems, t]);
}

export function useSlotName(scene: Scene): (slot: Slot, dropping: boolean) => string {
  const { t } = useTranslation("graph");
  return useCallback(
    (slot, dropping) => {
      const nameOf = (id: string): string => scene.faces.get(id)?.title ?? scene.labels.get(id)?.name ?? "";
      const after = nameOf(slot.after);
      const target =
        slot.edges[0] === undefined
          ? ""
          : (scene.graph.edges.find((edge) => edge.id === slot.edges[0])?.to ?? "");
      const before = nameOf(slot.before) || nameOf(target);
      if (!dropping) return t("slot.insert", { after, before });
      return scene.labels.has(slot.after) ? t("slot.inBranch", { after }) : t("slot.after", { after });
    },
    [scene, t],
  );
}
