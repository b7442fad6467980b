import { Button } from "antd";
import { type FormEvent, type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSignIn } from "@/api/session";
import type { Session } from "@/api/types";
import { useProblemText } from "@/ui/problemText";
import styles from "./SignIn.module.css";

type Props = {
  username: string;
  onUsername?: (username: string) => void;
  onSignedIn: (session: Session) => void;
  passwordRef?: Ref<HTMLInputElement>;
};

export function SignInForm({ username, onUsername, onSignedIn, passwordRef }: Props) {
  const { t } = useTranslation("shell");
  const tell = useProblemText();
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState(false);
  const signIn = useSignIn();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const incomplete = username.trim() === "" || password === "";
    setMissing(incomplete);
    if (incomplete || signIn.isPending) return;
    signIn.mutate({ username: username.trim(), password }, { onSuccess: onSignedIn });
  };
  const trouble = missing ? t("signIn.missing") : signIn.error ? tell(signIn.error) : "";

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <label className={styles.field}>
        <span>{t("signIn.username")}</span>
        <input
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={username}
          readOnly={!onUsername}
          onChange={(event) => onUsername?.(event.target.value)}
          aria-invalid={trouble !== ""}
        />
      </label>
      <label className={styles.field}>
        <span>{t("signIn.password")}</span>
        <input
          ref={passwordRef}
          name="password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          aria-invalid={trouble !== ""}
        />
      </label>
      <p role="alert" className={styles.trouble}>
        {trouble}
      </p>
      <Button type="primary" htmlType="submit" size="large" block loading={signIn.isPending}>
        {signIn.isPending ? t("signIn.submitting") : t("signIn.submit")}
      </Button>
    </form>
  );
}
