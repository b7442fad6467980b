import type { TaskDetail } from "@/api/types";
import { useStepName } from "@/graph/useSteps";
import { WhyThese } from "@/ui/WhyThese";
import { useInstance } from "./api/readInstance";
import styles from "./Detail.module.css";

/** Why me, why not me. */
export function WhyAsked({ task }: { task: TaskDetail }) {
  const { data } = useInstance(task.instance);
  const stepName = useStepName(data?.graph);
  return (
    <div className={styles.section}>
      <WhyThese traces={task.trace} stepName={stepName} id="task-why" />
    </div>
  );
}
