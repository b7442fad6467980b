import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { OrderSummary } from "@/api/types";
import { DateTime } from "@/ui/DateTime";
import { Money } from "@/ui/Money";
import { OrderStatusTag } from "../OrderTags";
import styles from "./Orders.module.css";

/** The channel goes along, because several channels may use the same number. */
function addressOf(order: OrderSummary): string {
  return `/orders/${encodeURIComponent(order.order_no)}?channel=${order.channel}`;
}

function Buyer({ order }: { order: OrderSummary }) {
  return (
    <>
      {order.buyer.name} <span className="muted num">{order.buyer.phone}</span>
    </>
  );
}

function OpenRefunds({ order }: { order: OrderSummary }) {
  const { t } = useTranslation("orders");
  if (order.refunds_open === 0) return null;
  return <span className={styles.refunds}>{t("list.refundsOpen", { count: order.refunds_open })}</span>;
}

/** Desktop: one line per order. */
export function OrderTable({ orders }: { orders: readonly OrderSummary[] }) {
  const { t } = useTranslation("orders");
  return (
    <table className={styles.table}>
      <caption className="visually-hidden">{t("list.title")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("list.orderNo")}</th>
          <th scope="col">{t("list.status")}</th>
          <th scope="col">{t("list.buyer")}</th>
          <th scope="col" className={styles.amount}>
            {t("list.total")}
          </th>
          <th scope="col" className={styles.amount}>
            {t("list.refundable")}
          </th>
          <th scope="col">{t("list.refunds")}</th>
          <th scope="col">{t("list.placedAt")}</th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <tr key={`${order.channel} ${order.order_no}`}>
            <td className={styles.orderNo}>
              <Link to={addressOf(order)} data-row className="num">
                {order.order_no}
              </Link>{" "}
              <span className="muted">{t(`channel.${order.channel}`)}</span>
            </td>
            <td>
              <OrderStatusTag status={order.status} />
            </td>
            <td>
              <Buyer order={order} />
            </td>
            <td className={styles.amount}>
              <Money value={order.total} />
            </td>
            <td className={styles.amount}>
              <Money value={order.refundable} />
            </td>
            <td>
              <OpenRefunds order={order} />
            </td>
            <td>
              <DateTime at={order.placed_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Phone: one card per order. */
export function OrderCards({ orders }: { orders: readonly OrderSummary[] }) {
  const { t } = useTranslation("orders");
  return (
    <ul>
      {orders.map((order) => (
        <li key={`${order.channel} ${order.order_no}`} className={styles.card}>
          <div className={styles.cardHead}>
            <Link to={addressOf(order)} data-row className="num">
              {order.order_no}
            </Link>
            <strong>
              <Money value={order.total} />
            </strong>
          </div>
          <p>
            <Buyer order={order} />
          </p>
          <p className={styles.cardFoot}>
            <OrderStatusTag status={order.status} />
            <OpenRefunds order={order} />
            <span className="muted">
              {t(`channel.${order.channel}`)} · <DateTime at={order.placed_at} />
            </span>
          </p>
        </li>
      ))}
    </ul>
  );
}
