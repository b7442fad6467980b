/** What a test run starts from and what it assumes: a past order, typed values or the past weeks; people; failures. */
import { Alert, Button, Input, InputNumber, Radio, Select } from "antd";
import type { ReactElement, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePeople } from "@/graph/useSpeech";
import type { Graph, Variable } from "@/graph/document";
import { useLocal } from "@/i18n/local";
import { useProblemText } from "@/ui/problemText";
import { isApiError } from "@/api/problem";
import styles from "./Rehearsal.module.css";
import { choicesOf, type Source, type Wish } from "./wish";

const SOURCES: Source[] = ["order", "values", "past"];
const MOST_DAYS = 365;

interface StartFormProps {
  wish: Wish;
  onChange: (wish: Wish) => void;
  graph: Graph;
  titleOf: (node: string) => string;
  running: boolean;
  error: unknown;
  onStart: () => void;
}

export function StartForm(props: StartFormProps): ReactElement {
  const { wish, onChange, graph, running, error, onStart } = props;
  const { t } = useTranslation("rehearsal");
  const ready = wish.source !== "order" || wish.order.trim() !== "";
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onStart();
      }}
    >
      <fieldset className={styles.source}>
        <legend className="visually-hidden">{t("source.label")}</legend>
        <Radio.Group
          value={wish.source}
          onChange={(event) => onChange({ ...wish, source: event.target.value as Source })}
          options={SOURCES.map((source) => ({ value: source, label: t(`source.${source}`) }))}
        />
      </fieldset>
      {wish.source === "order" && (
        <Field id="rehearsal-order" label={t("order")}>
          <Input
            id="rehearsal-order"
            value={wish.order}
            maxLength={64}
            placeholder="ORD…"
            onChange={(event) => onChange({ ...wish, order: event.target.value })}
          />
        </Field>
      )}
      {wish.source === "values" &&
        graph.variables.map((one) => (
          <ValueField key={one.name} variable={one} wish={wish} onChange={onChange} />
        ))}
      {wish.source === "past" && (
        <Field id="rehearsal-days" label={t("days")}>
          <InputNumber
            id="rehearsal-days"
            value={wish.days}
            min={1}
            max={MOST_DAYS}
            onChange={(days) => onChange({ ...wish, days: days ?? 1 })}
          />
        </Field>
      )}
      {wish.source !== "past" && <When wish={wish} onChange={onChange} />}
      <Scenario {...props} />
      {error !== null && error !== undefined && <Refused error={error} />}
      <Button type="primary" htmlType="submit" loading={running} disabled={!ready}>
        {t("start")}
      </Button>
    </form>
  );
}

function Field({ id, label, children }: { id: string; label: string; children: ReactNode }): ReactElement {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  );
}

type Part = Pick<StartFormProps, "wish" | "onChange">;

function ValueField({ variable, wish, onChange }: Part & { variable: Variable }): ReactElement {
  const { t } = useTranslation("rehearsal");
  const id = `rehearsal-value-${variable.name}`;
  const label = useLocal()(variable.label) || variable.name;
  const value = wish.values[variable.name] ?? "";
  const set = (text: string): void =>
    onChange({ ...wish, values: { ...wish.values, [variable.name]: text } });
  return (
    <Field id={id} label={label}>
      {variable.type === "boolean" ? (
        <Select
          id={id}
          value={value}
          onChange={set}
          options={["", "true", "false"].map((one) => ({ value: one, label: t(`yesNo.${one || "none"}`) }))}
        />
      ) : (
        <Input
          id={id}
          value={value}
          inputMode={variable.type === "money" || variable.type === "decimal" ? "decimal" : "text"}
          {...(variable.type === "money" ? { prefix: "¥" } : {})}
          onChange={(event) => set(event.target.value)}
        />
      )}
    </Field>
  );
}

function When({ wish, onChange }: Part): ReactElement {
  const { t } = useTranslation("rehearsal");
  const people = usePeople().data?.results ?? [];
  return (
    <>
      <Field id="rehearsal-at" label={t("at")}>
        <Input
          id="rehearsal-at"
          type="datetime-local"
          value={wish.at}
          onChange={(event) => onChange({ ...wish, at: event.target.value })}
        />
      </Field>
      <Field id="rehearsal-away" label={t("away")}>
        <Select
          id="rehearsal-away"
          mode="multiple"
          value={[...wish.away]}
          onChange={(away: string[]) => onChange({ ...wish, away })}
          optionFilterProp="label"
          options={people.map((one) => ({ value: one.username, label: one.display_name }))}
        />
      </Field>
    </>
  );
}

function Scenario({ wish, onChange, graph, titleOf }: StartFormProps): ReactElement | null {
  const { t } = useTranslation("rehearsal");
  const nodes = graph.nodes.filter((node) => choicesOf(node).length > 0);
  if (nodes.length === 0) return null;
  return (
    <fieldset className={styles.scenario}>
      <legend>{t("scenario")}</legend>
      {nodes.map((node) => (
        <Field key={node.id} id={`rehearsal-do-${node.id}`} label={titleOf(node.id)}>
          <Select
            id={`rehearsal-do-${node.id}`}
            value={wish.outcomes[node.id] ?? "usual"}
            onChange={(chosen) => onChange({ ...wish, outcomes: { ...wish.outcomes, [node.id]: chosen } })}
            options={["usual", ...choicesOf(node)].map((one) => ({
              value: one,
              label: t(one === "usual" ? `usual.${node.type.replace(".", "_")}` : `do.${one}`),
            }))}
          />
        </Field>
      ))}
    </fieldset>
  );
}

function Refused({ error }: { error: unknown }): ReactElement {
  const tell = useProblemText();
  const places = isApiError(error) ? error.errors.slice(0, 5) : [];
  return (
    <Alert
      type="error"
      showIcon
      title={tell(error)}
      description={
        places.length > 0 && (
          <ul className={styles.places}>
            {places.map((one, at) => (
              <li key={at}>{tell(one)}</li>
            ))}
          </ul>
        )
      }
    />
  );
}
