/** The fields of a config, drawn from its JSON schema and the hints in it, in four groups. */
import { createElement, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { JsonSchema, UiHint } from "@/api/documents";
import { type Config, textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { Field } from "./Field";
import styles from "./form.module.css";
import type { FieldProblem } from "./widgetProps";
import { isGroupWidget, placesProblems, widgetOf } from "./widgets";

const GROUPS: NonNullable<UiHint["group"]>[] = ["who", "what", "when", "after", "advanced"];

export interface SchemaFormProps {
  schema: JsonSchema;
  config: Config;
  /** Prefix of the ids of the controls. */
  id: string;
  /** Fields that somebody else draws. */
  skip?: ReadonlySet<string>;
  /** What is wrong, by field. */
  problems?: ReadonlyMap<string, readonly FieldProblem[]>;
  onField: (field: string, value: unknown) => void;
}

export function SchemaForm(props: SchemaFormProps): ReactElement {
  const { t } = useTranslation("form");
  const fields = Object.entries(props.schema.properties ?? {}).filter(
    ([name, schema]) => !props.skip?.has(name) && isShown(schema, props),
  );
  return (
    <>
      {GROUPS.map((group) => {
        const members = fields.filter(([, schema]) => (schema.ui?.group ?? "when") === group);
        if (members.length === 0) return null;
        return (
          <section key={group} className={styles.section} aria-label={t(`group.${group}`)}>
            <h3 className={styles.sectionTitle}>{t(`group.${group}`)}</h3>
            {members.map(([name, schema]) => (
              <SchemaField key={name} name={name} schema={schema} form={props} />
            ))}
          </section>
        );
      })}
    </>
  );
}

/** Settings that another one makes meaningless are not shown. */
function isShown({ ui }: JsonSchema, { schema, config }: SchemaFormProps): boolean {
  if (!ui?.shown_for) return true;
  const { field, value } = ui.shown_for;
  return (config[field] ?? schema.properties?.[field]?.default) === value;
}

function SchemaField({
  name,
  schema,
  form,
}: {
  name: string;
  schema: JsonSchema;
  form: SchemaFormProps;
}): ReactElement {
  const language = currentLanguage();
  const id = `${form.id}-${name}`;
  const help = textOf(schema.ui?.help, language);
  const problems = form.problems?.get(name) ?? [];
  const below = placesProblems(schema) ? [] : problems.map((problem) => problem.text);
  const described = [help ? `${id}-help` : "", below.length > 0 ? `${id}-problems` : ""]
    .filter(Boolean)
    .join(" ");
  return (
    <Field
      id={id}
      label={textOf(schema.ui?.label, language) || schema.title || name}
      help={help}
      problems={below}
      required={form.schema.required?.includes(name)}
      group={isGroupWidget(schema)}
    >
      {createElement(widgetOf(schema), {
        id,
        schema,
        value: form.config[name],
        onChange: (value: unknown) => form.onField(name, value),
        describedBy: described || undefined,
        problems,
      })}
    </Field>
  );
}
