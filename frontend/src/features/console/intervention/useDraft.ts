/** What a supervisor has filled in so far, and what is still missing before it may be done. */
import { useState } from "react";
import type { Run } from "../api/instance";

export const MIN_REASON = 5;
const PROOF_DIGITS = 4;

export type Missing = { reason: boolean; ack: boolean; proof: boolean };

/** The last digits of the order, typed by hand before money moves; null where there is no order number. */
export function proofOf(run: Run): string | null {
  const orderNo = run.variables["orderNo"];
  return typeof orderNo === "string" && orderNo.length >= PROOF_DIGITS ? orderNo.slice(-PROOF_DIGITS) : null;
}

export function useDraft(expectedProof: string | null) {
  const [reason, setReason] = useState("");
  const [ack, setAck] = useState(false);
  const [proof, setProof] = useState("");
  const [told, setTold] = useState(false);
  const missing: Missing = {
    reason: reason.trim().length < MIN_REASON,
    ack: !ack,
    proof: expectedProof !== null && proof.trim() !== expectedProof,
  };
  return {
    reason,
    setReason,
    ack,
    setAck,
    proof,
    setProof,
    complete: !missing.reason && !missing.ack && !missing.proof,
    /** What to point at; nothing before the first try. */
    shown: told ? missing : { reason: false, ack: false, proof: false },
    missing,
    tell: () => setTold(true),
    /** The situation changed: what was agreed to is no longer what would happen. */
    unsettle: () => {
      setAck(false);
      setTold(false);
    },
  };
}

export type Draft = ReturnType<typeof useDraft>;
