import {
  BellOutlined,
  CheckOutlined,
  CloseOutlined,
  CommentOutlined,
  EditOutlined,
  SendOutlined,
  MinusOutlined,
  PushpinOutlined,
  RollbackOutlined,
  UnlockOutlined,
  SwapOutlined,
  UndoOutlined,
  UserAddOutlined,
  UserDeleteOutlined,
} from "@ant-design/icons";
import { Button } from "antd";
import { type ComponentType, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useConnection } from "@/api/connection";
import type { Task, TaskAction } from "@/api/types";
import { useShortcuts } from "@/ui/shortcuts";
import { useUndo } from "../undo/useUndo";
import { useIsClaimedByMe } from "../claims";
import { useDecided } from "../useDecided";
import styles from "./ActionBar.module.css";
import { AbstainForm } from "./AbstainForm";
import { AddSignerForm } from "./AddSignerForm";
import { ApproveForm } from "./ApproveForm";
import { CommentForm } from "./CommentForm";
import { CopyForm } from "./CopyForm";
import type { FormProps } from "./FormFrame";
import { RejectForm } from "./RejectForm";
import { ReleaseForm } from "./ReleaseForm";
import { RemindForm } from "./RemindForm";
import { RemoveSignerForm } from "./RemoveSignerForm";
import { ResubmitForm } from "./ResubmitForm";
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
  claim: { key: "l", icon: <PushpinOutlined aria-hidden /> },
  release: { key: "l", icon: <UnlockOutlined aria-hidden /> },
  remind: { key: "n", icon: <BellOutlined aria-hidden /> },
  undo: { key: "z", icon: <UndoOutlined aria-hidden /> },
  cc: { key: "o", icon: <SendOutlined aria-hidden /> },
  comment: { key: "c", icon: <CommentOutlined aria-hidden /> },
  resubmit: { key: "u", icon: <EditOutlined aria-hidden /> },
};
/** What is asked before an action is done; the others are done at once. */
const FORMS: Partial<Record<TaskAction, ComponentType<FormProps>>> = {
  approve: ApproveForm,
  reject: RejectForm,
  abstain: AbstainForm,
  return: ReturnForm,
  transfer: TransferForm,
  "add-signer": AddSignerForm,
  "remove-signer": RemoveSignerForm,
  release: ReleaseForm,
  remind: RemindForm,
  cc: CopyForm,
  comment: CommentForm,
  resubmit: ResubmitForm,
};
const ORDER: TaskAction[] = [
  "resubmit",
  "approve",
  "reject",
  "abstain",
  "return",
  "transfer",
  "add-signer",
  "remove-signer",
  "claim",
  "release",
  "remind",
  "undo",
  "cc",
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
  const isMine = useIsClaimedByMe(task);
  const choose = (action: TaskAction) => {
    if (action === "undo") undo();
    else if (action === "claim") act.send({ verb: "claim" });
    else if (action === "release" && isMine) act.send({ verb: "release", comment: "" });
    else setOpen(action);
  };

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
  const Form = open === null ? undefined : FORMS[open];
  return (
    <div ref={bar} className={styles.bar} role="group" aria-label={t("actions.label")} data-region>
      {act.trouble}
      {Form && <Form task={task} act={act} onCancel={close} />}
      {open === null && (
        <div className={styles.buttons}>
          {offered.map((action) => (
            <Button
              key={action}
              data-action={action}
              type={action === "approve" || action === "resubmit" ? "primary" : "default"}
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
