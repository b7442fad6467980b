/** A case on paper or as a PDF: what it is about, who answered what at every step, what was said, and who printed it when. */
import { PrinterOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { flushSync } from "react-dom";
import { Link, useParams } from "react-router";
import { useCurrentUser } from "@/api/session";
import type { TaskDetail } from "@/api/types";
import { currentLanguage } from "@/i18n";
import { useLocal } from "@/i18n/local";
import { formatFull } from "@/ui/dateFormat";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useInstance } from "../api/readInstance";
import { useTask } from "../api/readTask";
import { Facts } from "../Facts";
import { withFields } from "../fields/fieldFacts";
import { briefOf } from "../taskFacts";
import { TaskStatus } from "../TaskStatus";
import { addressOf, useInboxAddress } from "../useInboxAddress";
import { useTaskTitle } from "../useTaskTitle";
import styles from "./Sheet.module.css";
import { Said, Steps } from "./SheetParts";

/** The moment of printing, not the one at which the page was opened. Paper is white in every theme. */
function usePrintedAt(): Date {
  const [at, setAt] = useState(() => new Date());
  useEffect(() => {
    const root = document.documentElement;
    let theme = root.dataset["theme"];
    const begin = () => {
      flushSync(() => setAt(new Date()));
      theme = root.dataset["theme"];
      root.dataset["theme"] = "light";
    };
    const end = () => {
      if (theme === undefined) delete root.dataset["theme"];
      else root.dataset["theme"] = theme;
    };
    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    return () => {
      window.removeEventListener("beforeprint", begin);
      window.removeEventListener("afterprint", end);
    };
  }, []);
  return at;
}

function Sheet({ task }: { task: TaskDetail }) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const titleOf = useTaskTitle();
  const person = useCurrentUser();
  const at = usePrintedAt();
  // Whoever may not look at the run prints the step that they may see.
  const run = useInstance(task.instance);
  if (run.isPending) return <Loading label={t("sheet.loading")} />;
  const steps = run.data?.tasks ?? [task];
  return (
    <article className={styles.sheet}>
      <header>
        <p>
          {local(task.definition.title)} v{task.version} · {local(task.title)}
        </p>
        <h1>{titleOf(task)}</h1>
        <p className="num">
          {briefOf(task).order ?? local(task.subject.title)} <TaskStatus task={task} />
        </p>
        {task.requester && <p>{t("detail.requester", { name: task.requester.display_name })}</p>}
      </header>
      <h2>{t("detail.facts")}</h2>
      <Facts facts={withFields(task.subject.facts, task.form, t)} />
      <h2>{t("sheet.steps")}</h2>
      <Steps steps={steps} />
      {task.comments.length > 0 && <h2>{t("actions.comment")}</h2>}
      <Said comments={task.comments} />
      <footer>
        {t("sheet.printed", { name: person.display_name, at: formatFull(at, currentLanguage()) })}
        <span className="num">{task.id}</span>
      </footer>
    </article>
  );
}

export function SheetPage() {
  const { t } = useTranslation("inbox");
  const { taskId = "" } = useParams();
  const { data, error, refetch } = useTask(taskId);
  const { box, filters } = useInboxAddress();
  usePage([{ label: t("title"), to: "/inbox" }, { label: t("sheet.title") }]);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading label={t("detail.loading")} />;
  return (
    <div className={styles.page}>
      <div className={styles.tools}>
        <Link to={addressOf(box, filters, taskId)}>{t("sheet.back")}</Link>
        <Button type="primary" icon={<PrinterOutlined aria-hidden />} onClick={() => window.print()}>
          {t("sheet.print")}
        </Button>
      </div>
      <Sheet task={data.data} />
    </div>
  );
}
