/** A label, its control, its help and what is wrong with it; the label is tied to the control. */
import type { ReactElement, ReactNode } from "react";
import styles from "./form.module.css";

export interface FieldProps {
  id: string;
  label: string;
  help?: string | undefined;
  problems?: readonly string[] | undefined;
  required?: boolean | undefined;
  /** Controls with several parts are a group and not one labelled input. */
  group?: boolean | undefined;
  children: ReactNode;
}

export function Field({
  id,
  label,
  help,
  problems = [],
  required,
  group,
  children,
}: FieldProps): ReactElement {
  const mark = required ? (
    <span className={styles.required} aria-hidden="true">
      *
    </span>
  ) : null;
  const body = (
    <>
      {children}
      {help && (
        <p id={`${id}-help`} className={styles.help}>
          {help}
        </p>
      )}
      {problems.length > 0 && (
        <ul id={`${id}-problems`} className={styles.problems}>
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </>
  );
  if (group) {
    return (
      <div role="group" aria-labelledby={`${id}-label`} className={styles.field} data-field={id}>
        <div id={`${id}-label`} className={styles.label}>
          {label}
          {mark}
        </div>
        {body}
      </div>
    );
  }
  return (
    <div className={styles.field} data-field={id}>
      <label htmlFor={id} className={styles.label}>
        {label}
        {mark}
      </label>
      {body}
    </div>
  );
}
