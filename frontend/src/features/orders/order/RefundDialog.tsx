import { Alert, App, Button, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { announce } from "@/ui/announce";
import { Money } from "@/ui/Money";
import { formatMoney } from "@/ui/moneyFormat";
import type { Order } from "@/api/types";
import type { OrderAddress } from "../api/order";
import { useRequestRefund } from "../api/requestRefund";
import { useBeforeStart, useChosenPeople } from "../useBeforeStart";
import { useOrderProblem } from "../useOrderProblem";
import styles from "./Order.module.css";
import { StartPreview } from "./StartPreview";
import { useCoolDown } from "./useCoolDown";
import { useRefundForm } from "./useRefundForm";

const REST_MS = 3_000;
const PRESETS = ["quality", "unwanted", "missing", "wrong", "late"] as const;

function symbolOf(currency: string): string {
  return formatMoney({ amount: "0", currency }).replace(/[\d.]+$/, "");
}

type Form = ReturnType<typeof useRefundForm>;

function AmountField({ form, order }: { form: Form; order: Order }) {
  const { t } = useTranslation("orders");
  const trouble = form.amountTrouble;
  return (
    <div className={styles.field}>
      <label htmlFor="refund-amount">{t("refund.amount")}</label>
      <div className={styles.amountLine}>
        <Input
          id="refund-amount"
          className={styles.amountInput ?? ""}
          prefix={<span aria-hidden>{symbolOf(order.refundable.currency)}</span>}
          inputMode="decimal"
          autoComplete="off"
          value={form.typed}
          placeholder="0.00"
          aria-required
          aria-invalid={trouble !== null}
          aria-describedby="refund-amount-help refund-amount-trouble"
          status={trouble ? "error" : ""}
          onChange={(event) => form.setTyped(event.target.value)}
        />
        <Button onClick={() => form.setTyped(order.refundable.amount)}>{t("refund.all")}</Button>
        <span className={styles.share} aria-live="polite">
          {form.share && t("refund.share", { share: form.share })}
        </span>
      </div>
      <p id="refund-amount-help" className={styles.help}>
        {t("refund.atMost")} <Money value={order.refundable} /> · {t("refund.ofTotal")}{" "}
        <Money value={order.total} />
      </p>
      <p id="refund-amount-trouble" className={styles.trouble} role="alert">
        {trouble && t(`refund.trouble.${trouble}`, { refundable: formatMoney(order.refundable) })}
      </p>
    </div>
  );
}

function ReasonField({ form }: { form: Form }) {
  const { t } = useTranslation("orders");
  return (
    <div className={styles.field}>
      <label htmlFor="refund-reason">{t("refund.reason")}</label>
      <div className={styles.presets} role="group" aria-label={t("refund.presets")}>
        {PRESETS.map((preset) => (
          <button key={preset} type="button" onClick={() => form.setReason(t(`refund.preset.${preset}`))}>
            {t(`refund.preset.${preset}`)}
          </button>
        ))}
      </div>
      <Input.TextArea
        id="refund-reason"
        rows={3}
        maxLength={500}
        value={form.reason}
        placeholder={t("refund.reasonHint")}
        aria-required
        aria-invalid={form.reasonMissing}
        aria-describedby="refund-reason-trouble"
        status={form.reasonMissing ? "error" : ""}
        onChange={(event) => form.setReason(event.target.value)}
      />
      <p id="refund-reason-trouble" className={styles.trouble} role="alert">
        {form.reasonMissing && t("refund.reasonMissing")}
      </p>
    </div>
  );
}

type Props = { order: Order; address: OrderAddress; onClose: () => void };

/** How much, why, and what share of the order it is while it is typed. */
export function RefundDialog({ order, address, onClose }: Props) {
  const { t } = useTranslation("orders");
  const tell = useOrderProblem();
  const { message } = App.useApp();
  const form = useRefundForm(order);
  const chosen = useChosenPeople();
  const before = useBeforeStart(
    address,
    "refunds",
    form.wish && { ...form.wish, variables: chosen.variables },
  );
  const ask = useRequestRefund(address);
  const [resting, rest] = useCoolDown(REST_MS);
  const submit = () => {
    const request = form.request(chosen.variables);
    const choices = before.data?.choices ?? [];
    if (!request || !chosen.isComplete(choices)) {
      form.tell();
      const unchosen = choices.find((one) => chosen.of(one).length === 0);
      const first = form.firstTrouble ? `refund-${form.firstTrouble}` : `choice-${unchosen?.variable ?? ""}`;
      document.getElementById(first)?.focus();
      return;
    }
    if (resting || ask.isPending) return;
    rest();
    ask.mutate(request, {
      onSuccess: (refund) => {
        const said = t("refund.done", { amount: formatMoney(refund.amount) });
        void message.success(said);
        announce(said);
        onClose();
      },
    });
  };
  return (
    <Modal
      open
      title={t("refund.title", { orderNo: order.order_no })}
      onCancel={onClose}
      mask={{ closable: false }}
      width={520}
      centered
      afterOpenChange={(open) => {
        if (open) document.getElementById("refund-amount")?.focus();
      }}
      footer={
        <>
          <Button onClick={onClose}>{t("refund.back")}</Button>
          <Button type="primary" loading={ask.isPending} disabled={resting || ask.isPending} onClick={submit}>
            {ask.isPending ? t("refund.asking") : t("refund.ask")}
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
        <AmountField form={form} order={order} />
        <ReasonField form={form} />
        {form.wish && <StartPreview before={before} chosen={chosen} told={form.told} />}
        {ask.error && <Alert type="error" showIcon role="alert" title={tell(ask.error)} />}
        {/* Enter in the amount submits; the visible button stands in the footer outside the form. */}
        <button type="submit" hidden />
      </form>
    </Modal>
  );
}
