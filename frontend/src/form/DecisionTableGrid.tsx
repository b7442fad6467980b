/** The table itself: a cell to write in for each rule and column, and below each rule what is wrong with it. */
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type KeyboardEvent, type ReactElement, type ReactNode, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type GridProps, InputHead, OutputHead } from "./DecisionTableHead";
import { moveRule, removeRule, type Row, setCell, type Side } from "./decisionTable";
import styles from "./decisionTable.module.css";
import type { FieldProblem } from "./widgetProps";

export function DecisionTableGrid(props: GridProps): ReactElement {
  const { t } = useTranslation("form");
  const { table } = props;
  const grid = useRef<HTMLTableElement>(null);
  const focus = (row: Row, side: Side, at: number): void =>
    grid.current?.querySelector<HTMLElement>(`[data-cell="${row}.${side}.${at}"]`)?.focus();
  const rows: Row[] = [...table.rules.keys(), ...(table.otherwise ? (["otherwise"] as const) : [])];
  return (
    <div className={styles.scroll}>
      <table ref={grid} className={styles.table} aria-label={t("table.grid")}>
        <thead>
          <tr>
            <th scope="col">{t("table.number")}</th>
            {table.inputs.map((_, at) => (
              <InputHead key={at} at={at} grid={props} />
            ))}
            {table.outputs.map((_, at) => (
              <OutputHead key={at} at={at} grid={props} />
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <TableRow key={row} row={row} grid={props} focus={focus} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  row: Row;
  grid: GridProps;
  focus: (row: Row, side: Side, at: number) => void;
}

function TableRow({ row, grid, focus }: RowProps): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const { table, problems } = grid;
  const place = row === "otherwise" ? row : `rules.${row}`;
  const said = problems.filter(({ path }) => path === place || path.startsWith(`${place}.`));
  const name = row === "otherwise" ? t("table.otherwise") : t("table.rule", { number: row + 1 });
  const cell = (side: Side, at: number): ReactNode => (
    <Cell key={`${side} ${at}`} {...{ row, side, at, grid, focus, name }} saidBy={`${id}-said`} />
  );
  return (
    <>
      <tr>
        <th scope="row">{row === "otherwise" ? name : row + 1}</th>
        {row === "otherwise" ? (
          <td colSpan={table.inputs.length} className={styles.anything} />
        ) : (
          table.inputs.map((_, at) => cell("inputs", at))
        )}
        {table.outputs.map((_, at) => cell("outputs", at))}
        <td>{row !== "otherwise" && <RuleButtons rule={row} grid={grid} />}</td>
      </tr>
      {said.length > 0 && (
        <tr>
          <td colSpan={table.inputs.length + table.outputs.length + 2}>
            <ProblemList id={`${id}-said`} problems={said} />
          </td>
        </tr>
      )}
    </>
  );
}

export function ProblemList({
  id,
  problems,
}: {
  id?: string;
  problems: readonly FieldProblem[];
}): ReactElement {
  return (
    <ul {...(id === undefined ? {} : { id })} className={styles.said} aria-live="polite">
      {problems.map(({ path, text, severity }) => (
        <li key={`${path} ${text}`} data-severity={severity}>
          {text}
        </li>
      ))}
    </ul>
  );
}

interface CellProps extends RowProps {
  side: Side;
  at: number;
  name: string;
  saidBy: string;
}

function Cell({ row, side, at, grid, focus, name, saidBy }: CellProps): ReactElement {
  const { t } = useTranslation("form");
  const { table, problems, onChange } = grid;
  const rule = row === "otherwise" ? null : table.rules[row];
  const texts = side === "inputs" ? rule?.when : rule ? rule.then : table.otherwise;
  const path =
    row === "otherwise" ? `otherwise.${at}` : `rules.${row}.${side === "inputs" ? "when" : "then"}.${at}`;
  const wrong = problems.some((problem) => problem.path === path);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" || event.key === "Enter" ? 1 : null;
    if (by === null || event.nativeEvent.isComposing) return;
    event.preventDefault();
    const last = table.rules.length - 1;
    if (event.altKey && row !== "otherwise") onChange(moveRule(table, row, by));
    const next = (row === "otherwise" ? last + 1 : row) + by;
    focus(next > last && !event.altKey ? "otherwise" : next, side, at);
  };
  return (
    <td>
      <input
        className={styles.cell}
        data-cell={`${row}.${side}.${at}`}
        aria-label={t("table.cell", { row: name, column: grid.nameOf(side, at) })}
        aria-invalid={wrong}
        {...(wrong ? { "aria-describedby": saidBy } : {})}
        maxLength={2000}
        spellCheck={false}
        autoComplete="off"
        value={texts?.[at] ?? ""}
        onChange={(event) => onChange(setCell(table, row, side, at, event.target.value))}
        onKeyDown={onKeyDown}
      />
    </td>
  );
}

function RuleButtons({ rule, grid }: { rule: number; grid: GridProps }): ReactElement {
  const { t } = useTranslation("form");
  const { table, onChange } = grid;
  const number = rule + 1;
  return (
    <span className={styles.buttons}>
      <Button
        type="text"
        size="small"
        icon={<ArrowUpOutlined aria-hidden />}
        aria-label={t("table.up", { number })}
        disabled={rule === 0}
        onClick={() => onChange(moveRule(table, rule, -1))}
      />
      <Button
        type="text"
        size="small"
        icon={<ArrowDownOutlined aria-hidden />}
        aria-label={t("table.down", { number })}
        disabled={rule === table.rules.length - 1}
        onClick={() => onChange(moveRule(table, rule, 1))}
      />
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined aria-hidden />}
        aria-label={t("table.removeRule", { number })}
        onClick={() => onChange(removeRule(table, rule))}
      />
    </span>
  );
}
