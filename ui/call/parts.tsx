/** What several parts of the page show, and what each part is given. */
import { fill, type Locale } from "../widget/page/words";
import type { Session } from "./session";
import type { words as zh } from "./words.zh";

export type Words = { [name in keyof typeof zh]: string };

export interface Props {
  session: Session;
  words: Words;
  locale: Locale;
  level: number;
  blocked: boolean;
  listen: () => void;
  speak: (locale: Locale) => void;
  /** Where one may write instead. */
  chat: string;
}

/** The number to dial instead, where there is one. */
export function Dial({ session: { phone }, words }: Props) {
  return phone ? <p>{fill(words.insteadPhone, phone)}</p> : null;
}

/** What went wrong last, in words, and what there is instead. */
export function Trouble(props: Props) {
  const { trouble } = props.session;
  const { words } = props;
  if (!trouble) return null;
  return (
    <div class="alert" role="alert">
      <p>{trouble.text || words[trouble.code as keyof Words] || words.failed}</p>
      <Dial {...props} />
    </div>
  );
}

export const Level = ({ words, level }: Props) => (
  <label class="level">
    {words.level}
    <meter min={0} max={1} value={level} />
  </label>
);

export const mark = (path: string) => (
  <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
    <path d={path} />
  </svg>
);
