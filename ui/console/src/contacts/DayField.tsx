/** A day, typed or chosen: React Aria's date picker in the house's clothes. Values are `yyyy-mm-dd`. */
import { parseDate } from "@internationalized/date";
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Label,
  Popover,
} from "react-aria-components";
import { useTranslation } from "react-i18next";
import { FieldProblem } from "@kit/ui/Field.tsx";
import { cx, Icon } from "@kit/ui";

interface Props {
  label: string;
  value: string | undefined;
  onChange: (day: string | undefined) => void;
  /** Shows the label above instead of inside. */
  above?: boolean;
  error?: string | undefined;
}

export function DayField({ label, value, onChange, above = false, error }: Props) {
  return (
    <DatePicker
      value={value ? parseDate(value) : null}
      onChange={(day) => onChange(day ? day.toString() : undefined)}
      shouldForceLeadingZeros
      isInvalid={Boolean(error)}
      className="flex flex-col gap-1"
    >
      <Label className={above ? "text-md font-medium text-ink-2" : "sr-only"}>{label}</Label>
      <Group className="flex h-8 items-center rounded-sm border border-edge bg-surface pl-2 text-base text-ink data-focus-within:border-accent data-focus-within:outline-2 data-focus-within:outline-focus data-invalid:border-bad">
        {above ? null : (
          <span aria-hidden="true" className="pr-1.5 text-md text-ink-3">
            {label}
          </span>
        )}
        <DateInput className="tabular flex">
          {(segment) => (
            <DateSegment
              segment={segment}
              className={cx(
                "flex items-center justify-center rounded-xs outline-none data-placeholder:text-ink-3 data-focused:bg-accent data-focused:text-on-accent",
                segment.type !== "literal" && "h-6 min-w-6",
              )}
            />
          )}
        </DateInput>
        <Button className="flex size-7 items-center justify-center text-ink-3">
          <Icon name="calendar" size={16} />
        </Button>
      </Group>
      <FieldProblem text={error} />
      <Popover className="rounded-md border border-line bg-raised p-3 shadow-3 outline-none">
        <Dialog className="outline-none">
          <Month />
        </Dialog>
      </Popover>
    </DatePicker>
  );
}

function Month() {
  const { t } = useTranslation("contacts");
  const turn = "flex size-7 items-center justify-center rounded-sm text-ink-2 data-hovered:bg-sunken";
  return (
    <Calendar firstDayOfWeek="mon">
      <header className="flex items-center justify-between pb-2">
        <Button slot="previous" className={turn} aria-label={t("calendar.previous")}>
          <Icon name="chevronLeft" size={16} />
        </Button>
        <Heading className="text-base font-semibold text-ink" />
        <Button slot="next" className={turn} aria-label={t("calendar.next")}>
          <Icon name="chevronRight" size={16} />
        </Button>
      </header>
      <CalendarGrid className="border-separate border-spacing-0.5">
        <CalendarGridHeader>
          {(day) => (
            <CalendarHeaderCell className="size-8 text-sm font-normal text-ink-3">{day}</CalendarHeaderCell>
          )}
        </CalendarGridHeader>
        <CalendarGridBody>
          {(date) => (
            <CalendarCell
              date={date}
              className="tabular flex size-8 cursor-default items-center justify-center rounded-sm text-md text-ink outline-none data-outside-month:hidden data-hovered:bg-sunken data-selected:bg-accent data-selected:text-on-accent data-focus-visible:outline-2 data-focus-visible:outline-focus"
            />
          )}
        </CalendarGridBody>
      </CalendarGrid>
    </Calendar>
  );
}
