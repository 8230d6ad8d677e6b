import { describeDestroy, describeStack } from "./behaviours/lifecycle";
import { describeForgedMessages, describeMessages } from "./behaviours/messages";
import { describeMoves } from "./behaviours/moves";
import { describeOwnership } from "./behaviours/ownership";
import { describeSkips } from "./behaviours/skips";
import { describeOtherFunctions, describeStrangers } from "./behaviours/forbidden";
import { useCloud } from "./support/bench";

describe("login jwt on OpenBao", function () {
  this.timeout(300_000);
  const bench = useCloud({ name: "sys-bao", login: "jwt", server: "openbao" });

  describeMoves(bench);
  describeSkips(bench);
  describeOwnership(bench);
  describeMessages(bench);
  describeStrangers(bench);
  describeOtherFunctions(bench);
  describeStack(bench);
  describeForgedMessages(bench);
  describeDestroy(bench);
});
