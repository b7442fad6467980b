import {
  ArrowRightOutlined,
  CheckCircleOutlined,
  ClockCircleOutlined,
  ForwardOutlined,
  StopOutlined,
  TeamOutlined,
  WarningFilled,
} from "@ant-design/icons";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import type { GraphDocument } from "@/api/documents";
import type { InterventionPreview } from "@/api/types";
import { formatDateTime } from "@/ui/dateFormat";
import { formatMoney } from "@/ui/moneyFormat";
import type { Run } from "../api/instance";
import { useSteps } from "@/graph/useSteps";
import { openTasks } from "../standing";
import { useHolders } from "../useStanding";
import { type EffectLine, linesOf, movesMoney } from "./effects";
import styles from "./Intervention.module.css";

const ICONS: Record<string, ComponentType<{ "aria-hidden"?: boolean }>> = {
  keeps_wait: CheckCircleOutlined,
  cancels_task: TeamOutlined,
  cancels_timer: ClockCircleOutlined,
  skips_node: ForwardOutlined,
  skips_effect: ForwardOutlined,
  enters_node: ArrowRightOutlined,
  enters_node_due: ArrowRightOutlined,
  runs_effect: WarningFilled,
};

/** Lines about steps of the drawing that the run goes on in. */
const REACHED: ReadonlySet<string> = new Set(["enters_node", "enters_node_due", "runs_effect"]);

/** What will happen, one line each; money is red, and that nothing is paid is said as well. */
export function Effects({
  preview,
  run,
  arriving = null,
}: {
  preview: InterventionPreview;
  run: Run;
  /** The drawing that the run goes on in, if it is another one. */
  arriving?: GraphDocument | null;
}) {
  const { t } = useTranslation("console");
  const left = useSteps(run.graph);
  const reached = useSteps(arriving ?? run.graph);
  const holders = useHolders();
  const sentence = (line: EffectLine): string => {
    const steps = REACHED.has(line.key) ? reached : left;
    const task = openTasks(run).find((one) => one.node === line.node) ?? null;
    const amount = line.money ? formatMoney(line.money) : "";
    return t(line.key === "cancels_task" && task ? "effect.cancels_task_of" : `effect.${line.key}`, {
      step: line.node === null ? "" : steps.title(line.node),
      who: holders(task),
      due: line.due ? formatDateTime(new Date(line.due)) : "",
      amount,
      defaultValue: t("effect.other", { kind: line.key }),
    });
  };
  return (
    <ul className={styles.effects}>
      {linesOf(preview, run).map((line) => {
        const Icon = ICONS[line.key] ?? StopOutlined;
        return (
          <li key={line.id} data-tone={line.tone}>
            <Icon aria-hidden />
            <span>{sentence(line)}</span>
          </li>
        );
      })}
      {!movesMoney(preview) && (
        <li data-tone="calm">
          <CheckCircleOutlined aria-hidden />
          <span>{t("effect.no_money")}</span>
        </li>
      )}
    </ul>
  );
}
