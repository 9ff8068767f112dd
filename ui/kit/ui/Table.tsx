import type { ReactNode } from "react";
import {
  Cell as AriaCell,
  type CellProps,
  Column as AriaColumn,
  type ColumnProps,
  Row as AriaRow,
  type RowProps,
  Table as AriaTable,
  TableBody as AriaTableBody,
  type TableBodyProps,
  TableHeader as AriaTableHeader,
  type TableHeaderProps,
  type TableProps,
} from "react-aria-components";
import { Icon } from "../icons/Icon";
import { cx } from "./cx.ts";

type Plain<T> = Omit<T, "className" | "style"> & { className?: string };

/** A dense table with sticky head, sorting and keyboard rows. Wrap it in a scrolling box. */
export function Table({ className, ...rest }: Plain<TableProps>) {
  return (
    <AriaTable
      {...rest}
      className={cx("w-full border-separate border-spacing-0 text-left text-md", className)}
    />
  );
}

export function TableHeader<T extends object>(props: TableHeaderProps<T>) {
  return <AriaTableHeader {...props} className="sticky top-0 z-10 bg-surface" />;
}

export function Column({
  children,
  className,
  align,
  ...rest
}: Plain<ColumnProps> & { children: ReactNode; align?: "end" }) {
  return (
    <AriaColumn
      {...rest}
      className={cx(
        "group h-8 border-b border-line px-3 text-sm font-medium text-ink-3 outline-none data-focus-visible:outline-2 data-focus-visible:-outline-offset-2 data-focus-visible:outline-focus",
        align === "end" && "text-right",
        className,
      )}
    >
      {({ allowsSorting, sortDirection }) => (
        <span className={cx("inline-flex items-center gap-1", align === "end" && "flex-row-reverse")}>
          {children}
          {allowsSorting ? (
            <Icon
              name={sortDirection === "descending" ? "arrowDown" : "arrowUp"}
              size={12}
              className={sortDirection ? "" : "invisible group-data-hovered:visible"}
            />
          ) : null}
        </span>
      )}
    </AriaColumn>
  );
}

export function TableBody<T extends object>(props: Omit<TableBodyProps<T>, "className" | "style">) {
  return <AriaTableBody {...props} />;
}

export function Row<T extends object>({ className, ...rest }: Plain<RowProps<T>>) {
  return (
    <AriaRow
      {...rest}
      className={cx(
        "outline-none data-hovered:bg-sunken data-selected:bg-accent-soft data-pressed:bg-pressed data-focus-visible:outline-2 data-focus-visible:-outline-offset-2 data-focus-visible:outline-focus",
        rest.onAction || rest.href ? "cursor-pointer" : "",
        className,
      )}
    />
  );
}

export function Cell({ className, align, ...rest }: Plain<CellProps> & { align?: "end" }) {
  return (
    <AriaCell
      {...rest}
      className={cx(
        "h-10 border-b border-line px-3 py-1 outline-none data-focus-visible:outline-2 data-focus-visible:-outline-offset-2 data-focus-visible:outline-focus",
        align === "end" && "text-right tabular",
        className,
      )}
    />
  );
}
