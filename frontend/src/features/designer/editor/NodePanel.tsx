/** The panel of a step: its name, what its type can be told, where its exits lead. */
import { Button } from "antd";
import { type ReactElement, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/types";
import { FormSteps } from "@/form/formSteps";
import { FormVariables } from "@/form/formVariables";
import { SchemaForm } from "@/form/SchemaForm";
import type { FieldProblem } from "@/form/widgetProps";
import { setField } from "@/graph/commands/configure";
import { isStart } from "@/graph/commands/nodeKit";
import { accentOf } from "@/graph/describe";
import { branchesOf, type GraphNode, textOf } from "@/graph/document";
import { NodeIcon } from "@/graph/NodeIcon";
import { currentLanguage } from "@/i18n/index";

import { BranchesPanel } from "./BranchesPanel";
import { commandOf } from "./commandList";
import styles from "./Editor.module.css";
import { useFlowProblem } from "./useFlowProblem";
import { useEditor, useEditorState } from "./editorContext";
import { ExitsPanel } from "./ExitsPanel";
import { NameField } from "./NameField";
import { useTriggerVariables } from "./useTriggerVariables";

const OWN_FIELDS = new Set(["branches"]);

export function NodePanel({ node, port }: { node: GraphNode; port: string | null }): ReactElement {
  const { t } = useTranslation("designer");
  const { store, types } = useEditor();
  const language = currentLanguage();
  const info = types.get(node.type);
  const problems = useEditorState((state) => state.problems);
  const variables = useEditorState((state) => state.document.graph.variables);
  const nodes = useEditorState((state) => state.document.graph.nodes);
  const steps = useMemo(
    () =>
      nodes
        .filter((one) => one.id !== node.id)
        .map((one) => ({
          value: one.id,
          label: textOf(one.name, language) || textOf(types.get(one.type)?.title, language) || one.id,
        })),
    [nodes, node.id, types, language],
  );
  const tell = useFlowProblem();
  const mine = useMemo(() => problems.filter((problem) => problem.node === node.id), [problems, node.id]);
  const offerVariables = useTriggerVariables();
  const onField = (field: string, value: unknown): void => {
    const { run, document } = store.getState();
    run(setField(document, node.id, field, value), { keepFocus: true, quiet: true });
    if (field === "trigger" && isStart(node, types)) offerVariables(value);
  };
  const general = mine.filter(
    (problem) =>
      isAboutBranches(problem) || (fieldOf(problem) === null && problem.code !== "port.not_connected"),
  );
  return (
    <>
      <header className={styles.panelHead} data-accent={accentOf(node.type, info)}>
        <span className={styles.typeIcon}>
          <NodeIcon name={info?.icon ?? "box"} />
        </span>
        <h2>{textOf(node.name, language) || textOf(info?.title, language) || node.type}</h2>
        <span className="muted">{textOf(info?.title, language)}</span>
      </header>
      <div className={styles.panelBody}>
        <NameField node={node} />
        {general.map((problem) => (
          <p
            key={`${problem.code} ${problem.path ?? ""}`}
            className={styles.panelProblem}
            data-severity={problem.severity}
          >
            {tell(problem)}
          </p>
        ))}
        <div data-config>
          {branchesOf(node).length > 0 && <BranchesPanel node={node} port={port} />}
          {info && (
            <FormVariables value={variables}>
              <FormSteps value={steps}>
                <SchemaForm
                  schema={info.config_schema}
                  config={node.config}
                  id={`node-${node.id}`}
                  skip={OWN_FIELDS}
                  problems={byField(mine, tell)}
                  onField={onField}
                />
              </FormSteps>
            </FormVariables>
          )}
        </div>
        <ExitsPanel node={node} />
        {!isStart(node, types) && (
          <Button
            danger
            type="text"
            className={styles.remove ?? ""}
            disabled={!commandOf("remove").enabled(store.getState(), types)}
            onClick={() => {
              store.getState().select(node.id);
              commandOf("remove").run(store.getState(), types);
            }}
          >
            {t("panel.remove")}
          </Button>
        )}
      </div>
    </>
  );
}

/** The config field that a problem's path begins with. */
function fieldOf(problem: Problem): string | null {
  return pathOf(problem)[0] || null;
}

function pathOf(problem: Problem): string[] {
  return (problem.path?.replace(/^config\./, "") ?? "").split(/[.[]/);
}

/** What is wrong with an expression stands beside it; what is wrong between branches has no other place. */
function isAboutBranches(problem: Problem): boolean {
  return fieldOf(problem) === "branches" && !problem.code.startsWith("expression.");
}

function byField(
  problems: readonly Problem[],
  tell: (problem: Problem) => string,
): Map<string, FieldProblem[]> {
  const found = new Map<string, FieldProblem[]>();
  for (const problem of problems) {
    const [field, ...path] = pathOf(problem);
    const said = { path: path.join("."), text: tell(problem), severity: problem.severity };
    if (field) found.set(field, [...(found.get(field) ?? []), said]);
  }
  return found;
}
