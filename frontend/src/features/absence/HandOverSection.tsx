/** 离职交接: a supervisor gives all that somebody holds to others, and ends their access, in one dialog. */
import { Alert, App, Button, Checkbox, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { HandedOver } from "@/api/types";
import { announce } from "@/ui/announce";
import { Loading, SkeletonLines } from "@/ui/Loading";
import { useProblemText } from "@/ui/problemText";
import styles from "./Absence.module.css";
import { usePeople } from "./api";
import { Belongings } from "./Belongings";
import dialog from "./HandOver.module.css";
import { PARTS, useHandOver } from "./useHandOver";
import type { Whose } from "./whose";

type Work = ReturnType<typeof useHandOver>;
type Option = { value: string; label: string };

/** One successor for all, and for each part another one where that is wanted. */
function Successors({ work, options }: { work: Work; options: Option[] }) {
  const { t } = useTranslation("absence");
  const [apart, setApart] = useState(false);
  const same = new Set(PARTS.map((part) => work.to[part])).size === 1 ? work.to.tasks : null;
  const chooser = { showSearch: { optionFilterProp: "label" }, options };
  return (
    <>
      <div className={styles.field}>
        <label htmlFor="hand-over-to">{t("handOver.to")}</label>
        <Select
          id="hand-over-to"
          aria-label={t("handOver.to")}
          placeholder={t("field.choose")}
          {...chooser}
          {...(same && { value: same })}
          onChange={(username: string) => work.giveAll(username)}
        />
      </div>
      <Checkbox checked={apart} onChange={(event) => setApart(event.target.checked)}>
        {t("handOver.apart")}
      </Checkbox>
      {apart && (
        <div className={styles.pair}>
          {PARTS.map((part) => (
            <div key={part} className={styles.field}>
              <label htmlFor={`hand-over-${part}`}>{t(`handOver.give.${part}`)}</label>
              <Select
                id={`hand-over-${part}`}
                aria-label={t(`handOver.give.${part}`)}
                placeholder={t("handOver.noSuccessor")}
                allowClear
                {...chooser}
                {...(work.to[part] && { value: work.to[part] })}
                onChange={(username?: string) => work.give(part, username ?? null)}
              />
            </div>
          ))}
        </div>
      )}
    </>
  );
}

function Consent({ work }: { work: Work }) {
  const { t } = useTranslation("absence");
  return (
    <>
      <div className={styles.field}>
        <label htmlFor="hand-over-reason">{t("field.reasonRequired")}</label>
        <Input
          id="hand-over-reason"
          maxLength={200}
          value={work.reason}
          aria-required
          aria-invalid={work.shownMissing.reason}
          aria-describedby="hand-over-reason-trouble"
          status={work.shownMissing.reason ? "error" : ""}
          onChange={(event) => work.setReason(event.target.value)}
        />
        <p id="hand-over-reason-trouble" className={dialog.trouble} role="alert">
          {work.shownMissing.reason && t("handOver.reasonShort")}
        </p>
      </div>
      <Checkbox
        id="hand-over-read"
        checked={work.read}
        aria-invalid={work.shownMissing.read}
        onChange={(event) => work.setRead(event.target.checked)}
      >
        {t("handOver.read")}
      </Checkbox>
      <p className={dialog.trouble} role="alert">
        {work.shownMissing.read && t("handOver.readMissing")}
      </p>
    </>
  );
}

type DialogProps = { whose: Whose; onClose: () => void; onDone: (done: HandedOver) => void };

function HandOverDialog({ whose, onClose, onDone }: DialogProps) {
  const { t } = useTranslation("absence");
  const tell = useProblemText();
  const work = useHandOver(whose, onDone);
  const people = (usePeople().data?.results ?? []).filter((one) => one.username !== whose.username);
  const options = people.map((one) => ({
    value: one.username,
    label: `${one.display_name} (${one.username})`,
  }));
  const nameOf = (username: string) =>
    people.find((one) => one.username === username)?.display_name ?? username;
  const { data, error } = work.preview;
  return (
    <Modal
      open
      onCancel={onClose}
      title={t("handOver.of", { name: whose.name })}
      width={640}
      centered
      mask={{ closable: false }}
      afterOpenChange={(open) => {
        if (open) document.getElementById("hand-over-to")?.focus();
      }}
      footer={
        <>
          <Button onClick={onClose}>{t("handOver.back")}</Button>
          <Button type="primary" danger loading={work.busy} disabled={!data} onClick={work.submit}>
            {t("handOver.do")}
          </Button>
        </>
      }
    >
      <div className={dialog.body}>
        <Successors work={work} options={options} />
        {work.stale && <Alert type="warning" showIcon role="alert" title={t("handOver.stale")} />}
        <section className={dialog.happens} aria-live="polite" aria-labelledby="hand-over-happens">
          <h2 id="hand-over-happens">{t("handOver.happens")}</h2>
          {error && <Alert type="error" showIcon role="alert" title={tell(error)} />}
          {!error && data && <Belongings preview={data} to={work.to} nameOf={nameOf} />}
          {!error && !data && (
            <Loading label={t("handOver.previewing")}>
              <SkeletonLines widths={["70%", "50%"]} />
            </Loading>
          )}
        </section>
        <Consent work={work} />
        {work.problem && <Alert type="error" showIcon role="alert" title={tell(work.problem)} />}
      </div>
    </Modal>
  );
}

export function HandOverSection({ whose, onGone }: { whose: Whose; onGone: () => void }) {
  const { t } = useTranslation("absence");
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const done = (result: HandedOver) => {
    const said = t(result.stayed > 0 ? "handOver.doneSome" : "handOver.done", {
      name: whose.name,
      moved: result.moved,
      stayed: result.stayed,
    });
    void message.success(said);
    announce(said);
    setOpen(false);
    onGone();
  };
  return (
    <section className={styles.panel} aria-labelledby="hand-over-title">
      <h2 id="hand-over-title">{t("handOver.title")}</h2>
      <p className="muted">{t("handOver.help")}</p>
      <Button danger className={dialog.begin ?? ""} onClick={() => setOpen(true)}>
        {t("handOver.begin")}
      </Button>
      {open && <HandOverDialog whose={whose} onClose={() => setOpen(false)} onDone={done} />}
    </section>
  );
}
