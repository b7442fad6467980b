import { RollbackOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Instance, Order, Refund } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { Money } from "@/ui/Money";
import { shareOf } from "@/ui/moneyFormat";
import { RefundStatusTag } from "../OrderTags";
import styles from "./Order.module.css";
import { useStanding } from "./useStanding";

function RefundItem({ refund, order, run }: { refund: Refund; order: Order; run: Instance | undefined }) {
  const { t } = useTranslation("orders");
  const local = useLocal();
  const standing = useStanding()(run);
  const reference = order.instances.find((one) => one.id === refund.instance);
  const share = shareOf(refund.amount, order.total);
  return (
    <li className={styles.refund}>
      <div className={styles.refundHead}>
        <strong className={styles.refundAmount}>
          <Money value={refund.amount} />
        </strong>
        {share && <span className="muted num">{t("refund.share", { share })}</span>}
        <RefundStatusTag status={refund.status} />
      </div>
      <p>{refund.reason}</p>
      {standing?.kind === "incident" && (
        <p className={styles.standing} data-tone="danger">
          {t("refund.incident")}
        </p>
      )}
      {standing?.kind === "task" && (
        <p className={styles.standing}>
          {t("refund.standsAt", { step: standing.step, who: standing.who })}
          {standing.due && <span className="muted"> · {t("refund.due", { at: standing.due })}</span>}
        </p>
      )}
      <p className={styles.refundFoot}>
        <span>
          {refund.requested_by.display_name} <DateTime at={refund.requested_at} />
        </span>
        {refund.closed_at && (
          <span>
            {t("refund.closed")} <DateTime at={refund.closed_at} />
          </span>
        )}
        {refund.provider_refund_id && (
          <span className="num">{t("refund.receipt", { id: refund.provider_refund_id })}</span>
        )}
        {refund.instance && (
          <Link to={`/console/${refund.instance}`} data-row>
            {reference
              ? t("refund.run", { flow: local(reference.definition.title), version: reference.version })
              : t("refund.runPlain")}
          </Link>
        )}
      </p>
    </li>
  );
}

/** Every refund of the order, the newest first, with where it stands. */
export function Refunds({ order, runs }: { order: Order; runs: readonly Instance[] }) {
  const { t } = useTranslation("orders");
  return (
    <section className={styles.block} aria-labelledby="order-refunds">
      <h2 id="order-refunds">{t("order.refunds")}</h2>
      {order.refunds.length === 0 ? (
        <p className={styles.none}>
          <RollbackOutlined aria-hidden /> {t("order.noRefunds")}
        </p>
      ) : (
        <ul>
          {order.refunds.toReversed().map((refund) => (
            <RefundItem
              key={refund.id}
              refund={refund}
              order={order}
              run={runs.find((run) => run.id === refund.instance)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}
