import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { usePhone } from "@/ui/useMediaQuery";
import type { Run } from "../api/instance";
import { useSteps } from "@/graph/useSteps";
import { currentNodes } from "../standing";
import styles from "./Intervention.module.css";

/** Why a node cannot be a target, as far as the drawing alone can tell; the preview knows the rest. */
export function useRefusal(run: Run): (node: string) => string | null {
  const { t } = useTranslation("console");
  const here = currentNodes(run);
  return (id) => {
    const node = run.graph.nodes.find((one) => one.id === id);
    if (node?.type === "start") return t("force.refusal.start");
    return here.includes(id) ? t("force.refusal.here") : null;
  };
}

/** Why a run cannot go back to a node: nobody was asked there yet, or it stands there. */
export function useNotEarlier(run: Run): (node: string) => string | null {
  const { t } = useTranslation("console");
  const asked = new Set(run.tasks.map((task) => task.node));
  const here = currentNodes(run);
  return (id) => {
    if (here.includes(id)) return t("force.refusal.here");
    return asked.has(id) ? null : t("force.refusal.notAsked");
  };
}

type Props = {
  run: Run;
  target: string | null;
  refusal: (node: string) => string | null;
  onTarget: (node: string) => void;
};

export function TargetSelect({ run, target, refusal, onTarget }: Props) {
  const { t } = useTranslation("console");
  const phone = usePhone();
  const steps = useSteps(run.graph);
  return (
    <div className={styles.field}>
      <label htmlFor="intervention-target">{t("force.target")}</label>
      <Select
        id="intervention-target"
        showSearch={{ optionFilterProp: "label" }}
        value={target}
        placeholder={t(phone ? "force.targetHintPhone" : "force.targetHint")}
        onChange={(node: string) => onTarget(node)}
        options={run.graph.nodes.map((node) => {
          const reason = refusal(node.id);
          const title = steps.title(node.id);
          return {
            value: node.id,
            label: reason === null ? title : t("force.refused", { step: title, reason }),
            disabled: reason !== null,
          };
        })}
      />
    </div>
  );
}
