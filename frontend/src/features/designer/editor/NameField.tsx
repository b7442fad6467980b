/** The name of a step in the language of the interface; the other language keeps its own. */
import { Input } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/form/Field";
import { rename } from "@/graph/commands/configure";
import type { GraphNode, DrawnText } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { useEditor } from "./editorContext";

const LONGEST = 60;

export function NameField({ node }: { node: GraphNode }): ReactElement {
  const { t } = useTranslation("designer");
  const { store, types } = useEditor();
  const key = currentLanguage() === "en" ? "en" : "zh";
  const id = `name-${node.id}`;
  const change = (text: string): void => {
    const name = renamed(node.name, key, text, types.get(node.type)?.title);
    const { run, document } = store.getState();
    run(rename(document, node.id, name), { keepFocus: true, quiet: true });
  };
  return (
    <Field id={id} label={t("panel.name")}>
      <Input
        id={id}
        maxLength={LONGEST}
        value={node.name?.[key] ?? ""}
        onChange={(event) => change(event.target.value)}
      />
    </Field>
  );
}

/** A name that was only the type's title in the other language follows what is typed; one that was given stays. */
export function renamed(
  name: DrawnText | undefined,
  key: "zh" | "en",
  text: string,
  title: DrawnText | undefined,
): DrawnText {
  const other = key === "zh" ? "en" : "zh";
  const before = { zh: "", en: "", ...name };
  const ofType = { zh: "", en: "", ...title };
  const untouched = ["", ofType[other], before[key]].includes(before[other]);
  return { ...before, [key]: text, [other]: untouched ? text : before[other] };
}
