/** A new flow: choose what it starts from, name it, and it opens. */
import { Alert, Button, Input, Modal } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { GraphDocument } from "@/api/documents";
import type { LocalisedText } from "@/api/types";
import { Field } from "@/form/Field";
import { currentLanguage } from "@/i18n/index";
import { useLocal } from "@/i18n/local";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { useProblemText } from "@/ui/problemText";
import { useCreateDefinition, useDefinitions } from "../api/definitions";
import { useTemplates } from "../api/templates";
import { focusOnShow } from "../focusOnShow";
import styles from "./Flows.module.css";
import { MiniTree } from "./MiniTree";
import { blankGraph, freeTitle, freshKey } from "./newFlow";

interface Choice {
  key: string;
  title: LocalisedText;
  summary: LocalisedText;
  graph: GraphDocument;
}

export function Gallery({ open, onClose }: { open: boolean; onClose: () => void }): ReactElement {
  const { t } = useTranslation("designer");
  const [chosen, setChosen] = useState<Choice | null>(null);
  const close = (): void => {
    setChosen(null);
    onClose();
  };
  return (
    <Modal
      open={open}
      onCancel={close}
      title={chosen ? t("gallery.nameTitle") : t("gallery.title")}
      footer={null}
      width={chosen ? 480 : 840}
      destroyOnHidden
    >
      {chosen ? (
        <NameForm choice={chosen} onBack={() => setChosen(null)} />
      ) : (
        <Choices onChoose={setChosen} />
      )}
    </Modal>
  );
}

function Choices({ onChoose }: { onChoose: (choice: Choice) => void }): ReactElement {
  const { t } = useTranslation("designer");
  const local = useLocal();
  const templates = useTemplates(true);
  const [blank] = useState(blankGraph);
  if (templates.isPending) return <Loading label={t("loading.templates")} />;
  const choices: Choice[] = [
    ...(templates.data?.results ?? []),
    {
      key: "flow",
      title: { zh: t("gallery.blank"), en: t("gallery.blank") },
      summary: { zh: t("gallery.blankHelp"), en: t("gallery.blankHelp") },
      graph: blank,
    },
  ];
  return (
    <>
      {templates.isError && <ErrorState error={templates.error} onRetry={() => void templates.refetch()} />}
      <ul className={styles.gallery}>
        {choices.map((choice) => (
          <li key={choice.key}>
            <button type="button" className={styles.choice} onClick={() => onChoose(choice)}>
              <MiniTree graph={choice.graph} />
              <strong>{local(choice.title)}</strong>
              <span className={styles.summary}>{local(choice.summary)}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function NameForm({ choice, onBack }: { choice: Choice; onBack: () => void }): ReactElement {
  const { t } = useTranslation("designer");
  const navigate = useNavigate();
  const create = useCreateDefinition();
  const tell = useProblemText();
  const local = useLocal();
  const offered = useOfferedTitle(choice.title);
  const [edited, setName] = useState<string | null>(choice.key === "flow" ? "" : null);
  const name = edited ?? local(offered);
  const submit = (): void => {
    const typed = name.trim();
    const kept = typed === local(offered);
    const other = currentLanguage() === "en" ? { en: typed, zh: typed } : { zh: typed, en: typed };
    create.mutate(
      { key: freshKey(choice.key), title: kept ? offered : other, graph: choice.graph },
      { onSuccess: (made) => void navigate(`/flows/${made.id}`) },
    );
  };
  return (
    <form
      className={styles.nameForm}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field id="flow-name" label={t("gallery.name")} required>
        <Input
          id="flow-name"
          ref={focusOnShow}
          required
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      {create.isError && <Alert type="error" showIcon title={tell(create.error)} />}
      <div className={styles.formButtons}>
        <Button onClick={onBack}>{t("gallery.back")}</Button>
        <Button type="primary" htmlType="submit" loading={create.isPending} disabled={name.trim() === ""}>
          {t("gallery.create")}
        </Button>
      </div>
    </form>
  );
}

/** Two flows of one name cannot be told apart where names are all that is shown. */
function useOfferedTitle(title: LocalisedText): LocalisedText {
  const pages = useDefinitions().data?.pages ?? [];
  const taken = pages.flatMap((page) => page.results).map((one) => one.title);
  return freeTitle(title, taken);
}
