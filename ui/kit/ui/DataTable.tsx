/** Tables of figures: a real <table> with sorting, a head that stays, and only the visible rows drawn when they are many. */
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef } from "react";
import { Icon } from "../icons/Icon";
import { cx } from "./cx.ts";

export interface DataColumn<T> {
  id: string;
  header: string;
  /** Said after the header by screen readers and shown under the pointer: what the figure means. */
  explain?: string;
  cell: (row: T) => ReactNode;
  /** What the column is sorted by; without it there is no sorting. `null` goes last either way. */
  sort?: (row: T) => string | number | null;
  align?: "start" | "end";
  /** Any CSS width; without it columns share what is left. */
  width?: string;
  /** Names the row for screen readers. One column has it. */
  isRowHeader?: boolean;
}

interface Props<T> {
  /** The table's accessible name. */
  label: string;
  columns: readonly DataColumn<T>[];
  rows: readonly T[];
  rowId: (row: T) => string;
  /** Stands in the place of rows when there are none. */
  empty: ReactNode;
  /** Sorted so at first. */
  initialSort?: { id: string; desc: boolean };
  /** Row height in px; rows have all the same, so that thousands scroll smoothly. */
  rowHeight?: number;
  /** What does not fit wraps, and its row grows: nothing is cut. `rowHeight` is then the least. */
  wraps?: boolean;
  /** The narrowest width in px at which the columns are legible; the box scrolls sideways below. */
  minWidth?: number;
  isSelected?: (row: T) => boolean;
  className?: string;
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
const collator = new Intl.Collator("zh-CN", { numeric: true });

function compare(a: unknown, b: unknown): number {
  if (typeof a === "string" && typeof b === "string") return collator.compare(a, b);
  return Number(a) - Number(b);
}

export function DataTable<T extends object>({
  label,
  columns,
  rows,
  rowId,
  empty,
  initialSort,
  rowHeight = 40,
  wraps = false,
  minWidth,
  isSelected,
  className,
}: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, T>();
    return columns.map((column) =>
      helper.accessor((row): unknown => column.sort?.(row) ?? undefined, {
        id: column.id,
        header: column.header,
        cell: ({ row }) => column.cell(row.original),
        enableSorting: column.sort !== undefined,
        sortUndefined: "last",
        sortFn: (a, b, id) => compare(a.getValue(id), b.getValue(id)),
      }),
    );
  }, [columns]);
  const table = useTable<typeof features, T>({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowId,
    enableMultiSort: false,
    initialState: initialSort ? { sorting: [initialSort] } : {},
  });
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const lines = table.getRowModel().rows;
  // Virtual rows only measure the box; React Compiler is not in use here.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => lines[index]?.id ?? index,
    overscan: 8,
  });
  const drawn = virtual.getVirtualItems();
  const before = drawn[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (drawn.at(-1)?.end ?? 0);

  return (
    <div
      ref={box}
      role="region"
      aria-label={label}
      // The box scrolls by keyboard too, whatever stands in it.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className={cx(
        "relative min-h-0 overflow-auto outline-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-focus",
        className,
      )}
    >
      <table
        aria-label={label}
        aria-rowcount={lines.length + 1}
        className="w-full table-fixed border-separate border-spacing-0 text-left text-md"
        style={minWidth ? { minWidth } : undefined}
      >
        <colgroup>
          {columns.map((column) => (
            <col key={column.id} style={column.width ? { width: column.width } : undefined} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {table.getHeaderGroups()[0]?.headers.map((header) => {
              const column = byId.get(header.column.id);
              const sorted = header.column.getIsSorted();
              return (
                <th
                  key={header.id}
                  scope="col"
                  aria-sort={sorted === false ? undefined : sorted === "asc" ? "ascending" : "descending"}
                  className={cx(
                    "sticky top-0 z-10 h-9 border-b border-line bg-surface px-3 text-sm font-medium text-ink-2",
                    column?.align === "end" && "text-right",
                  )}
                >
                  <Head
                    column={column}
                    sorted={sorted}
                    onSort={header.column.getCanSort() ? () => header.column.toggleSorting() : undefined}
                  />
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {before > 0 ? <Spacer height={before} span={columns.length} /> : null}
          {drawn.map(({ index, key }) => {
            const line = lines[index];
            if (!line) return null;
            const row = line.original;
            return (
              <tr
                key={key}
                {...(wraps ? { ref: virtual.measureElement, "data-index": index } : {})}
                aria-rowindex={index + 2}
                aria-current={isSelected?.(row) ? true : undefined}
                className={cx(
                  "relative hover:bg-sunken",
                  isSelected?.(row) && "bg-accent-soft hover:bg-accent-soft",
                )}
                style={{ height: rowHeight }}
              >
                {columns.map((column) => {
                  const Tag = column.isRowHeader ? "th" : "td";
                  return (
                    <Tag
                      key={column.id}
                      scope={column.isRowHeader ? "row" : undefined}
                      className={cx(
                        "border-b border-line px-3 font-normal",
                        wraps ? "py-1 break-words" : "truncate",
                        column.align === "end" && "tabular text-right",
                      )}
                    >
                      {column.cell(row)}
                    </Tag>
                  );
                })}
              </tr>
            );
          })}
          {after > 0 ? <Spacer height={after} span={columns.length} /> : null}
        </tbody>
      </table>
      {lines.length === 0 ? empty : null}
    </div>
  );
}

function Spacer({ height, span }: { height: number; span: number }) {
  return (
    <tr aria-hidden="true">
      <td colSpan={span} style={{ height, padding: 0 }} />
    </tr>
  );
}

interface HeadProps<T> {
  column: DataColumn<T> | undefined;
  sorted: false | "asc" | "desc";
  onSort: (() => void) | undefined;
}

function Head<T>({ column, sorted, onSort }: HeadProps<T>) {
  if (!column) return null;
  const words = (
    <>
      {column.header}
      {column.explain ? <span className="sr-only">{`（${column.explain}）`}</span> : null}
    </>
  );
  if (!onSort) return <span title={column.explain}>{words}</span>;
  return (
    <button
      type="button"
      onClick={onSort}
      title={column.explain}
      className={cx(
        "group relative -mx-1 inline-flex max-w-full items-center rounded-xs px-1 hover:text-ink",
      )}
    >
      <span className="truncate">{words}</span>
      <Icon
        name={sorted === "desc" ? "arrowDown" : "arrowUp"}
        size={12}
        className={cx(
          "absolute top-1/2 -translate-y-1/2",
          column.align === "end" ? "right-full" : "left-full",
          !sorted && "invisible group-hover:visible group-focus-visible:visible",
        )}
      />
    </button>
  );
}
