import { Modal } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useConnection } from "@/api/connection";
import type { SessionUser } from "@/api/types";
import { SignInForm } from "./SignInForm";

/** Asks the same person to sign in again over the page as it stands; nothing typed is lost. */
export function SessionExpiredDialog({ user }: { user: SessionUser }) {
  const { t } = useTranslation("shell");
  const client = useQueryClient();
  const password = useRef<HTMLInputElement>(null);
  const expired = useConnection((connection) => connection.sessionExpired);
  return (
    <Modal
      open={expired}
      title={t("signIn.expiredTitle")}
      footer={null}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      width={400}
      destroyOnHidden
      afterOpenChange={(open) => {
        if (open) password.current?.focus();
      }}
    >
      <p className="muted">{t("signIn.expired")}</p>
      <SignInForm
        username={user.username}
        passwordRef={password}
        onSignedIn={() => void client.invalidateQueries()}
      />
      <p style={{ marginTop: 12 }}>
        <a href="/sign-in">{t("signIn.otherPerson")}</a>
      </p>
    </Modal>
  );
}
