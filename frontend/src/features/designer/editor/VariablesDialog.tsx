/** The fields that conditions may read: name, type and label. */
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, Modal, Select } from "antd";
import { type ReactElement, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { setVariables } from "@/graph/commands/configure";
import type { Variable } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import styles from "./Editor.module.css";
import { useEditor, useEditorState } from "./editorContext";
import { renamed } from "./NameField";

/** The types of the condition language that a person may declare. */
const TYPES = [
  "text",
  "integer",
  "decimal",
  "money",
  "boolean",
  "date",
  "datetime",
  "duration",
  "list<text>",
];
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

export function VariablesDialog({ open, onClose }: { open: boolean; onClose: () => void }): ReactElement {
  const { t } = useTranslation("designer");
  return (
    <Modal
      open={open}
      onCancel={onClose}
      title={t("variables.title")}
      footer={null}
      width={720}
      destroyOnHidden
    >
      <VariableTable />
    </Modal>
  );
}

function VariableTable(): ReactElement {
  const { t } = useTranslation("designer");
  const { store } = useEditor();
  const variables = useEditorState((state) => state.document.graph.variables);
  const text = useEditorState((state) => JSON.stringify(state.document.graph.nodes));
  const used = useMemo(() => usedNames(text), [text]);
  const set = (next: Variable[]): void => {
    store.getState().run(setVariables(store.getState().document, next), { keepFocus: true, quiet: true });
  };
  const fresh = (): string => {
    let number = variables.length + 1;
    while (variables.some((one) => one.name === `field${number}`)) number += 1;
    return `field${number}`;
  };
  return (
    <div className={styles.variables}>
      <p className="muted">{t("variables.help")}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("variables.label")}</th>
            <th scope="col">{t("variables.name")}</th>
            <th scope="col">{t("variables.type")}</th>
            <th scope="col">
              <span className="visually-hidden">{t("variables.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {variables.map((variable, at) => (
            <VariableRow
              key={at}
              variable={variable}
              used={used.has(variable.name)}
              repeated={variables.some((one, other) => other !== at && one.name === variable.name)}
              onChange={(next) => set(variables.with(at, next))}
              onRemove={() => set(variables.toSpliced(at, 1))}
            />
          ))}
        </tbody>
      </table>
      {variables.length === 0 && <p>{t("variables.empty")}</p>}
      <Button
        type="dashed"
        block
        icon={<PlusOutlined aria-hidden />}
        onClick={() => set([...variables, { name: fresh(), type: "text", label: { zh: "", en: "" } }])}
      >
        {t("variables.add")}
      </Button>
    </div>
  );
}

const USE = /\$\{\s*(\w+)|"variable":"(\w+)"/g;

/** The names that expressions read, themselves or a field of them, and those that steps set. */
function usedNames(nodes: string): Set<string | undefined> {
  return new Set([...nodes.matchAll(USE)].map(([, read, set]) => read ?? set));
}

interface VariableRowProps {
  variable: Variable;
  used: boolean;
  repeated: boolean;
  onChange: (variable: Variable) => void;
  onRemove: () => void;
}

function VariableRow({ variable, used, repeated, onChange, onRemove }: VariableRowProps): ReactElement {
  const { t } = useTranslation("designer");
  const key = currentLanguage() === "en" ? "en" : "zh";
  const wrong = repeated || !NAME.test(variable.name);
  const options = [...new Set([...TYPES, variable.type])].map((type) => ({
    value: type,
    label: t(`type.${type.replace(/[<>]/g, "_")}`, { defaultValue: type }),
  }));
  return (
    <tr>
      <td>
        <Input
          aria-label={t("variables.label")}
          value={variable.label?.[key] ?? ""}
          onChange={(event) =>
            onChange({ ...variable, label: renamed(variable.label, key, event.target.value, undefined) })
          }
        />
      </td>
      <td>
        <Input
          aria-label={t("variables.name")}
          status={wrong ? "error" : ""}
          aria-invalid={wrong}
          disabled={used}
          title={used ? t("variables.used") : ""}
          value={variable.name}
          onChange={(event) => onChange({ ...variable, name: event.target.value })}
        />
        {wrong && (
          <p className={styles.fieldError}>{repeated ? t("variables.repeated") : t("variables.badName")}</p>
        )}
      </td>
      <td>
        <Select
          aria-label={t("variables.type")}
          style={{ width: "100%" }}
          value={variable.type}
          options={options}
          onChange={(type: string) => onChange({ ...variable, type })}
        />
      </td>
      <td>
        <Button
          type="text"
          disabled={used}
          title={used ? t("variables.used") : ""}
          icon={<DeleteOutlined aria-hidden />}
          aria-label={t("variables.remove", { name: variable.label?.[key] || variable.name })}
          onClick={onRemove}
        />
      </td>
    </tr>
  );
}
