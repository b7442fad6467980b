/** The bell of the top bar: how much is unread, and the newest notices in a small list. */
import { BellOutlined } from "@ant-design/icons";
import { Badge, Button, Popover } from "antd";
import { type ReactElement, useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { Notice } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import styles from "./NoticeBell.module.css";
import { useHasNotices, useNewestNotices, useReadAllNotices, useReadNotice, useUnread } from "./notices";
import { besideTrigger } from "./Switches";

export function NoticeBell(): ReactElement | null {
  return useHasNotices() ? <Bell /> : null;
}

function Bell(): ReactElement {
  const { t } = useTranslation("shell");
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const unread = useUnread();
  const label = unread > 0 ? t("notices.openUnread", { count: unread }) : t("notices.open");
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEscape(open, close);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      getPopupContainer={besideTrigger}
      content={<NoticeList open={open} unread={unread} onClose={close} />}
      destroyOnHidden
    >
      <Button
        ref={button}
        type="text"
        aria-label={label}
        aria-expanded={open}
        title={label}
        icon={
          <Badge count={unread} size="small" overflowCount={99}>
            <BellOutlined aria-hidden />
          </Badge>
        }
      />
    </Popover>
  );
}

/** Esc closes what is open, wherever in it the focus is. */
function useEscape(open: boolean, close: () => void): void {
  const latest = useEffectEvent(close);
  useEffect(() => {
    if (!open) return undefined;
    const heard = (event: KeyboardEvent) => event.key === "Escape" && latest();
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, [open]);
}

function NoticeList(props: { open: boolean; unread: number; onClose: () => void }): ReactElement {
  const { t } = useTranslation("shell");
  const { data, isError, refetch } = useNewestNotices(props.open);
  const readAll = useReadAllNotices();
  const notices = data?.results ?? [];
  const newest = notices[0];
  return (
    <section
      className={styles.list}
      aria-label={t("notices.title")}
      aria-busy={data === undefined && !isError}
    >
      <div className={styles.head}>
        <h2>{t("notices.title")}</h2>
        {newest && props.unread > 0 && (
          <Button type="link" size="small" onClick={() => readAll.mutate(newest.id)}>
            {t("notices.readAll")}
          </Button>
        )}
      </div>
      {isError && (
        <p role="alert">
          {t("notices.failed")}{" "}
          <Button size="small" onClick={() => void refetch()}>
            {t("notices.retry")}
          </Button>
        </p>
      )}
      {data && notices.length === 0 && <p className="muted">{t("notices.none")}</p>}
      <ul>
        {notices.map((notice) => (
          <Line key={notice.id} notice={notice} onClose={props.onClose} />
        ))}
      </ul>
    </section>
  );
}

function Line({ notice, onClose }: { notice: Notice; onClose: () => void }): ReactElement {
  const { t } = useTranslation("shell");
  const local = useLocal();
  const read = useReadNotice();
  const seesRuns = hasRole(useCurrentUser(), "supervisor", "auditor");
  const title = local(notice.title) || local(notice.text);
  const about = notice.subject
    ? t("notices.about", { flow: local(notice.definition), subject: notice.subject })
    : local(notice.definition);
  const isUnread = notice.read_at === null;
  const run = notice.instance && seesRuns ? `/console/${notice.instance}` : null;
  const place = notice.task ? `/inbox/${notice.task}` : run;
  const markRead = () => isUnread && read.mutate(notice.id);
  return (
    <li data-unread={isUnread}>
      <p className={styles.meta}>
        <DateTime at={notice.at} />
        <span>{about}</span>
        {isUnread && <span className={styles.mark}>{t("notices.unread")}</span>}
      </p>
      {place ? (
        <Link
          className={styles.title ?? ""}
          to={place}
          onClick={() => {
            markRead();
            onClose();
          }}
        >
          {title}
        </Link>
      ) : (
        <button type="button" className={styles.title} onClick={markRead}>
          {title}
        </button>
      )}
      {local(notice.title) && local(notice.text) && <p className={styles.text}>{local(notice.text)}</p>}
    </li>
  );
}
