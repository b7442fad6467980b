/** The test cases of a flow: kept from a run, run on the draft with pass or fail, and forgotten. */
import { CheckCircleFilled, CloseCircleFilled, DeleteOutlined } from "@ant-design/icons";
import { Alert, Button, Input } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CaseResults, FlowCase, RehearsedRun } from "@/api/types";
import { announce } from "@/ui/announce";
import { useProblemText } from "@/ui/problemText";
import type { Graph } from "@/graph/document";
import { useAddCase, useCases, useRemoveCase, useRunCases } from "../api/rehearsals";
import styles from "./Rehearsal.module.css";
import { givenOf, type Wish } from "./wish";

interface CasesPanelProps {
  definition: string;
  wish: Wish;
  run: RehearsedRun | undefined;
  graph: Graph;
  titleOf: (node: string) => string;
}

export function CasesPanel(props: CasesPanelProps): ReactElement {
  const { t } = useTranslation("rehearsal");
  const tell = useProblemText();
  const cases = useCases(props.definition).data?.results ?? [];
  const forget = useRemoveCase(props.definition);
  const runAll = useRunCases(props.definition);
  const results = runAll.data;
  const savable = props.run !== undefined && props.wish.source !== "past";
  return (
    <section className={styles.cases} aria-label={t("cases.title")} data-region>
      <header className={styles.casesHead}>
        <h2>{t("cases.title")}</h2>
        {cases.length > 0 && (
          <Button size="small" loading={runAll.isPending} onClick={() => runAll.mutate()}>
            {t("cases.run")}
          </Button>
        )}
      </header>
      {results && (
        <p role="status">{t("cases.summary", { passed: results.passed, failed: results.failed })}</p>
      )}
      {runAll.isError && <Alert type="error" showIcon title={tell(runAll.error)} />}
      {cases.length === 0 && <p className="muted">{t("cases.none")}</p>}
      <ul className={styles.caseList}>
        {cases.map((one) => (
          <CaseLine
            key={one.id}
            one={one}
            result={results?.results.find((result) => result.id === one.id)}
            titleOf={props.titleOf}
            onForget={() => forget.mutate(one.id)}
          />
        ))}
      </ul>
      {savable && props.run && <KeepCase {...props} run={props.run} />}
    </section>
  );
}

type Result = CaseResults["results"][number];

function CaseLine({
  one,
  result,
  titleOf,
  onForget,
}: {
  one: FlowCase;
  result: Result | undefined;
  titleOf: (node: string) => string;
  onForget: () => void;
}): ReactElement {
  const { t } = useTranslation("rehearsal");
  const named = (value: unknown): string =>
    (Array.isArray(value) ? value : [value]).map((each) => titleOf(String(each ?? ""))).join(" → ");
  const words = (what: string, value: unknown): string =>
    what === "ending" ? t(`ending.${String(value)}`) : named(value);
  return (
    <li className={styles.case}>
      <div className={styles.caseHead}>
        {result &&
          (result.passed ? (
            <span className={styles.passed}>
              <CheckCircleFilled aria-hidden /> {t("cases.passed")}
            </span>
          ) : (
            <span className={styles.failed}>
              <CloseCircleFilled aria-hidden /> {t("cases.failed")}
            </span>
          ))}
        <span>{one.name}</span>
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={t("cases.forget", { name: one.name })}
          onClick={onForget}
        />
      </div>
      {result?.misses.map((miss, at) => (
        <p key={at} className="muted">
          {t(`miss.${miss.what}`, {
            expected: words(miss.what, miss.expected),
            found: words(miss.what, miss.found) || t("miss.nothing"),
            defaultValue: miss.message,
          })}
        </p>
      ))}
    </li>
  );
}

function KeepCase({ definition, wish, run, graph }: CasesPanelProps & { run: RehearsedRun }): ReactElement {
  const { t } = useTranslation("rehearsal");
  const tell = useProblemText();
  const add = useAddCase(definition);
  const [name, setName] = useState("");
  const keep = (): void => {
    const expect = { ending: run.ending, passes: [...new Set(run.path)], asked: askedOf(run) };
    const subject = wish.source === "order" ? { subject: wish.order.trim() } : {};
    add.mutate(
      { name: name.trim(), given: givenOf(wish, graph, new Date(run.started_at)), expect, ...subject },
      {
        onSuccess: () => {
          setName("");
          announce(t("cases.kept"));
        },
      },
    );
  };
  return (
    <form
      className={styles.keep}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) keep();
      }}
    >
      <label htmlFor="rehearsal-case">{t("cases.name")}</label>
      <Input
        id="rehearsal-case"
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.target.value)}
      />
      <Button htmlType="submit" loading={add.isPending} disabled={name.trim() === ""}>
        {t("cases.keep")}
      </Button>
      {add.isError && <Alert type="error" showIcon title={tell(add.error)} />}
    </form>
  );
}

function askedOf(run: RehearsedRun): { node: string; who: string }[] {
  return run.asked.map((seat) => ({ node: String(seat["node"]), who: String(seat["key"]) }));
}
