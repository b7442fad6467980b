import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { ProblemText } from "@/ui/ProblemText";
import { useFocusAtStart } from "../actions/useFocusAtStart";
import { useSaveView } from "../api/savedViews";
import styles from "./Filters.module.css";
import { type Filters, said } from "./filters";

type Props = { filters: Filters; rows: Task[]; narrowed: boolean; onNarrow: (filters: Filters) => void };

/** Every value once, in the order in which the rows show them; the chosen one stays even when no row has it. */
function offered(all: [string, Task["title"]][], chosen: string, local: ReturnType<typeof useLocal>) {
  const found = new Map(all.map(([key, name]) => [key, local(name) || key]));
  if (chosen && !found.has(chosen)) found.set(chosen, chosen);
  return [...found];
}

export function FilterFields({ filters, rows, narrowed, onNarrow }: Props) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const field = useFocusAtStart<HTMLSelectElement>();
  const flows = offered(
    rows.map((row) => [row.definition.key, row.definition.title]),
    filters.flow,
    local,
  );
  const steps = offered(
    rows.map((row) => [row.node, row.title]),
    filters.step,
    local,
  );
  return (
    <div className={styles.fields}>
      <label>
        <span>{t("filters.flow")}</span>
        <select
          ref={field}
          value={filters.flow}
          onChange={(event) => onNarrow({ ...filters, flow: event.target.value })}
        >
          <option value="">{t("filters.any")}</option>
          {flows.map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t("filters.step")}</span>
        <select value={filters.step} onChange={(event) => onNarrow({ ...filters, step: event.target.value })}>
          <option value="">{t("filters.any")}</option>
          {steps.map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {narrowed && <SaveView filters={filters} />}
    </div>
  );
}

function SaveView({ filters }: { filters: Filters }) {
  const { t } = useTranslation("inbox");
  const [name, setName] = useState("");
  const save = useSaveView();
  return (
    <form
      className={styles.save}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim())
          save.mutate(
            { name: name.trim(), filters: said(filters, "todo") as Record<string, never> },
            { onSuccess: () => setName("") },
          );
      }}
    >
      <label>
        <span>{t("filters.name")}</span>
        <input value={name} maxLength={40} onChange={(event) => setName(event.target.value)} />
      </label>
      <Button htmlType="submit" loading={save.isPending} disabled={!name.trim()}>
        {t("filters.save")}
      </Button>
      {save.error && (
        <p role="alert">
          <ProblemText problem={save.error} />
        </p>
      )}
    </form>
  );
}
