import { expect, test } from "vitest";
import { dialable } from "./phone";

test.each([
  ["(010) 8888 8888", "01088888888"],
  ["（010）8888－8888", "01088888888"],
  ["０１０ 8888 ８８８８", "01088888888"],
  ["010/8888·8888", "01088888888"],
  ["【010】8888 8888", null],
  ["＋86 138–0000—0000", "+8613800000000"],
  ["12", null],
  ["sip:x@y", null],
  ["88888888 转 12", null],
])("%s is dialled as %s", (written, dialled) => expect(dialable(written)).toBe(dialled));
