/** The flow: its parts at the left in the order in which a caller meets them, the chosen one's form at the right. */
import { useTranslation } from "react-i18next";
import { Button, cx } from "@kit/ui";
import { useOpened } from "../settings/parts/useOpened.ts";
import { FindingMarks, Findings } from "../versions/Findings.tsx";
import { findingsAt, homeless, type Marks } from "../versions/findings.ts";
import { CodesPanel } from "./CodesPanel.tsx";
import type { Editor } from "./editor.ts";
import { MenuPanel } from "./MenuPanel.tsx";
import { treeOf, withMenu, withoutMenu } from "./model.ts";
import { BeginPanel, ClosedPanel, LinePanel, RatingPanel } from "./Panels.tsx";

const PLACES = {
  begin: ["person", "first", "greeting", "consent"],
  line: ["queueing"],
  rating: ["rating"],
  closed: ["closed"],
  codes: ["codes"],
} as const;

export function FlowForm({ editor }: { editor: Editor }) {
  const { t } = useTranslation("reception");
  const opened = useOpened();
  const { flow, errors, warnings } = editor;
  const branches = treeOf(flow);
  const chosen = opened.id ?? "begin";
  const branch = branches.find(({ menu }) => `menu:${menu.id}` === chosen);
  const marks = (...paths: string[]): Marks => ({
    errors: findingsAt(errors, ...paths).length,
    warnings: findingsAt(warnings, ...paths).length,
  });
  const part = (id: keyof typeof PLACES) => (
    <Part
      key={id}
      name={t(`part.${id}`)}
      note={t(`partNote.${id}`)}
      isChosen={branch ? false : chosen === id || (id === "begin" && !(chosen in PLACES))}
      marks={marks(...PLACES[id])}
      onChoose={() => opened.open(id)}
    />
  );
  const add = () => {
    const made = withMenu(flow, t("menu.newName", { n: flow.menus.length + 1 }));
    editor.change(made.flow);
    opened.open(`menu:${made.id}`);
  };
  const homes = ["menus", ...Object.values(PLACES).flat()];
  return (
    <div className="flex flex-col gap-3">
      <Findings errors={homeless(errors, homes)} warnings={homeless(warnings, homes)} />
      <div className="grid grid-cols-[210px_minmax(0,1fr)] items-start gap-4">
        <nav
          aria-label={t("parts")}
          className="sticky top-0 flex flex-col gap-2 rounded-lg border border-line bg-surface p-2"
        >
          <ul className="flex flex-col gap-0.5">
            {part("begin")}
            {branches.map(({ menu, index, depth, key }) => (
              <Part
                key={menu.id}
                name={menu.name || menu.id}
                note={t(key ? "menu.noteKey" : "menu.note", { count: menu.options.length, key })}
                depth={depth + 1}
                isChosen={branch?.menu.id === menu.id}
                marks={marks(`menus.${index}`)}
                onChoose={() => opened.open(`menu:${menu.id}`)}
              />
            ))}
            {part("line")}
            {part("rating")}
            {part("closed")}
            {part("codes")}
          </ul>
          {editor.mayEdit ? (
            <Button size="sm" icon="plus" onPress={add}>
              {t("menu.add")}
            </Button>
          ) : null}
        </nav>
        <div className="rounded-lg border border-line bg-surface p-4">
          {branch ? (
            <MenuPanel
              key={branch.menu.id}
              editor={editor}
              menu={branch.menu}
              index={branch.index}
              onRemove={() => {
                editor.change(withoutMenu(flow, branch.menu.id));
                opened.open("begin");
              }}
            />
          ) : chosen === "line" ? (
            <LinePanel editor={editor} />
          ) : chosen === "rating" ? (
            <RatingPanel editor={editor} />
          ) : chosen === "closed" ? (
            <ClosedPanel editor={editor} />
          ) : chosen === "codes" ? (
            <CodesPanel editor={editor} />
          ) : (
            <BeginPanel editor={editor} />
          )}
        </div>
      </div>
    </div>
  );
}

interface PartProps {
  name: string;
  note: string;
  depth?: number;
  isChosen: boolean;
  marks: Marks;
  onChoose: () => void;
}

const INDENT = ["", "ml-3", "ml-6", "ml-9", "ml-12"];

function Part({ name, note, depth = 0, isChosen, marks, onChoose }: PartProps) {
  return (
    <li className={INDENT[Math.min(depth, INDENT.length - 1)] ?? ""}>
      <button
        type="button"
        aria-current={isChosen ? "true" : undefined}
        onClick={onChoose}
        className={cx(
          "flex w-full items-center gap-2 rounded-sm px-2 py-1.5 text-left",
          isChosen ? "bg-accent-soft text-accent-ink" : "text-ink hover:bg-sunken",
        )}
      >
        <span className="min-w-0 flex-1">
          <span className="foreign block text-md font-medium">{name}</span>
          <span className={cx("block text-sm", isChosen ? "text-accent-ink" : "text-ink-3")}>{note}</span>
        </span>
        <FindingMarks {...marks} />
      </button>
    </li>
  );
}
