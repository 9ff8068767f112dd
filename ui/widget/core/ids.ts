let lastAt = 0;
let counter = 0;

/**
 * A UUIDv7 (RFC 9562): 48 bits of ms since 1970, then a 12-bit counter that makes ids of one page ascend even within
 * a millisecond, then 62 random bits. The outbox keeps its order by these ids alone.
 */
export function newId(now: number = Date.now()): string {
  const random = crypto.getRandomValues(new Uint16Array(5));
  if (now > lastAt) {
    lastAt = now;
    counter = random[4]! & 0x3ff;
  } else if (++counter > 0xfff) {
    lastAt++;
    counter = 0;
  }
  const hex = (value: number, digits = 4) => value.toString(16).padStart(digits, "0");
  const [a, b, c, d] = [...random] as [number, number, number, number];
  return `${hex(lastAt, 12).replace(/.{8}/, "$&-")}-7${hex(counter, 3)}-${hex((a & 0x3fff) | 0x8000)}-${hex(b) + hex(c) + hex(d)}`;
}
