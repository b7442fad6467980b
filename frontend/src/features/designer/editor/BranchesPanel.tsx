/** The branches of a gateway: name, condition, priority; the one that is selected on the drawing is open. */
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ConditionEditor } from "@/form/ConditionEditor";
import { FormVariables } from "@/form/formVariables";
import { type Column, columnsOf, RowCell } from "@/form/RowCell";
import { addBranch, reorderBranch } from "@/graph/commands/arrange";
import { setBranch } from "@/graph/commands/configure";
import { isRefusal, type Outcome } from "@/graph/commands/edit";
import { isFork } from "@/graph/commands/nodeKit";
import { removeBranch } from "@/graph/commands/remove";
import {
  type Branch,
  branchesOf,
  type FlowDocument,
  type GraphNode,
  OTHERWISE,
  outgoing,
  textOf,
} from "@/graph/document";
import { readableExpression } from "@/graph/expressionText";
import { currentLanguage } from "@/i18n/index";
import styles from "./Editor.module.css";
import { useEditor, useEditorState } from "./editorContext";
import { renamed } from "./NameField";

export function BranchesPanel({ node, port }: { node: GraphNode; port: string | null }): ReactElement {
  const { t } = useTranslation("designer");
  const { store, types } = useEditor();
  const branches = branchesOf(node);
  const info = types.get(node.type);
  const conditional = info?.ports.kind === "branches" && info.ports.otherwise;
  const columns = info?.config_schema.properties?.["branches"]?.ui?.columns ?? [];
  const open = port ?? branches[0]?.port;
  const add = (): void => {
    const { run, select, document } = store.getState();
    const outcome = addBranch(document, node.id, types);
    if (run(outcome, { keepFocus: true }) && !isRefusal(outcome)) select(outcome.focus);
  };
  return (
    <section className={styles.branches} aria-label={t("branches.title")}>
      {branches.map((branch, at) => (
        <BranchCard
          key={branch.port}
          node={node}
          branch={branch}
          at={at}
          count={branches.length}
          fewest={isFork(info) ? 2 : 1}
          conditional={conditional}
          columns={columns}
          open={branch.port === open || branches.length === 1}
        />
      ))}
      {conditional && (
        <div className={styles.branchCard} data-open={port === OTHERWISE}>
          <strong>{t("branches.otherwise")}</strong>
          <p className="muted">{t("branches.otherwiseHelp")}</p>
        </div>
      )}
      <Button type="dashed" block icon={<PlusOutlined aria-hidden />} onClick={add}>
        {t("branches.add")}
      </Button>
    </section>
  );
}

interface BranchCardProps {
  node: GraphNode;
  branch: Branch;
  at: number;
  count: number;
  fewest: number;
  conditional: boolean;
  columns: readonly Column[];
  open: boolean;
}

function BranchCard(props: BranchCardProps): ReactElement {
  const { t } = useTranslation("designer");
  const { store } = useEditor();
  const { node, branch, at, conditional, columns, open } = props;
  const set = (change: Partial<Branch>): void => {
    const { run, document } = store.getState();
    run(setBranch(document, node.id, branch.port, change), { keepFocus: true, quiet: true });
  };
  return (
    <div
      className={styles.branchCard}
      data-open={open}
      role="group"
      aria-label={t("branches.branch", { number: at + 1 })}
    >
      <div className={styles.branchHead}>
        {conditional && <span className="gv-rank">{at + 1}</span>}
        {open ? <BranchName branch={branch} set={set} /> : <BranchOpener node={node} branch={branch} />}
        <BranchButtons {...props} />
      </div>
      {conditional && <BranchCondition branch={branch} open={open} set={set} />}
      {open && columns.length > 0 && <BranchFields branch={branch} columns={columns} set={set} />}
    </div>
  );
}

interface BranchEdit {
  branch: Branch;
  set: (change: Partial<Branch>) => void;
}

function BranchCondition({ branch, set, open }: BranchEdit & { open: boolean }): ReactElement {
  const { t } = useTranslation("designer");
  const variables = useEditorState((state) => state.document.graph.variables);
  const language = currentLanguage();
  const text = branch.when ?? "";
  if (!open) {
    return (
      <p className={styles.branchWhen}>
        {readableExpression(text, variables, language) || t("branches.noCondition")}
      </p>
    );
  }
  return (
    <ConditionEditor
      id={`when-${branch.port}`}
      label={t("branches.condition", { name: textOf(branch.name, language) })}
      text={text}
      variables={variables}
      onChange={(when) => set({ when })}
    />
  );
}

const NONE: ReadonlySet<string> = new Set();

/** What the schema says that a branch has besides its name. */
function BranchFields({ branch, columns, set }: BranchEdit & { columns: readonly Column[] }): ReactElement {
  const { t } = useTranslation("designer");
  const variables = useEditorState((state) => state.document.graph.variables);
  const language = currentLanguage();
  const values: Record<string, unknown> = { ...branch };
  return (
    <FormVariables value={variables}>
      {columnsOf(columns, values).map((column) => (
        <RowCell
          key={column.field}
          column={column}
          label={t("branches.field", {
            field: textOf(column.label, language),
            name: textOf(branch.name, language),
          })}
          value={String(values[column.field] ?? "")}
          taken={NONE}
          onChange={(text) => set({ [column.field]: text })}
        />
      ))}
    </FormVariables>
  );
}

function BranchName({ branch, set }: BranchEdit): ReactElement {
  const { t } = useTranslation("designer");
  const key = currentLanguage() === "en" ? "en" : "zh";
  return (
    <Input
      size="small"
      aria-label={t("branches.name")}
      value={branch.name?.[key] ?? ""}
      maxLength={40}
      onChange={(event) => set({ name: renamed(branch.name, key, event.target.value, undefined) })}
    />
  );
}

function BranchOpener({ node, branch }: { node: GraphNode; branch: Branch }): ReactElement {
  const { store } = useEditor();
  const show = (): void => {
    const edge = outgoing(store.getState().document.graph, node.id).find((one) => one.port === branch.port);
    if (edge) store.getState().select(`branch:${edge.id}`);
  };
  return (
    <button type="button" className={styles.branchOpen} onClick={show}>
      {textOf(branch.name, currentLanguage())}
    </button>
  );
}

function BranchButtons({ node, branch, at, count, fewest, conditional }: BranchCardProps): ReactElement {
  const { t } = useTranslation("designer");
  const { store, types } = useEditor();
  const name = textOf(branch.name, currentLanguage());
  const run = (make: (document: FlowDocument) => Outcome): void => {
    store.getState().run(make(store.getState().document), { keepFocus: true });
  };
  const shift = (by: -1 | 1): void => run((document) => reorderBranch(document, node.id, branch.port, by));
  return (
    <>
      {conditional && (
        <>
          <Button
            type="text"
            size="small"
            disabled={at === 0}
            icon={<ArrowUpOutlined aria-hidden />}
            aria-label={t("branches.earlier", { name })}
            onClick={() => shift(-1)}
          />
          <Button
            type="text"
            size="small"
            disabled={at === count - 1}
            icon={<ArrowDownOutlined aria-hidden />}
            aria-label={t("branches.later", { name })}
            onClick={() => shift(1)}
          />
        </>
      )}
      <Button
        type="text"
        size="small"
        disabled={count <= fewest}
        icon={<DeleteOutlined aria-hidden />}
        aria-label={t("branches.remove", { name })}
        onClick={() => run((document) => removeBranch(document, node.id, branch.port, types))}
      />
    </>
  );
}
