/** How much is enough: a number of votes, at least a share, or more than a share. */
import { InputNumber, Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { readThreshold, type ThresholdKind, USUAL_THRESHOLD, writeThreshold } from "@/graph/threshold";
import styles from "./form.module.css";

const KINDS: ThresholdKind[] = ["more", "share", "count"];
const MOST = 1000;

export function ThresholdInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: unknown;
  onChange: (text: string) => void;
}): ReactElement {
  const { t } = useTranslation("form");
  const known = readThreshold(value) ?? USUAL_THRESHOLD;
  const choose = (kind: ThresholdKind): void => {
    const shared = kind === "share" ? { parts: 2, of: 3 } : { parts: 1, of: 2 };
    onChange(writeThreshold(kind === "count" ? { kind, parts: 2, of: 1 } : { kind, ...shared }));
  };
  const number = (name: "parts" | "of", width: number): ReactElement => (
    <InputNumber
      aria-label={`${label} · ${t(known.kind === "count" ? "vote.votes" : name === "of" ? "vote.denominator" : "vote.numerator")}`}
      size="small"
      style={{ width }}
      min={1}
      max={MOST}
      precision={0}
      value={known[name]}
      // Emptied on the way to another number: nothing is said yet.
      onChange={(next) => next !== null && onChange(writeThreshold({ ...known, [name]: next }))}
    />
  );
  return (
    <div className={styles.row}>
      <div className="grow">
        <Select
          aria-label={`${label} · ${t("vote.kind")}`}
          size="small"
          className={styles.full ?? ""}
          value={known.kind}
          options={KINDS.map((kind) => ({ value: kind, label: t(`vote.kinds.${kind}`) }))}
          onChange={choose}
        />
      </div>
      {number("parts", 64)}
      {known.kind === "count" ? (
        <span className={styles.unit}>{t("vote.votes")}</span>
      ) : (
        <>
          <span className={styles.unit} aria-hidden>
            /
          </span>
          {number("of", 64)}
        </>
      )}
    </div>
  );
}
