import { describe, expect, it } from "vitest";
import { applyDelta, applyOps, applySnap, Gap, type TopicState } from "./reducer.ts";
import type { AnyData, Op } from "./wire.ts";

const state = (data: AnyData, seq = 5): TopicState => ({ epoch: 1, seq, data });

describe("applyOps", () => {
  const before: AnyData = { offers: { a: { id: "a", n: 1 } }, handlings: { h: { id: "h", unread: 2 } } };

  it("sets, merges and deletes", () => {
    const after = applyOps(before, [
      ["set", "offers", "b", { id: "b" }],
      ["merge", "handlings", "h", { unread: 0 }],
      ["del", "offers", "a"],
    ]);
    expect(after).toEqual({ offers: { b: { id: "b" } }, handlings: { h: { id: "h", unread: 0 } } });
    expect(before["offers"]).toHaveProperty("a");
  });

  it("keeps the identity of what it does not touch", () => {
    const after = applyOps(before, [["merge", "handlings", "h", { unread: 0 }]]);
    expect(after["offers"]).toBe(before["offers"]);
    expect(after["handlings"]).not.toBe(before["handlings"]);
  });

  it("is the same object when nothing changes", () => {
    expect(applyOps(before, [])).toBe(before);
    expect(applyOps(before, [["set", "offers", "a", { id: "a", n: 1 }]])).toBe(before);
    expect(applyOps(before, [["merge", "handlings", "h", { unread: 2 }]])).toBe(before);
  });

  it("makes a collection that was not there", () => {
    expect(applyOps({}, [["set", "notes", "n", { id: "n" }]])).toEqual({ notes: { n: { id: "n" } } });
  });

  it("calls a merge into nothing a gap, also after a delete in the same delta", () => {
    expect(() => applyOps(before, [["merge", "offers", "x", {}]])).toThrow(Gap);
    expect(() =>
      applyOps(before, [
        ["del", "offers", "a"],
        ["merge", "offers", "a", { n: 2 }],
      ]),
    ).toThrow(Gap);
  });
});

describe("applyDelta", () => {
  it("goes on from where it is, over floor seqs that don't concern it", () => {
    expect(applyDelta(state({}), 5, 9, []).seq).toBe(9);
  });
  it("refuses what does not follow", () => {
    expect(() => applyDelta(state({}), 6, 9, [])).toThrow(Gap);
  });
});

describe("applySnap", () => {
  it("keeps equal parts of the state before", () => {
    const before = state({ a: { x: { id: "x", list: [1, { b: 2 }] } }, b: { y: { id: "y" } } });
    const same = applySnap(before, 2, 8, JSON.parse(JSON.stringify(before.data)) as AnyData);
    expect(same.data).toBe(before.data);
    expect([same.epoch, same.seq]).toEqual([2, 8]);
    const other = applySnap(before, 2, 8, { a: { x: { id: "x", list: [1, { b: 2 }] } }, b: {} });
    expect(other.data["a"]).toBe(before.data["a"]);
    expect(other.data["b"]).toEqual({});
  });
});

/** A small generator of its own, so that a failure can be repeated by its seed. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe("oracle", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    "snapshot and deltas make what a fresh snapshot holds (%i)",
    (seed) => {
      const next = random(seed);
      const truth: Record<string, Record<string, Record<string, number>>> = { a: {}, b: {} };
      let mine = applySnap(null, 1, 0, structuredClone(truth));
      let seq = 0;
      for (let step = 0; step < 200; step++) {
        const ops: Op[] = [];
        for (let count = next(4); count >= 0; count--) {
          const name = next(2) ? "a" : "b";
          const id = `i${next(6)}`;
          const rows = truth[name] ?? {};
          const had = rows[id];
          const kind = next(3);
          if (kind === 0) {
            rows[id] = { v: next(5) };
            ops.push(["set", name, id, { ...rows[id] }]);
          } else if (kind === 1 && had) {
            const partial = { [`f${next(3)}`]: next(5) };
            rows[id] = { ...had, ...partial };
            ops.push(["merge", name, id, partial]);
          } else {
            delete rows[id];
            ops.push(["del", name, id]);
          }
        }
        const from = seq;
        seq += 1 + next(3);
        mine =
          next(20) === 0 ? applySnap(mine, 1, seq, structuredClone(truth)) : applyDelta(mine, from, seq, ops);
        expect(mine.data).toEqual(truth);
        expect(mine.seq).toBe(seq);
      }
    },
  );
});
