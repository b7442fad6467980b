import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { DateTime } from "@/ui/DateTime";
import { Money } from "@/ui/Money";
import { usePhone } from "@/ui/useMediaQuery";
import type { Order } from "@/api/types";
import styles from "./Order.module.css";

/** The four numbers that matter when money goes back. */
export function Totals({ order }: { order: Order }) {
  const { t } = useTranslation("orders");
  return (
    <dl className={styles.totals}>
      {(["total", "paid", "refunded", "refundable"] as const).map((key) => (
        <div key={key} data-strong={key === "refundable"}>
          <dt>{t(`order.${key}`)}</dt>
          <dd>
            <Money value={order[key]} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Sums({ order }: { order: Order }) {
  const { t } = useTranslation("orders");
  return (
    <dl className={styles.sums}>
      <div>
        <dt>{t("order.goods")}</dt>
        <dd>
          <Money value={order.goods_total} />
        </dd>
      </div>
      <div>
        <dt>{t("order.discount")}</dt>
        <dd>
          {Number(order.discount_total.amount) > 0 && "−"}
          <Money value={order.discount_total} />
        </dd>
      </div>
      <div>
        <dt>{t("order.freight")}</dt>
        <dd>
          <Money value={order.freight} />
        </dd>
      </div>
      <div data-strong>
        <dt>{t("order.total")}</dt>
        <dd>
          <Money value={order.total} />
        </dd>
      </div>
    </dl>
  );
}

function LineTable({ order }: { order: Order }) {
  const { t } = useTranslation("orders");
  return (
    <table className={styles.lines}>
      <caption className="visually-hidden">{t("order.lines")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("order.product")}</th>
          <th scope="col">{t("order.unitPrice")}</th>
          <th scope="col">{t("order.quantity")}</th>
          <th scope="col">{t("order.discount")}</th>
          <th scope="col">{t("order.lineTotal")}</th>
        </tr>
      </thead>
      <tbody>
        {order.lines.map((line, index) => (
          <tr key={`${index} ${line.sku}`}>
            <td>
              {line.name}
              <span className={styles.sku}>{line.sku}</span>
            </td>
            <td>
              <Money value={line.unit_price} />
            </td>
            <td className="num">{line.quantity}</td>
            <td>
              <Money value={line.discount} />
            </td>
            <td>
              <Money value={line.total} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LineCards({ order }: { order: Order }) {
  const { t } = useTranslation("orders");
  return (
    <ul className={styles.lineCards}>
      {order.lines.map((line, index) => (
        <li key={`${index} ${line.sku}`}>
          <p>
            {line.name} <span className={styles.sku}>{line.sku}</span>
          </p>
          <p className="num">
            <Money value={line.unit_price} /> × {line.quantity}
            {Number(line.discount.amount) > 0 && (
              <>
                {" "}
                − <Money value={line.discount} /> <span className="muted">{t("order.discount")}</span>
              </>
            )}
            <strong>
              <Money value={line.total} />
            </strong>
          </p>
        </li>
      ))}
    </ul>
  );
}

/** What was bought and how it adds up. */
export function Lines({ order }: { order: Order }) {
  const { t } = useTranslation("orders");
  const phone = usePhone();
  return (
    <section className={styles.block} aria-labelledby="order-lines">
      <h2 id="order-lines">{t("order.lines")}</h2>
      {phone ? <LineCards order={order} /> : <LineTable order={order} />}
      <Sums order={order} />
    </section>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Who bought, where it goes, and how it was paid. Personal data arrives masked. */
export function Particulars({ order }: { order: Order }) {
  const { t } = useTranslation("orders");
  const { ship_to: to } = order;
  return (
    <section className={styles.block} aria-labelledby="order-particulars">
      <h2 id="order-particulars">{t("order.particulars")}</h2>
      <dl className={styles.facts}>
        <Row name={t("list.buyer")}>
          {order.buyer.name} <span className="num">{order.buyer.phone}</span>
        </Row>
        <Row name={t("order.shipTo")}>
          {[to.region, to.city, to.address, to.postal_code].filter(Boolean).join(" ")}
        </Row>
        <Row name={t("order.shipBy")}>
          <DateTime at={order.estimated_ship_time} />
        </Row>
        {order.promotion_id && <Row name={t("order.promotion")}>{order.promotion_id}</Row>}
        {order.payments.map((payment) => (
          <Row key={payment.transaction_id} name={t("order.payment")}>
            <Money value={payment.amount} /> ·{" "}
            {t(`provider.${payment.provider}`, { defaultValue: payment.provider })} ·{" "}
            <span className="num">{payment.transaction_id}</span> · <DateTime at={payment.paid_at} />
          </Row>
        ))}
      </dl>
    </section>
  );
}
