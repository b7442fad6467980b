import { ApartmentOutlined, FieldTimeOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useSearchParams } from "react-router";
import { sessionQuery } from "@/api/session";
import type { DemoAccount } from "@/api/types";
import { ErrorState } from "@/ui/ErrorState";
import { usePage } from "@/ui/page";
import { Logo } from "./Logo";
import { homeOf } from "./places";
import { LanguageSwitch, ThemeSwitch } from "./shell/Switches";
import styles from "./SignIn.module.css";
import { SignInForm } from "./SignInForm";

const PROMISES = [
  ["one", ApartmentOutlined],
  ["two", FieldTimeOutlined],
  ["three", SafetyCertificateOutlined],
] as const;

/** Only addresses of this app are followed after signing in. */
function safeNext(next: string | null): string | null {
  return next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/\\") ? next : null;
}

function DemoAccounts({
  accounts,
  chosen,
  onChoose,
}: {
  accounts: DemoAccount[];
  chosen: string;
  onChoose: (username: string) => void;
}) {
  const { t } = useTranslation("shell");
  return (
    <section className={styles.demo} aria-labelledby="demo-title">
      <h2 id="demo-title">{t("signIn.demo")}</h2>
      <p className="muted">{t("signIn.demoHint")}</p>
      <ul>
        {accounts.map((account) => (
          <li key={account.username}>
            <button
              type="button"
              aria-pressed={account.username === chosen}
              onClick={() => onChoose(account.username)}
            >
              <strong>
                {account.display_name} <code>{account.username}</code>
              </strong>
              <span className="muted">{account.roles.map((role) => t(`role.${role}`)).join(" · ")}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function SignInPage() {
  const { t } = useTranslation("shell");
  const [parameters] = useSearchParams();
  const [username, setUsername] = useState("");
  const password = useRef<HTMLInputElement>(null);
  const { data, error, refetch } = useQuery(sessionQuery);
  usePage([{ label: t("signIn.title") }]);

  if (data?.user) return <Navigate to={safeNext(parameters.get("next")) ?? homeOf(data.user)} replace />;
  return (
    <div className={styles.page}>
      <aside className={styles.pitch}>
        <Logo size={40} />
        <p className={styles.headline}>{t("pitch.headline")}</p>
        <ul>
          {PROMISES.map(([key, Icon]) => (
            <li key={key}>
              <Icon aria-hidden /> {t(`pitch.${key}`)}
            </li>
          ))}
        </ul>
      </aside>
      <main className={styles.panel}>
        <div className={styles.switches}>
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
        <div className={styles.card}>
          <h1>{t("signIn.title")}</h1>
          <p className="muted">
            {t("product")} · {t("tagline")}
          </p>
          {error && !data ? (
            <ErrorState error={error} onRetry={() => void refetch()} />
          ) : (
            <SignInForm
              username={username}
              onUsername={setUsername}
              onSignedIn={() => undefined}
              passwordRef={password}
            />
          )}
          {data?.demo && (
            <DemoAccounts
              accounts={data.demo.accounts}
              chosen={username}
              onChoose={(chosen) => {
                setUsername(chosen);
                password.current?.focus();
              }}
            />
          )}
        </div>
      </main>
    </div>
  );
}
