/** The two bars: which flow, how it stands with the server, publishing; and the commands on what is selected. */
import {
  CopyOutlined,
  DeleteOutlined,
  HistoryOutlined,
  PlayCircleOutlined,
  RedoOutlined,
  UndoOutlined,
  WarningOutlined,
} from "@ant-design/icons";
import { Button } from "antd";
import type { ReactElement, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useLocal } from "@/i18n/local";
import { formatTime } from "@/ui/dateFormat";
import { type CommandKey, commandOf } from "./commandList";
import styles from "./Editor.module.css";
import { useEditor, useEditorState } from "./editorContext";

interface DesignerBarProps {
  drawerOpen: boolean;
  onDrawer: () => void;
  onPublish: () => void;
  onVariables: () => void;
}

export function DesignerBar(props: DesignerBarProps): ReactElement {
  const { t } = useTranslation("designer");
  const { definition } = useEditor();
  const title = useLocal()(definition.title);
  return (
    <header className={styles.bars} data-region aria-label={t("region.bar")}>
      <div className={styles.bar}>
        <h1 className={styles.flowTitle}>{title}</h1>
        <SaveState />
        <span className={styles.spring} />
        <RehearseButton />
        <Link to={`/flows/${definition.id}/versions`} className={styles.barLink}>
          <HistoryOutlined aria-hidden /> {t("bar.versions")}
        </Link>
        <Button type="primary" onClick={props.onPublish} title="Ctrl+Shift+Enter">
          {t("bar.publish")}
        </Button>
      </div>
      <div className={styles.tools} role="toolbar" aria-label={t("bar.tools")}>
        <Tool command="undo" icon={<UndoOutlined aria-hidden />} />
        <Tool command="redo" icon={<RedoOutlined aria-hidden />} />
        <span className={styles.divider} />
        <Tool command="duplicate" icon={<CopyOutlined aria-hidden />} />
        <Tool command="remove" icon={<DeleteOutlined aria-hidden />} />
        <span className={styles.divider} />
        <Button type="text" size="small" onClick={props.onVariables}>
          {t("bar.variables")}
        </Button>
        <span className={styles.spring} />
        <ProblemsButton open={props.drawerOpen} onClick={props.onDrawer} />
      </div>
    </header>
  );
}

function Tool({ command, icon }: { command: CommandKey; icon: ReactNode }): ReactElement {
  const { t } = useTranslation("designer");
  const { store, types } = useEditor();
  const one = commandOf(command);
  const enabled = useEditorState((state) => one.enabled(state, types));
  const name = t(`command.${command}`);
  return (
    <Button
      type="text"
      size="small"
      icon={icon}
      disabled={!enabled}
      aria-label={name}
      title={`${name}  ${(one.keys[0] ?? "").replace("mod", "Ctrl")}`}
      onClick={() => one.run(store.getState(), types)}
    />
  );
}

/** What is played is what is saved. */
function RehearseButton(): ReactElement {
  const { t } = useTranslation("designer");
  const { definition, saveNow } = useEditor();
  const navigate = useNavigate();
  const go = async (): Promise<void> => {
    if (await saveNow()) await navigate(`/flows/${definition.id}/test`);
  };
  return (
    <Button icon={<PlayCircleOutlined aria-hidden />} onClick={() => void go()}>
      {t("bar.rehearse")}
    </Button>
  );
}

function SaveState(): ReactElement {
  const { t } = useTranslation("designer");
  const { definition, saveNow } = useEditor();
  const save = useEditorState((state) => state.save);
  const savedAt = useEditorState((state) => state.savedAt);
  const at = savedAt === null ? "" : formatTime(new Date(savedAt));
  const words =
    save === "saved" ? (savedAt === null ? t("save.untouched") : t("save.saved", { at })) : t(`save.${save}`);
  return (
    <span className={styles.saveState} role="status" data-save={save}>
      {words}
      {save === "failed" && (
        <Button type="link" size="small" onClick={() => void saveNow()}>
          {t("save.retry")}
        </Button>
      )}
      {definition.live_version !== null && (
        <span className="muted"> · {t("bar.based", { version: definition.live_version })}</span>
      )}
    </span>
  );
}

function ProblemsButton({ open, onClick }: { open: boolean; onClick: () => void }): ReactElement {
  const { t } = useTranslation("designer");
  const errors = useEditorState((state) => state.problems.filter((one) => one.severity === "error").length);
  const count = useEditorState((state) => state.problems.length);
  return (
    <Button
      type="text"
      size="small"
      aria-expanded={open}
      title="F8"
      className={styles.problemsButton ?? ""}
      data-tone={errors > 0 ? "danger" : count > 0 ? "warning" : "success"}
      icon={count > 0 ? <WarningOutlined aria-hidden /> : undefined}
      onClick={onClick}
    >
      {count > 0 ? t("problems.count", { count }) : t("problems.none")}
    </Button>
  );
}
