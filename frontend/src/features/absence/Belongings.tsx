/** What somebody who leaves holds, part by part, and what becomes of it. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { HandOverPreview, HandOverWanted } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { StateTag } from "@/ui/StateTag";
import styles from "./HandOver.module.css";

type Row = { key: string; text: string; warning?: string | null; note?: string | undefined };

function PartList(props: { title: string; fate: string; rows: Row[]; more?: ReactNode }) {
  if (props.rows.length === 0) return null;
  return (
    <section className={styles.part}>
      <h3>{props.title}</h3>
      <p className="muted">{props.fate}</p>
      <ul>
        {props.rows.map((row) => (
          <li key={row.key}>
            <span>{row.text}</span>
            {row.note && <span className="muted">{row.note}</span>}
            {row.warning && <StateTag tone="warning">{row.warning}</StateTag>}
          </li>
        ))}
      </ul>
      {props.more}
    </section>
  );
}

type Props = { preview: HandOverPreview; to: HandOverWanted; nameOf: (username: string) => string };

export function Belongings({ preview, to, nameOf }: Props) {
  const { t, i18n } = useTranslation("absence");
  const local = useLocal();
  const fate = (part: keyof HandOverWanted) => {
    const successor = to[part];
    return successor ? t("handOver.goesTo", { name: nameOf(successor) }) : t(`handOver.nobody.${part}`);
  };
  const why = (code: string) => {
    const known = `handOver.refusal.${code.replace("skipped.", "")}`;
    return t(i18n.exists(`absence:${known}`) ? known : "handOver.refusal.other");
  };
  const alone = (part: "groups" | "heads", isAlone: boolean) =>
    isAlone && !to[part] ? t("handOver.alone") : null;
  const places = (part: "groups" | "heads"): Row[] =>
    preview[part].map((one) => ({
      key: one.key,
      text: local(one.name) || one.key,
      warning: alone(part, one.alone),
    }));
  const unlisted = preview.task_count - preview.tasks.length;
  return (
    <div className={styles.belongings}>
      <PartList
        title={t("handOver.part.tasks", { count: preview.task_count })}
        fate={fate("tasks")}
        rows={preview.tasks.map((one) => ({
          key: one.id,
          text: `${local(one.title)} · ${one.subject}`,
          note: one.is_vote ? t("handOver.vote") : undefined,
          warning: one.refusal && why(one.refusal),
        }))}
        more={unlisted > 0 && <p className="muted">{t("handOver.moreTasks", { count: unlisted })}</p>}
      />
      {preview.claims > 0 && <p>{t("handOver.claims", { count: preview.claims })}</p>}
      <PartList
        title={t("handOver.part.groups", { count: preview.groups.length })}
        fate={fate("groups")}
        rows={places("groups")}
      />
      <PartList
        title={t("handOver.part.heads", { count: preview.heads.length })}
        fate={fate("heads")}
        rows={places("heads")}
      />
      <PartList
        title={t("handOver.part.delegations", { count: preview.delegations.length })}
        fate={t("handOver.delegationsEnd")}
        rows={preview.delegations.map((one, at) => ({ key: String(at), text: `${one.by} → ${one.to}` }))}
      />
      <PartList
        title={t("handOver.part.named", { count: preview.named.length })}
        fate={t("handOver.namedStay")}
        rows={preview.named.map((one, at) => ({
          key: String(at),
          text: `${local(one.title)} · ${local(one.step)}`,
        }))}
      />
      <PartList
        title={t("handOver.part.flows", { count: preview.owned.length })}
        fate={fate("flows")}
        rows={preview.owned.map((one) => ({ key: one.key, text: local(one.title) || one.key }))}
      />
      <p>{t("handOver.access")}</p>
    </div>
  );
}
