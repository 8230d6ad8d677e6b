import { describeDestroy, describeStack } from "./behaviours/lifecycle";
import { describeForgedMessages, describeMessages } from "./behaviours/messages";
import { describeMoves } from "./behaviours/moves";
import { describeOperator } from "./behaviours/operator";
import { describeOwnership } from "./behaviours/ownership";
import { describeSkips } from "./behaviours/skips";
import { describeForbidden, describeStrangers } from "./behaviours/forbidden";
import { describeModes } from "./behaviours/modes";
import { describeSweep } from "./behaviours/sweep";
import { useCloud } from "./support/bench";
import { operatorSettings } from "./support/operatorLogin";

describe("login aws on Vault", function () {
  this.timeout(300_000);
  const bench = useCloud({ name: "sys-aws", login: "aws", server: "vault", settings: operatorSettings });

  describeSweep(bench);
  describeMoves(bench);
  describeSkips(bench);
  describeOwnership(bench);
  describeOperator(bench, "aws");
  describeMessages(bench);
  describeStrangers(bench);
  describeForbidden(bench);
  describeStack(bench);
  describeForgedMessages(bench);
  describeModes(bench);
  describeDestroy(bench);
});
