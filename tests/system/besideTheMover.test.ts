import { describeAlarms } from "./behaviours/alarms";
import { describeConsumer } from "./behaviours/consumer";
import { describeNeighbours } from "./behaviours/neighbours";
import { describeOtherStacks } from "./behaviours/otherStacks";
import { describeRegions } from "./behaviours/regions";
import { useCloud } from "./support/bench";

describe("beside the mover", function () {
  this.timeout(300_000);
  const bench = useCloud({ name: "sys-beside", login: "aws", server: "vault" });

  // The alarms come first: what the others do would set some of them off.
  describeAlarms(bench);
  describeConsumer(bench);
  describeNeighbours(bench);
  describeOtherStacks(bench);
  describeRegions(bench);
});
