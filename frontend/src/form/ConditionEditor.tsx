/** A condition as a sentence or as its text; the text is what is stored, the sentence is read from the server's tree. */
import { Button, Segmented } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { readableExpression } from "@/graph/expressionText";
import type { Variable } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { useExpressionCheck } from "./checkExpression";
import { ExpressionInput } from "./ExpressionInput";
import { ExpressionErrors } from "./ExpressionErrors";
import styles from "./form.module.css";
import { newRow } from "./operators";
import { SentenceBuilder } from "./SentenceBuilder";
import { type Row, type Sentence, sentenceOf, textOfSentence } from "./sentence";

export interface ConditionEditorProps {
  id: string;
  label: string;
  text: string;
  variables: readonly Variable[];
  onChange: (text: string) => void;
}

export function ConditionEditor(props: ConditionEditorProps): ReactElement {
  const { t } = useTranslation("form");
  const [mode, setMode] = useState<"sentence" | "text">("sentence");
  const { checked, failed } = useExpressionCheck(props.text, props.variables, { condition: true });
  const current = checked?.text === props.text ? checked.check : undefined;
  const { sentence, edit } = useSentence(props, checked && { text: checked.text, ast: checked.check.ast });
  const { id, label, text, variables, onChange } = props;
  return (
    <div className={styles.sentence}>
      {mode === "text" ? (
        <ExpressionInput {...{ id, label, text, variables, onChange }} check={current} />
      ) : (
        <>
          {sentence ? (
            <SentenceBuilder sentence={sentence} variables={variables} onChange={edit} />
          ) : (
            <CustomNote text={text} variables={variables} known={current !== undefined} failed={failed} />
          )}
          {current && !current.ok && <ExpressionErrors text={text} errors={current.errors} />}
        </>
      )}
      {failed && <p className={styles.problems}>{t("condition.unchecked")}</p>}
      <div className={styles.buttons}>
        {mode === "sentence" && sentence && <RowButtons {...{ sentence, variables, edit }} />}
        <Segmented
          size="small"
          aria-label={t("condition.mode")}
          value={mode}
          options={[
            { value: "sentence", label: t("condition.sentence") },
            { value: "text", label: t("condition.text") },
          ]}
          onChange={setMode}
        />
      </div>
    </div>
  );
}

interface CustomNoteProps {
  text: string;
  variables: readonly Variable[];
  /** Whether the server has read this text yet. */
  known: boolean;
  failed: boolean;
}

function CustomNote({ text, variables, known, failed }: CustomNoteProps): ReactElement | null {
  const { t } = useTranslation("form");
  if (!known && !failed) return null;
  return (
    <div className={styles.custom}>
      <strong>{t("condition.custom")}</strong>
      <span>{readableExpression(text, variables, currentLanguage())}</span>
      <code className={styles.code}>{text}</code>
      <span className="muted">{t("condition.customHelp")}</span>
    </div>
  );
}

interface RowButtonsProps {
  sentence: Sentence;
  variables: readonly Variable[];
  edit: (sentence: Sentence) => void;
}

function RowButtons({ sentence, variables, edit }: RowButtonsProps): ReactElement {
  const { t } = useTranslation("form");
  const add = (item: Row | Row[]): void => edit({ ...sentence, items: [...sentence.items, item] });
  const none = variables.length === 0;
  return (
    <>
      <Button size="small" type="text" disabled={none} onClick={() => add(newRow(variables))}>
        {t("condition.addRow")}
      </Button>
      <Button
        size="small"
        type="text"
        disabled={none}
        onClick={() => add([newRow(variables), newRow(variables)])}
      >
        {t("condition.addGroup")}
      </Button>
    </>
  );
}

/** The sentence being edited while its text is still ours; else the one that the server's tree says; null for neither. */
function useSentence(
  props: ConditionEditorProps,
  read: { text: string; ast: unknown } | undefined,
): { sentence: Sentence | null; edit: (sentence: Sentence) => void } {
  const [own, setOwn] = useState<{ text: string; sentence: Sentence } | null>(null);
  const edit = (sentence: Sentence): void => {
    const text = textOfSentence(sentence);
    setOwn({ text, sentence });
    if (text !== props.text) props.onChange(text);
  };
  if (own?.text === props.text) return { sentence: own.sentence, edit };
  if (props.text.trim() === "") {
    const [first] = props.variables;
    return { sentence: { connective: "and", items: first ? [newRow(props.variables)] : [] }, edit };
  }
  return { sentence: read?.text === props.text ? sentenceOf(read.ast) : null, edit };
}
