/** The house's components. Import from here. */
export { Avatar, categoryGround, categoryOf, initials } from "./Avatar.tsx";
export { Badge, StateBadge, StateSign, type BadgeTone } from "./Badge.tsx";
export { Button, buttonClass, IconButton, LinkButton, type ButtonVariant } from "./Button.tsx";
export { cx } from "./cx.ts";
export { ConfirmDialog, Dialog } from "./Dialog.tsx";
export { Checkbox, FieldLabel, NumberField, SearchField, Switch, TextField } from "./Field.tsx";
export { Kbd } from "./Kbd.tsx";
export { Menu, type MenuEntry, type MenuGroup } from "./Menu.tsx";
export { EmptyState, Notice, Skeleton } from "./Notice.tsx";
export { ComboBox, Select, type Option } from "./Select.tsx";
export { Spinner } from "./Spinner.tsx";
export { Cell, Column, Row, Table, TableBody, TableHeader } from "./Table.tsx";
export { Tabs, type TabSpec } from "./Tabs.tsx";
export { Toasts, toast, type Tone } from "./Toast.tsx";
export { WithTooltip } from "./Tooltip.tsx";
export { Icon, StateIcon, type IconName } from "../icons/Icon";
export type { StateShape } from "../icons/states";
