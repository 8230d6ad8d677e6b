import { deepEqual, equal, throws } from "node:assert/strict";

import { partsNamed } from "../../bench/parts";

describe("the parts of the measurements", () => {
  it("are all of them, each under a name of its own, when none is named", () => {
    const names = partsNamed([]).map(({ name }) => name);

    equal(new Set(names).size, names.length);
    deepEqual(
      partsNamed(names).map(({ name }) => name),
      names,
    );
  });

  it("are those that are named, in the order of the results", () => {
    const [first, second] = partsNamed([]);

    deepEqual(partsNamed([second?.name ?? "", first?.name ?? ""]), [first, second]);
  });

  it("are refused by a name that is none, with those that there are", () => {
    throws(() => partsNamed(["speed"]), /^Error: no part speed: there are .*sweep/);
  });
});
