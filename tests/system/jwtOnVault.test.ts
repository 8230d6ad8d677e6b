import { describeDestroy, describeStack } from "./behaviours/lifecycle";
import { describeForgedMessages, describeMessages } from "./behaviours/messages";
import { describeMoves } from "./behaviours/moves";
import { describeOperator } from "./behaviours/operator";
import { describeOwnership } from "./behaviours/ownership";
import { describeSkips } from "./behaviours/skips";
import { describeOtherFunctions, describeStrangers } from "./behaviours/forbidden";
import { useCloud } from "./support/bench";
import { operatorSettings } from "./support/operatorLogin";

describe("login jwt on Vault", function () {
  this.timeout(300_000);
  const bench = useCloud({ name: "sys-jwt", login: "jwt", server: "vault", settings: operatorSettings });

  describeMoves(bench);
  describeSkips(bench);
  describeOwnership(bench);
  describeOperator(bench, "jwt");
  describeMessages(bench);
  describeStrangers(bench);
  describeOtherFunctions(bench);
  describeStack(bench);
  describeForgedMessages(bench);
  describeDestroy(bench);
});
