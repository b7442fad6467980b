/** Before a request is sent: whom the requester chooses for a step, and whom every step would ask. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { ToChoose } from "@/api/types";
import { PathAhead } from "@/graph/PathAhead";
import { useLocal } from "@/i18n/local";
import type { ChosenPeople, useBeforeStart } from "../useBeforeStart";
import { useOrderProblem } from "../useOrderProblem";
import styles from "./Order.module.css";

function ChoiceField({ choice, chosen, told }: { choice: ToChoose; chosen: ChosenPeople; told: boolean }) {
  const { t } = useTranslation("orders");
  const local = useLocal();
  const id = `choice-${choice.variable}`;
  const picked = chosen.of(choice);
  const missing = told && picked.length === 0;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{t("before.choose", { step: local(choice.name), most: choice.most })}</label>
      <Select
        id={id}
        mode="multiple"
        maxCount={choice.most}
        value={picked}
        status={missing ? "error" : ""}
        placeholder={t("before.hint")}
        optionFilterProp="label"
        aria-required
        aria-invalid={missing}
        aria-describedby={`${id}-trouble`}
        options={choice.people.map((one) => ({
          value: one.username,
          label: `${one.display_name} (${one.username})`,
        }))}
        onChange={(names: string[]) => chosen.choose(choice, names)}
      />
      <p id={`${id}-trouble`} className={styles.trouble} role="alert">
        {missing && t("before.missing")}
      </p>
      {choice.is_cut_off && <p className={styles.help}>{t("before.cutOff")}</p>}
    </div>
  );
}

type Props = { before: ReturnType<typeof useBeforeStart>; chosen: ChosenPeople; told: boolean };

export function StartPreview({ before, chosen, told }: Props) {
  const { t } = useTranslation("orders");
  const local = useLocal();
  const tell = useOrderProblem();
  if (before.error) return <p className={styles.help}>{tell(before.error)}</p>;
  if (!before.data) return null;
  const { choices, ahead, flow } = before.data;
  return (
    <>
      {choices.map((choice) => (
        <ChoiceField key={`${choice.node} ${choice.variable}`} choice={choice} chosen={chosen} told={told} />
      ))}
      <section aria-labelledby="before-title" className={styles.before}>
        <h3 id="before-title">{t("before.title")}</h3>
        <p className={styles.help}>{t("before.flow", { title: local(flow.title), version: flow.version })}</p>
        <PathAhead ahead={ahead} />
      </section>
    </>
  );
}
