/** An expression whose result a step uses, checked by the server as it is typed. */
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import { useExpressionCheck } from "./checkExpression";
import { ExpressionInput } from "./ExpressionInput";
import styles from "./form.module.css";
import { useFormVariables } from "./formVariables";

export function CheckedExpression(props: {
  label: string;
  text: string;
  onChange: (text: string) => void;
}): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const variables = useFormVariables();
  const { checked, failed } = useExpressionCheck(props.text, variables, { condition: false });
  return (
    <>
      <ExpressionInput
        id={id}
        label={props.label}
        text={props.text}
        variables={variables}
        check={checked?.text === props.text ? checked.check : undefined}
        fine={t("assignments.fine")}
        placeholder="${orderTotal} * 0.3"
        onChange={props.onChange}
      />
      {failed && <p className={styles.problems}>{t("assignments.unchecked")}</p>}
    </>
  );
}
