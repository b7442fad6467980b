/** Choosing people: groups, members, managers, roles and fields in one searchable list; rules and choices below it. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { WidgetProps } from "./widgetProps";
import styles from "./form.module.css";
import { ChoiceRows, RuleRows } from "./PartedTargets";
import { TargetSelect } from "./TargetSelect";
import { PARTED } from "./targets";

export function AssigneesWidget({ id, schema, value, onChange, describedBy }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const offered = ["department_head", ...(schema.ui?.options ?? []).map((one) => one.value)];
  const chooser = (
    <TargetSelect id={id} value={value} onChange={onChange} describedBy={describedBy} kinds={offered} />
  );
  if (!PARTED.some((kind) => offered.includes(kind))) return chooser;
  return (
    <div className={styles.steps}>
      {chooser}
      <RuleRows list={value} onChange={onChange} kinds={offered} />
      <ChoiceRows list={value} onChange={onChange} />
      <p className={styles.help}>{t("assignees.together")}</p>
    </div>
  );
}
