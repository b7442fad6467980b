import { TeamOutlined, UserOutlined } from "@ant-design/icons";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCurrentUser } from "@/api/session";
import type { Addressee, Group, Person } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { ProblemText } from "@/ui/ProblemText";
import { useGroups, usePeople } from "../api/findPeople";
import styles from "./ActionBar.module.css";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

type Choice = Addressee & { kind: "user" | "group"; note: string };

function groupChoices(groups: Group[], q: string, members: (count: number) => string): Choice[] {
  const wanted = q.toLowerCase();
  return groups
    .filter((group) => `${group.key} ${group.name.zh} ${group.name.en ?? ""}`.toLowerCase().includes(wanted))
    .map((group) => ({
      kind: "group",
      key: group.key,
      name: group.name,
      note: members(group.members.length),
    }));
}

function personChoices(people: Person[], me: string, local: ReturnType<typeof useLocal>): Choice[] {
  return people
    .filter((person) => person.username !== me)
    .map((person) => ({
      kind: "user",
      key: person.username,
      name: { zh: person.display_name, en: person.display_name },
      note: local(person.department?.name) || person.username,
    }));
}

function useChoices(q: string) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const me = useCurrentUser().username;
  const people = usePeople(q);
  const groups = useGroups();
  const choices = [
    ...groupChoices(groups.data?.results ?? [], q, (count) => t("transfer.members", { count })),
    ...personChoices(people.data?.results ?? [], me, local),
  ];
  return { choices, pending: people.isPending || groups.isPending, error: people.error ?? groups.error };
}

/** Hands the task to a person or a group; it leaves this inbox. */
export function TransferForm({ task, act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const [q, setQ] = useState("");
  const [to, setTo] = useState<Choice | null>(null);
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  // Moving work that is not one's own is an intervention, which needs a reason.
  const seated = task.actions.includes("approve");
  const field = useFocusAtStart<HTMLInputElement>();
  const { choices, pending, error } = useChoices(useDeferredValue(q.trim()));
  const submit = () => {
    setMissing(to === null);
    if (to) act.send({ verb: "transfer", to: { kind: to.kind, key: to.key }, comment });
    else field.current?.focus();
  };
  return (
    <FormFrame
      label={t("actions.transfer")}
      submit={to ? t("transfer.submitTo", { name: local(to.name) }) : t("transfer.submit")}
      sending={act.sending}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <label className={styles.field}>
        <span>{t(seated ? "transfer.to" : "transfer.toOfOthers")}</span>
        <input
          ref={field}
          value={q}
          placeholder={t("transfer.hint")}
          aria-invalid={missing}
          aria-describedby={missing ? "transfer-missing" : undefined}
          onChange={(event) => setQ(event.target.value)}
        />
      </label>
      <fieldset className={styles.choices} aria-busy={pending}>
        <legend className="visually-hidden">{t("transfer.choices")}</legend>
        {choices.map((choice) => (
          <label key={`${choice.kind}:${choice.key}`} className={styles.choice}>
            <input
              type="radio"
              name="transfer-to"
              checked={to?.kind === choice.kind && to.key === choice.key}
              onChange={() => {
                setTo(choice);
                setMissing(false);
              }}
            />
            {choice.kind === "group" ? <TeamOutlined aria-hidden /> : <UserOutlined aria-hidden />}
            <span>{local(choice.name)}</span>
            <span className="muted">{choice.note}</span>
          </label>
        ))}
        {!pending && choices.length === 0 && (
          <p className={styles.note}>
            {error ? <ProblemText problem={error} /> : t("transfer.nobody", { q })}
          </p>
        )}
      </fieldset>
      {missing && (
        <p id="transfer-missing" role="alert" className={styles.missing}>
          {t("transfer.missing")}
        </p>
      )}
      <label className={styles.field}>
        <span>{seated ? t("transfer.comment") : t("transfer.commentRequired")}</span>
        <input
          value={comment}
          maxLength={2000}
          required={!seated}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
    </FormFrame>
  );
}
