import { beforeAll, describe, expect, it } from "vitest";
import { fit, loadPinyin, search } from "./search.ts";

beforeAll(() => loadPinyin());

describe("search", () => {
  const items = ["退款时效", "请稍等", "预约上门", "Refund policy", "银行转账"];
  const find = (words: string) => search(items, words, (item) => [item]);

  it("finds by the words, by pinyin and by initials", () => {
    expect(find("退款")).toEqual(["退款时效"]);
    expect(find("tuikuan")).toEqual(["退款时效"]);
    expect(find("tksx")).toEqual(["退款时效"]);
    expect(find("shangmen")).toEqual(["预约上门"]);
    expect(find("REFUND")).toEqual(["Refund policy"]);
  });

  it("reads a character of several sounds as its word has it", () => {
    expect(find("yinhang")).toEqual(["银行转账"]);
  });

  it("needs every word, in any order, and gives everything for none", () => {
    expect(find("policy refund")).toEqual(["Refund policy"]);
    expect(find("refund 退")).toEqual([]);
    expect(find("  ")).toEqual(items);
  });

  it("puts a beginning before a middle", () => {
    expect(fit("退款时效", "tui")).toBeGreaterThan(fit("申请退款", "tui"));
    expect(search(["申请退款", "退款"], "退款", (item) => [item])).toEqual(["退款", "申请退款"]);
  });

  it("takes signs of regular expressions as they are", () => {
    expect(find("(.*")).toEqual([]);
  });
});
