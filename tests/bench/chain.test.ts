import { deepEqual } from "node:assert/strict";

import { longestChain, predecessors } from "../../bench/hops/chain";
import type { Span } from "../../bench/hops/chain";

const span = (start: number, end: number): Span => ({ start, end });

describe("longestChain", () => {
  it("is all calls when each waited for the one before", () => {
    deepEqual(longestChain([span(0, 10), span(10, 21), span(25, 30)]), { hops: 3, ms: 26 });
  });

  it("counts calls under way at once as one, the longest", () => {
    deepEqual(longestChain([span(0, 10), span(12, 22), span(12, 30), span(31, 40)]), { hops: 3, ms: 37 });
  });

  it("follows the longer of two branches", () => {
    const branch = [span(0, 10), span(10, 20), span(20, 30)];

    deepEqual(longestChain([...branch, span(0, 25), span(31, 32)]), { hops: 4, ms: 31 });
    deepEqual(longestChain([...branch, span(0, 31), span(31, 32)]), { hops: 2, ms: 32 });
  });

  it("takes calls in any order, and none", () => {
    deepEqual(longestChain([span(20, 30), span(0, 10)]), { hops: 2, ms: 20 });
    deepEqual(longestChain([]), { hops: 0, ms: 0 });
  });
});

describe("predecessors", () => {
  it("are the calls that had ended when one began", () => {
    deepEqual(predecessors([span(0, 10), span(10, 20), span(11, 15), span(16, 30)]), [[], [0], [0], [0, 2]]);
  });
});
