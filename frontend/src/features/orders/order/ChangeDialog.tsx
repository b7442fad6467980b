/** What is to be otherwise in an order, and why. Empty fields stay as they are. */
import { Alert, App, Button, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newIdempotencyKey } from "@/api/idempotency";
import type { Order } from "@/api/types";
import { announce } from "@/ui/announce";
import type { OrderAddress } from "../api/order";
import { type ChangeRequest, useRequestChange } from "../api/requestChange";
import { type Chosen, useBeforeStart, useChosenPeople } from "../useBeforeStart";
import { useOrderProblem } from "../useOrderProblem";
import styles from "./Order.module.css";
import { StartPreview } from "./StartPreview";

type Field = { part: "buyer" | "ship_to"; name: string; most: number; now: (order: Order) => string };

const FIELDS: Field[] = [
  { part: "buyer", name: "name", most: 100, now: (order) => order.buyer.name },
  { part: "buyer", name: "phone", most: 32, now: (order) => order.buyer.phone },
  { part: "ship_to", name: "region", most: 100, now: (order) => order.ship_to.region },
  { part: "ship_to", name: "city", most: 100, now: (order) => order.ship_to.city },
  { part: "ship_to", name: "address", most: 300, now: (order) => order.ship_to.address },
  { part: "ship_to", name: "postal_code", most: 20, now: (order) => order.ship_to.postal_code },
];

const idOf = ({ part, name }: Field) => `${part}_${name}`;

function wishOf(
  typed: Record<string, string>,
  reason: string,
  variables: Chosen,
  key: string,
): ChangeRequest {
  const wish: ChangeRequest = { buyer: {}, ship_to: {}, reason: reason.trim(), variables, key };
  for (const field of FIELDS) {
    const value = typed[idOf(field)]?.trim();
    if (value) wish[field.part][field.name] = value;
  }
  return wish;
}

type Props = { order: Order; address: OrderAddress; onClose: () => void };

export function ChangeDialog({ order, address, onClose }: Props) {
  const { t } = useTranslation("orders");
  const tell = useOrderProblem();
  const { message } = App.useApp();
  const ask = useRequestChange(address);
  const [key, setKey] = useState(newIdempotencyKey);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [reason, setReason] = useState("");
  const [told, setTold] = useState(false);
  const chosen = useChosenPeople();
  const wish = wishOf(typed, reason, chosen.variables, key);
  const { buyer, ship_to, variables } = wish;
  const nothing = Object.keys({ ...buyer, ...ship_to }).length === 0;
  const before = useBeforeStart(address, "changes", nothing ? null : { buyer, ship_to, variables });
  const type = (id: string, value: string) => {
    setKey(newIdempotencyKey()); // another wish is another request
    setTyped({ ...typed, [id]: value });
  };
  const submit = () => {
    setTold(true);
    if (ask.isPending || nothing || !wish.reason || !chosen.isComplete(before.data?.choices ?? [])) return;
    ask.mutate(wish, {
      onSuccess: () => {
        void message.success(t("change.done"));
        announce(t("change.done"));
        onClose();
      },
    });
  };
  return (
    <Modal
      open
      title={t("change.title", { orderNo: order.order_no })}
      onCancel={onClose}
      mask={{ closable: false }}
      width={520}
      centered
      afterOpenChange={(open) => {
        if (open) document.getElementById("change-buyer_name")?.focus();
      }}
      footer={
        <>
          <Button onClick={onClose}>{t("change.back")}</Button>
          <Button type="primary" loading={ask.isPending} onClick={submit}>
            {ask.isPending ? t("change.asking") : t("change.ask")}
          </Button>
        </>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className={styles.help}>{t("change.help")}</p>
        {FIELDS.map((field) => {
          const id = idOf(field);
          return (
            <div key={id} className={styles.field}>
              <label htmlFor={`change-${id}`}>{t(`change.field.${id}`)}</label>
              <Input
                id={`change-${id}`}
                autoComplete="off"
                maxLength={field.most}
                value={typed[id] ?? ""}
                placeholder={t("change.now", { value: field.now(order) || t("change.blank") })}
                onChange={(event) => type(id, event.target.value)}
              />
            </div>
          );
        })}
        <div className={styles.field}>
          <label htmlFor="change-reason">{t("change.reason")}</label>
          <Input.TextArea
            id="change-reason"
            rows={2}
            maxLength={500}
            value={reason}
            placeholder={t("change.reasonHint")}
            aria-required
            aria-invalid={told && !wish.reason}
            onChange={(event) => {
              setKey(newIdempotencyKey());
              setReason(event.target.value);
            }}
          />
        </div>
        {!nothing && <StartPreview before={before} chosen={chosen} told={told} />}
        <p className={styles.trouble} role="alert">
          {told && nothing && t("change.nothing")}
          {told && !nothing && !wish.reason && t("change.reasonMissing")}
        </p>
        {ask.error && <Alert type="error" showIcon role="alert" title={tell(ask.error)} />}
        <button type="submit" hidden />
      </form>
    </Modal>
  );
}
