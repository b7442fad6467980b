import { CloseOutlined, TeamOutlined, UserOutlined } from "@ant-design/icons";
import { type RefObject, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCurrentUser } from "@/api/session";
import type { Addressee, Group, Person } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { ProblemText } from "@/ui/ProblemText";
import { useGroups, usePeople } from "../api/findPeople";
import styles from "./ActionBar.module.css";

export type Choice = Addressee & { kind: "user" | "group"; note: string };

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

function useChoices(q: string, offersGroups: boolean, may: "decide" | "read") {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const me = useCurrentUser().username;
  const people = usePeople(q, may);
  const groups = useGroups();
  const offered = offersGroups ? (groups.data?.results ?? []) : [];
  const choices = [
    ...groupChoices(offered, q, (count) => t("transfer.members", { count })),
    ...personChoices(people.data?.results ?? [], me, local),
  ];
  return { choices, pending: people.isPending || groups.isPending, error: people.error ?? groups.error };
}

type Props = {
  label: string;
  hint: string;
  /** Said while nobody was chosen although somebody must be. */
  missing: string | null;
  offersGroups: boolean;
  /** Several may be chosen, who then need only be able to read. */
  several?: boolean;
  chosen: readonly Choice[];
  /** With several, also takes back one that was chosen. */
  onChoose: (choice: Choice) => void;
  field: RefObject<HTMLInputElement | null>;
};

const isSame = (one: Choice, other: Choice) => one.kind === other.kind && one.key === other.key;

/** Those who were chosen, whatever is searched now; one press takes one of them back. */
function Chosen({ chosen, onDrop }: { chosen: readonly Choice[]; onDrop: (choice: Choice) => void }) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  if (chosen.length === 0) return null;
  return (
    <ul className={styles.chosen} aria-label={t("transfer.chosen")}>
      {chosen.map((choice) => (
        <li key={`${choice.kind}:${choice.key}`}>
          <button
            type="button"
            aria-label={t("transfer.drop", { name: local(choice.name) })}
            onClick={() => onDrop(choice)}
          >
            {local(choice.name)} <CloseOutlined aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Somebody of the house, or several, found by name; never oneself. */
export function AddresseeField({
  label,
  hint,
  missing,
  offersGroups,
  several = false,
  chosen,
  onChoose,
  field,
}: Props) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const [q, setQ] = useState("");
  const { choices, pending, error } = useChoices(
    useDeferredValue(q.trim()),
    offersGroups,
    several ? "read" : "decide",
  );
  return (
    <>
      <label className={styles.field}>
        <span>{label}</span>
        <input
          ref={field}
          value={q}
          placeholder={hint}
          aria-invalid={missing !== null}
          aria-describedby={missing === null ? undefined : "addressee-missing"}
          onChange={(event) => setQ(event.target.value)}
        />
      </label>
      {several && <Chosen chosen={chosen} onDrop={onChoose} />}
      <fieldset className={styles.choices} aria-busy={pending}>
        <legend className="visually-hidden">{t("transfer.choices")}</legend>
        {choices.map((choice) => (
          <label key={`${choice.kind}:${choice.key}`} className={styles.choice}>
            <input
              type={several ? "checkbox" : "radio"}
              name="addressee"
              checked={chosen.some((one) => isSame(one, choice))}
              onChange={() => onChoose(choice)}
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
      {missing !== null && (
        <p id="addressee-missing" role="alert" className={styles.missing}>
          {missing}
        </p>
      )}
    </>
  );
}
