/** Copies of a case: the note of whoever sent one to the reader, and who else has one. */
import { useTranslation } from "react-i18next";
import type { SentCopy, TaskDetail } from "@/api/types";
import { DateTime } from "@/ui/DateTime";
import styles from "./Detail.module.css";
import { SectionTitle } from "./SectionTitle";

/** Why the reader sees a case that asks nothing of them. */
export function CopyNote({ task }: { task: TaskDetail | undefined }) {
  const { t } = useTranslation("inbox");
  const copy = task?.copy;
  if (!copy) return null;
  return (
    <p className={styles.notice}>
      <span>
        {copy.by === null ? t("copy.toYouByFlow") : t("copy.toYou", { name: copy.by })}{" "}
        <span className="muted">
          <DateTime at={copy.at} />
        </span>
        {copy.comment && <span className={styles.quote}>{copy.comment}</span>}
      </span>
    </p>
  );
}

/** Whether it was read: for whoever may know. */
function Reading({ reading }: { reading: SentCopy["reading"] }) {
  const { t } = useTranslation("inbox");
  if (!reading) return null;
  if (reading.read_at === null) return <span className="muted">{t("copy.unread")}</span>;
  return (
    <span className="muted">
      {t("copy.readAt")} <DateTime at={reading.read_at} />
    </span>
  );
}

export function Copies({ task }: { task: TaskDetail | undefined }) {
  const { t } = useTranslation("inbox");
  const copies = task?.copies ?? [];
  if (copies.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="copies-title">
      <SectionTitle id="copies-title">{t("copy.title")}</SectionTitle>
      <ul className={styles.copies}>
        {copies.map((copy) => (
          <li key={copy.to.id}>
            <strong>{copy.to.display_name}</strong>
            <span>{copy.by === null ? t("copy.byFlow") : t("copy.by", { name: copy.by })}</span>
            <Reading reading={copy.reading} />
            {copy.comment && <span className={styles.quote}>{copy.comment}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
