/** Rows of a config field that are added at the end and deleted one by one; each row is a group with a name. */
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactElement, ReactNode } from "react";
import styles from "./form.module.css";

export interface RowListProps<Row> {
  rows: readonly Row[];
  most: number;
  words: { add: string; name: (number: number) => string; remove: (number: number) => string };
  /** What a new row starts as; undefined while there is nothing left to add. */
  fresh: Row | undefined;
  /** An empty list is no list. */
  onChange: (rows: Row[] | undefined) => void;
  children: (row: Row, change: (row: Row) => void, number: number) => ReactNode;
  /** Said below the rows. */
  note?: ReactNode;
}

export function RowList<Row>(props: RowListProps<Row>): ReactElement {
  const { rows, words, fresh, onChange } = props;
  const remove = (at: number): void => {
    const rest = rows.toSpliced(at, 1);
    onChange(rest.length > 0 ? rest : undefined);
  };
  return (
    <div className={styles.steps}>
      {rows.map((row, at) => (
        <div key={at} className={styles.step} role="group" aria-label={words.name(at + 1)}>
          <div className={styles.stepHead}>
            <span>{words.name(at + 1)}</span>
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined aria-hidden />}
              aria-label={words.remove(at + 1)}
              onClick={() => remove(at)}
            />
          </div>
          {props.children(row, (next) => onChange(rows.with(at, next)), at + 1)}
        </div>
      ))}
      {props.note}
      {rows.length < props.most && (
        <Button
          type="dashed"
          block
          disabled={fresh === undefined}
          icon={<PlusOutlined aria-hidden />}
          onClick={() => fresh !== undefined && onChange([...rows, fresh])}
        >
          {words.add}
        </Button>
      )}
    </div>
  );
}
