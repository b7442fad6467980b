/** Messages that no run could take: which, why, and what a supervisor does with them. Nothing while there are none. */
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { Letter } from "@/api/types";
import { DateTime } from "@/ui/DateTime";
import { useDeadLetters } from "../api/letters";
import { LetterDialog } from "./LetterDialog";
import styles from "./Letters.module.css";

type Chosen = { letter: Letter; again: boolean };

export function DeadLetters() {
  const { t } = useTranslation("console");
  const user = useCurrentUser();
  const query = useDeadLetters(hasRole(user, "supervisor", "auditor"));
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const letters = (query.data?.pages ?? []).flatMap((page) => page.results);
  if (letters.length === 0) return null;
  return (
    <section className={styles.letters} aria-label={t("letters.title")}>
      <h2>{t("letters.title")}</h2>
      <p className="muted">{t("letters.intro")}</p>
      <ul>
        {letters.map((letter) => (
          <LetterRow
            key={letter.id}
            letter={letter}
            mayAct={hasRole(user, "supervisor")}
            onChoose={(again) => setChosen({ letter, again })}
          />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("list.more")}
        </Button>
      )}
      {chosen && <LetterDialog {...chosen} onClose={() => setChosen(null)} />}
    </section>
  );
}

function LetterRow(props: { letter: Letter; mayAct: boolean; onChoose: (again: boolean) => void }) {
  const { letter, mayAct, onChoose } = props;
  const { t, i18n } = useTranslation("console");
  const name = letter.key === null ? letter.name : `${letter.name} · ${letter.key}`;
  const known = i18n.exists(`console:problem.${letter.code}`);
  return (
    <li aria-label={name}>
      <div className={styles.what}>
        <strong>{name}</strong>
        <span title={letter.reason}>{known ? t(`problem.${letter.code}`) : letter.reason}</span>
        <span className="muted">
          {letter.sent_by.name} <DateTime at={letter.died_at ?? letter.sent_at} />{" "}
          {letter.instance !== null && <Link to={`/console/${letter.instance}`}>{t("letters.run")}</Link>}
        </span>
      </div>
      {mayAct && (
        <div className={styles.actions}>
          <Button size="small" aria-label={t("letters.againNamed", { name })} onClick={() => onChoose(true)}>
            {t("letters.again")}
          </Button>
          <Button
            size="small"
            danger
            aria-label={t("letters.discardNamed", { name })}
            onClick={() => onChoose(false)}
          >
            {t("letters.discard")}
          </Button>
        </div>
      )}
    </li>
  );
}
