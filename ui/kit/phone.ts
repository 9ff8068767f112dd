/** Telephone digits out of what people type or paste: full-width digits, spaces, dashes, dots, slashes and brackets of
 *  any kind are ways of writing the same. Null: not a number. As the server's `plain_phone`. */
export function dialable(text: string): string | null {
  const digits = text.normalize("NFKC").replace(/[\s\-‐-―.·()[\]/]/g, "");
  return /^\+?\d{3,18}$/.test(digits) ? digits : null;
}
