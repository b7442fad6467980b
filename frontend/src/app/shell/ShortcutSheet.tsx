import { Modal } from "antd";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { usePreferences } from "@/ui/preferences";
import { type Shortcut, useShortcutList } from "@/ui/shortcuts";
import styles from "./ShortcutSheet.module.css";

const SYMBOLS: Record<string, string> = {
  mod: navigator.userAgent.includes("Mac") ? "⌘" : "Ctrl",
  shift: "⇧",
  alt: "Alt",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
};

function Keys({ keys }: { keys: string }) {
  const { t } = useTranslation("shell");
  const strokes = keys.split(" ");
  return strokes.map((stroke, index) => (
    <Fragment key={stroke}>
      {index > 0 && <span className="visually-hidden">{t("shortcuts.then")}</span>}
      {(stroke === "+" ? ["+"] : stroke.split("+")).map((part) => (
        <kbd key={part}>{SYMBOLS[part] ?? (part.length === 1 ? part.toUpperCase() : part)}</kbd>
      ))}
    </Fragment>
  ));
}

function Row({ shortcut }: { shortcut: Shortcut }) {
  const { t } = useTranslation("shell");
  return (
    <>
      <dt>
        {shortcut.keys.map((keys, index) => (
          <Fragment key={keys}>
            {index > 0 && <span className="muted"> {t("shortcuts.or")} </span>}
            <Keys keys={keys} />
          </Fragment>
        ))}
      </dt>
      <dd>{shortcut.label}</dd>
    </>
  );
}

/** More than these stand in two columns. */
const MANY = 14;

/** What the keys do here and now: exactly the shortcuts that are registered. */
export function ShortcutSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("shell");
  const groups = useShortcutList((list) => list.groups);
  const singleKeys = usePreferences((preferences) => preferences.singleKeys);
  const shown = groups
    .map((group) => ({ ...group, shortcuts: group.shortcuts.filter((one) => one.label) }))
    .filter((group) => group.shortcuts.length > 0)
    .reverse();
  return (
    <Modal
      open={open}
      onCancel={onClose}
      footer={null}
      title={t("shortcuts.title")}
      width={shown.flatMap((group) => group.shortcuts).length > MANY ? 860 : 480}
      destroyOnHidden
    >
      {!singleKeys && <p className="muted">{t("shortcuts.off")}</p>}
      <div className={styles.groups}>
        {shown.map((group) => (
          <section key={group.id} className={styles.group}>
            <h2>{group.group}</h2>
            <dl>
              {group.shortcuts.map((shortcut) => (
                <Row key={shortcut.keys.join()} shortcut={shortcut} />
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
