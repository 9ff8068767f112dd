let lastAt = 0;
let counter = 0;

/**
 * A UUIDv7 (RFC 9562): 48 bits of ms since 1970, then a 12-bit counter that makes ids of one page ascend even within
 * a millisecond, then 62 random bits. The outbox keeps its order by these ids alone.
 */
export function newId(now: number = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  if (now > lastAt) {
    lastAt = now;
    counter = ((random[8]! << 8) | random[9]!) & 0x3ff;
  } else if (++counter > 0xfff) {
    lastAt++;
    counter = 0;
  }
  const time = lastAt.toString(16).padStart(12, "0");
  const tail = [...random.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = ((random[0]! & 0x3f) | 0x80).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, "0")}-${variant}${tail.slice(2, 4)}-${tail.slice(4)}`;
}
