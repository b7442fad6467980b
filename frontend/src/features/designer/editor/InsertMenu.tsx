/** The list beside a line: type to find a step, Enter puts it in. A condition asks where what follows should go. */
import { Button, Input, Radio } from "antd";
import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { NodeTypeInfo } from "@/api/types";
import { isFork } from "@/graph/commands/nodeKit";
import { accentOf } from "@/graph/describe";
import { textOf } from "@/graph/document";
import { NodeIcon } from "@/graph/NodeIcon";
import { currentLanguage } from "@/i18n/index";
import { isComposing } from "@/ui/shortcuts";
import { focusOnShow } from "../focusOnShow";
import styles from "./Editor.module.css";
import { matchesSearch } from "./pinyin";

export interface InsertMenuProps {
  types: readonly NodeTypeInfo[];
  at: { x: number; y: number };
  label: string;
  /** Steps that a condition put here would have to place. */
  following: number;
  /** A condition that was dropped here: only the question is left. */
  asking?: NodeTypeInfo | null;
  onChoose: (type: NodeTypeInfo, following: "after" | "inside") => void;
  onClose: () => void;
}

export function InsertMenu(props: InsertMenuProps): ReactElement {
  const [asking, setAsking] = useState<NodeTypeInfo | null>(props.asking ?? null);
  const box = useRef<HTMLDivElement>(null);
  const { onClose } = props;
  useEffect(() => {
    const away = (event: PointerEvent): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) onClose();
    };
    window.addEventListener("pointerdown", away, true);
    return () => window.removeEventListener("pointerdown", away, true);
  }, [onClose]);
  const choose = (type: NodeTypeInfo): void => {
    const condition = type.ports.kind === "branches" && !isFork(type);
    if (condition && props.following > 0) setAsking(type);
    else props.onChoose(type, "after");
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes from everywhere inside
    <div
      ref={box}
      className={styles.insert}
      style={{ left: props.at.x, top: props.at.y }}
      role="dialog"
      aria-label={props.label}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      {asking ? (
        <FollowingQuestion
          count={props.following}
          onAnswer={(following) => props.onChoose(asking, following)}
        />
      ) : (
        <TypeList types={props.types} onChoose={choose} />
      )}
    </div>
  );
}

function TypeList({
  types,
  onChoose,
}: {
  types: readonly NodeTypeInfo[];
  onChoose: (type: NodeTypeInfo) => void;
}): ReactElement {
  const { t } = useTranslation("designer");
  const language = currentLanguage();
  const id = useId();
  const [search, setSearch] = useState("");
  const [active, setActive] = useState(0);
  const found = types.filter((type) =>
    [type.title.zh, type.title.en ?? "", type.type].some((name) => matchesSearch(name, search)),
  );
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (isComposing(event.nativeEvent)) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setActive((before) => (before + step + found.length) % Math.max(1, found.length));
    }
    const chosen = found[active];
    if (event.key === "Enter" && chosen) {
      event.preventDefault();
      onChoose(chosen);
    }
  };
  return (
    <>
      <Input
        ref={focusOnShow}
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={found[active] ? `${id}-${found[active].type}` : undefined}
        aria-label={t("insert.search")}
        placeholder={t("insert.placeholder")}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKey}
      />
      <div id={`${id}-list`} role="listbox" aria-label={t("insert.types")} className={styles.insertList}>
        {found.map((type, at) => (
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the field above holds the focus and the keys
          <div
            key={type.type}
            id={`${id}-${type.type}`}
            role="option"
            aria-selected={at === active}
            className={styles.insertItem}
            data-accent={accentOf(type.type, type)}
            onPointerMove={() => setActive(at)}
            onClick={() => onChoose(type)}
          >
            <span className={styles.typeIcon}>
              <NodeIcon name={type.icon} />
            </span>
            <span className={styles.insertName}>{textOf(type.title, language)}</span>
            <span className={styles.insertHelp}>{textOf(type.description, language)}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={styles.insertEmpty}>{t("insert.none")}</p>}
    </>
  );
}

function FollowingQuestion({
  count,
  onAnswer,
}: {
  count: number;
  onAnswer: (following: "after" | "inside") => void;
}): ReactElement {
  const { t } = useTranslation("designer");
  const [following, setFollowing] = useState<"after" | "inside">("after");
  return (
    <form
      className={styles.question}
      onSubmit={(event) => {
        event.preventDefault();
        onAnswer(following);
      }}
    >
      <p id="following-question">{t("insert.question", { count })}</p>
      <Radio.Group
        aria-labelledby="following-question"
        value={following}
        onChange={(event) => setFollowing(event.target.value as "after" | "inside")}
        options={[
          { value: "after", label: t("insert.after") },
          { value: "inside", label: t("insert.inside") },
        ]}
        vertical
      />
      <Button type="primary" htmlType="submit" ref={focusOnShow} block>
        {t("insert.confirm")}
      </Button>
    </form>
  );
}
