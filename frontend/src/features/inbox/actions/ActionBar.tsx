import {
  CheckOutlined,
  CloseOutlined,
  CommentOutlined,
  MinusOutlined,
  RollbackOutlined,
  SwapOutlined,
  UndoOutlined,
  UserAddOutlined,
  UserDeleteOutlined,
} from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConnection } from "@/api/connection";
import type { Task, TaskAction } from "@/api/types";
import { useShortcuts } from "@/ui/shortcuts";
import { useUndo } from "../undo/useUndo";
import { useDecided } from "../useDecided";
import styles from "./ActionBar.module.css";
import { AbstainForm } from "./AbstainForm";
import { AddSignerForm } from "./AddSignerForm";
import { ApproveForm } from "./ApproveForm";
import { CommentForm } from "./CommentForm";
import { RejectForm } from "./RejectForm";
import { RemoveSignerForm } from "./RemoveSignerForm";
import { ReturnForm } from "./ReturnForm";
import { TransferForm } from "./TransferForm";

type Look = { key: string; icon: ReactNode };
const LOOKS: Record<TaskAction, Look> = {
  approve: { key: "a", icon: <CheckOutlined aria-hidden /> },
  reject: { key: "r", icon: <CloseOutlined aria-hidden /> },
  abstain: { key: "e", icon: <MinusOutlined aria-hidden /> },
  return: { key: "b", icon: <RollbackOutlined aria-hidden /> },
  transfer: { key: "t", icon: <SwapOutlined aria-hidden /> },
  "add-signer": { key: "s", icon: <UserAddOutlined aria-hidden /> },
  "remove-signer": { key: "m", icon: <UserDeleteOutlined aria-hidden /> },
  undo: { key: "z", icon: <UndoOutlined aria-hidden /> },
  comment: { key: "c", icon: <CommentOutlined aria-hidden /> },
};
const ORDER: TaskAction[] = [
  "approve",
  "reject",
  "abstain",
  "return",
  "transfer",
  "add-signer",
  "remove-signer",
  "undo",
  "comment",
];

type Props = {
  task: Task;
  onDealtWith: (id: string, said: string) => void;
  onNext: (() => void) | undefined;
  onUndone: (id: string) => void;
};

/** What this person may do with the task; a chosen action takes the place of the buttons until it is done. */
export function ActionBar({ task, onDealtWith, onNext, onUndone }: Props) {
  const { t } = useTranslation("inbox");
  const [open, setOpen] = useState<TaskAction | null>(null);
  const bar = useRef<HTMLDivElement>(null);
  const offline = useConnection((connection) => connection.state === "offline");
  const offered = ORDER.filter((action) => task.actions.includes(action));
  const act = useDecided(task, { onDealtWith, onNext, onUndone, onCommented: () => setOpen(null) });
  const { undo } = useUndo(task.id, onUndone);
  const choose = (action: TaskAction) => (action === "undo" ? undo() : setOpen(action));

  useShortcuts(
    t("actions.label"),
    offered.map((action) => ({
      keys: [LOOKS[action].key],
      label: t(`actions.${action}`),
      enabled: open === null && !offline,
      run: () => choose(action),
    })),
  );
  const close = () => {
    const was = open;
    act.forget();
    setOpen(null);
    requestAnimationFrame(() => bar.current?.querySelector<HTMLElement>(`[data-action="${was}"]`)?.focus());
  };

  if (offered.length === 0) return <p className={styles.none}>{t("actions.none")}</p>;
  const form = { task, act, onCancel: close };
  return (
    <div ref={bar} className={styles.bar} role="group" aria-label={t("actions.label")} data-region>
      {act.trouble}
      {open === "approve" && <ApproveForm {...form} />}
      {open === "reject" && <RejectForm {...form} />}
      {open === "abstain" && <AbstainForm {...form} />}
      {open === "return" && <ReturnForm {...form} />}
      {open === "transfer" && <TransferForm {...form} />}
      {open === "add-signer" && <AddSignerForm {...form} />}
      {open === "remove-signer" && <RemoveSignerForm {...form} />}
      {open === "comment" && <CommentForm {...form} />}
      {open === null && (
        <div className={styles.buttons}>
          {offered.map((action) => (
            <Button
              key={action}
              data-action={action}
              type={action === "approve" ? "primary" : "default"}
              danger={action === "reject"}
              size="large"
              icon={LOOKS[action].icon}
              disabled={offline}
              onClick={() => choose(action)}
            >
              {t(`actions.${action}`)}
              <kbd aria-hidden>{LOOKS[action].key.toUpperCase()}</kbd>
            </Button>
          ))}
          {offline && <span className="muted">{t("actions.offline")}</span>}
        </div>
      )}
    </div>
  );
}
