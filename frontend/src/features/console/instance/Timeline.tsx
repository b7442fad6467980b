import {
  ApiOutlined,
  ClockCircleOutlined,
  CloseOutlined,
  RobotOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { Checkbox, Segmented } from "antd";
import { type ComponentType, useState } from "react";
import { useTranslation } from "react-i18next";
import type { GraphDocument } from "@/api/documents";
import type { HistoryEntry } from "@/api/types";
import { DateTime } from "@/ui/DateTime";
import styles from "./Timeline.module.css";
import { rowOf, type TimelineRow } from "./timelineRow";
import { useFactSentence } from "./useFactSentence";
import { type Steps, useSteps } from "@/graph/useSteps";

type Source = HistoryEntry["source"];
type Shown = "all" | "people" | "machine";

const ICONS: Record<Source, ComponentType<{ "aria-hidden"?: boolean }>> = {
  person: UserOutlined,
  timer: ClockCircleOutlined,
  system: RobotOutlined,
  api: ApiOutlined,
};

const BY_PEOPLE: readonly Source[] = ["person", "api"];
const VERDICTS = { true: "✓", false: "✗", unknown: "?" } as const;

/** What follows by itself from a person's act is the system's doing. */
function sourceOf(row: TimelineRow): Source {
  return row.automatic && BY_PEOPLE.includes(row.source) ? "system" : row.source;
}

function Conditions({ row, steps }: { row: TimelineRow; steps: Steps }) {
  const { t } = useTranslation("console");
  const node = row.nodes["node"] ?? "";
  return (
    <ul className={styles.conditions}>
      {row.conditions.map(({ port, explained }) => (
        <li key={port} data-verdict={explained.verdict}>
          <span className={styles.branch}>{steps.branch(node, port)}</span>
          <span className="num">{explained.text}</span>
          <span className={styles.verdict} aria-hidden>
            {VERDICTS[explained.verdict]}
          </span>
          <span className="visually-hidden">{t(`verdict.${explained.verdict}`)}</span>
        </li>
      ))}
    </ul>
  );
}

function Rules({ row }: { row: TimelineRow }) {
  const { t } = useTranslation("console");
  return (
    <ul className={styles.conditions}>
      {row.rules.map(({ rule, explained }) => (
        <li key={rule} data-verdict={explained.verdict}>
          <span className={styles.branch}>{t("timeline.rule", { number: rule })}</span>
          <span className="num">{explained.text}</span>
          <span className={styles.verdict} aria-hidden>
            {VERDICTS[explained.verdict]}
          </span>
          <span className="visually-hidden">{t(`verdict.${explained.verdict}`)}</span>
        </li>
      ))}
    </ul>
  );
}

function Assigned({ row, steps }: { row: TimelineRow; steps: Steps }) {
  return (
    <ul className={styles.conditions}>
      {row.assigned.map(({ variable, explained }) => (
        <li key={variable}>
          <span className={styles.branch}>{steps.variable(variable)}</span>
          <span className="num">{explained.text}</span>
          {explained.verdict !== "unknown" && <span>{VERDICTS[explained.verdict]}</span>}
        </li>
      ))}
    </ul>
  );
}

function Way({ row, steps }: { row: TimelineRow; steps: Steps }) {
  const { t } = useTranslation("console");
  if (row.from.length === 0 || row.to.length === 0) return null;
  const titles = (nodes: string[]) => nodes.map(steps.title).join(t("ui:list.comma"));
  return (
    <span className={styles.way}>
      <span>{titles(row.from)}</span>
      <span aria-hidden>→</span>
      <span className="visually-hidden">{t("timeline.to")}</span>
      <span>{titles(row.to)}</span>
    </span>
  );
}

function Line({ row, steps, sentence }: { row: TimelineRow; steps: Steps; sentence: string }) {
  const { t } = useTranslation("console");
  const source = sourceOf(row);
  const Icon = ICONS[source];
  const named = BY_PEOPLE.includes(row.source) ? row.actor.name : "";
  const who = named && row.automatic ? t("timeline.automatic", { name: named }) : named;
  return (
    <li className={styles.line} data-tone={row.tone}>
      <span className={styles.dot} title={t(`source.${source}`)}>
        <Icon aria-hidden />
      </span>
      <div className={styles.body}>
        <p className={styles.meta}>
          <DateTime at={row.at} />
          <span>{who || t(`source.${source}`)}</span>
          {named && source === "api" && <span className={styles.source}>{t("source.api")}</span>}
        </p>
        <p className={styles.sentence}>{sentence}</p>
        <Way row={row} steps={steps} />
        {row.conditions.length > 0 && <Conditions row={row} steps={steps} />}
        {row.rules.length > 0 && <Rules row={row} />}
        {row.assigned.length > 0 && <Assigned row={row} steps={steps} />}
        {row.quote && <blockquote className={styles.quote}>{row.quote}</blockquote>}
      </div>
    </li>
  );
}

function shows(row: TimelineRow, shown: Shown, technical: boolean, node: string | null): boolean {
  if (row.technical && !technical) return false;
  if (node !== null && !Object.values(row.nodes).includes(node)) return false;
  return shown === "all" || BY_PEOPLE.includes(sourceOf(row)) === (shown === "people");
}

type Props = {
  history: readonly HistoryEntry[];
  graph: GraphDocument;
  /** Only what happened at this node. */
  node: string | null;
  onClearNode: () => void;
};

/** What happened, newest first; who did it and by what numbers a branch was taken. */
export function Timeline({ history, graph, node, onClearNode }: Props) {
  const { t } = useTranslation("console");
  const [shown, setShown] = useState<Shown>("all");
  const [technical, setTechnical] = useState(false);
  const steps = useSteps(graph);
  const sentence = useFactSentence(steps);
  const rows = history
    .map((entry) => rowOf(entry, graph))
    .filter((row) => shows(row, shown, technical, node));
  return (
    <>
      <div className={styles.filters}>
        <Segmented
          aria-label={t("timeline.filter")}
          value={shown}
          onChange={setShown}
          options={(["all", "people", "machine"] as const).map((value) => ({
            value,
            label: t(`timeline.${value}`),
          }))}
        />
        <Checkbox checked={technical} onChange={(event) => setTechnical(event.target.checked)}>
          {t("timeline.technical")}
        </Checkbox>
        {node !== null && (
          <button type="button" className={styles.chip} onClick={onClearNode}>
            {t("timeline.only", { step: steps.title(node) })}
            <CloseOutlined aria-hidden />
            <span className="visually-hidden">{t("timeline.clearOnly")}</span>
          </button>
        )}
      </div>
      {rows.length === 0 ? (
        <p className={styles.nothing}>{t("timeline.nothing")}</p>
      ) : (
        <ol className={styles.timeline} reversed>
          {rows.toReversed().map((row) => (
            <Line key={row.seq} row={row} steps={steps} sentence={sentence(row)} />
          ))}
        </ol>
      )}
    </>
  );
}
