/** 日历与委托: one's own leave and delegations; a supervisor also looks after those of others. */
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hasRole, useCurrentUser } from "@/api/session";
import { usePage } from "@/ui/page";
import styles from "./Absence.module.css";
import { usePeople } from "./api";
import { DelegationSection } from "./DelegationSection";
import { HandOverSection } from "./HandOverSection";
import { LeaveSection } from "./LeaveSection";
import type { Whose } from "./whose";

function WhoseSelect({ whose, choose }: { whose: Whose; choose: (whose: Whose) => void }) {
  const { t } = useTranslation("absence");
  const people = usePeople();
  const found = (people.data?.results ?? []).map((one) => ({
    id: one.id,
    username: one.username,
    name: one.display_name,
  }));
  const all = found.some((one) => one.id === whose.id) ? found : [whose, ...found];
  return (
    <div className={styles.field}>
      <label htmlFor="whose">{t("whose")}</label>
      <Select
        id="whose"
        aria-label={t("whose")}
        showSearch={{ optionFilterProp: "label" }}
        value={whose.id}
        options={all.map((one) => ({ value: one.id, label: `${one.name} (${one.username})` }))}
        onChange={(id: string) => choose(all.find((one) => one.id === id) ?? whose)}
      />
    </div>
  );
}

export function AbsencePage() {
  const { t } = useTranslation("absence");
  const user = useCurrentUser();
  const supervises = hasRole(user, "supervisor");
  const me: Whose = { id: String(user.id), username: user.username, name: user.display_name };
  const [whose, setWhose] = useState<Whose>(me);
  usePage([{ label: t("title") }]);
  return (
    <div className={styles.page}>
      <h1>{t("title")}</h1>
      {supervises && <WhoseSelect whose={whose} choose={setWhose} />}
      <div className={styles.columns}>
        <LeaveSection whose={whose} />
        <DelegationSection whose={whose} supervises={supervises} />
      </div>
      {supervises && whose.username !== user.username && (
        <HandOverSection key={whose.id} whose={whose} onGone={() => setWhose(me)} />
      )}
    </div>
  );
}
