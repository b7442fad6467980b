/** Every wished change of the order, the newest first, with what became of it. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Order, OrderChange } from "@/api/types";
import { DateTime } from "@/ui/DateTime";
import { ChangeStatusTag } from "../OrderTags";
import styles from "./Order.module.css";

export function Changes({ order }: { order: Order }) {
  const { t } = useTranslation("orders");
  if (order.changes.length === 0) return null;
  return (
    <section className={styles.block} aria-labelledby="order-changes">
      <h2 id="order-changes">{t("change.heading")}</h2>
      <ul>
        {order.changes.toReversed().map((change) => (
          <ChangeItem key={change.id} change={change} />
        ))}
      </ul>
    </section>
  );
}

function ChangeItem({ change }: { change: OrderChange }) {
  const { t } = useTranslation("orders");
  return (
    <li className={styles.refund}>
      <div className={styles.refundHead}>
        <strong>{change.reason}</strong>
        <ChangeStatusTag status={change.status} />
      </div>
      {change.wanted.map((one) => (
        <p key={one.field}>
          <span className="muted">{t(`change.field.${one.field.replace(".", "_")}`)}</span>{" "}
          {t("change.from", {
            before: one.before || t("change.blank"),
            after: one.after || t("change.blank"),
          })}
        </p>
      ))}
      <p className={styles.refundFoot}>
        <span>
          {change.requested_by.display_name} <DateTime at={change.requested_at} />
        </span>
        {change.closed_at && (
          <span>
            {t("refund.closed")} <DateTime at={change.closed_at} />
          </span>
        )}
        {change.instance && (
          <Link to={`/console/${change.instance}`} data-row>
            {t("change.run")}
          </Link>
        )}
      </p>
    </li>
  );
}
