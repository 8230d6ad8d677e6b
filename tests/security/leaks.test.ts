import { useCloud } from "../system/support/bench";
import { describeAwsLogin } from "./behaviours/awsLogin";
import { describeForgedTags } from "./behaviours/forgedTags";
import { describeHostileInput } from "./behaviours/hostileInput";
import { describeLeakSearch } from "./behaviours/leaks";
import { describeWebIdentity } from "./behaviours/webIdentity";

describe("the cloud under attack", function () {
  this.timeout(300_000);
  const bench = useCloud({
    name: "security",
    login: "aws",
    server: "vault",
    settings: { logLevel: "DEBUG" },
    // The state is written after every resource, as it is on AWS: what was in it on the way is searched as well.
    engineEnvironment: { PULUMI_SKIP_CHECKPOINTS: "false" },
  });

  // The search comes last and looks at all that the others left behind; its watch begins before them.
  describeHostileInput(bench);
  describeForgedTags(bench);
  describeAwsLogin(bench);
  describeWebIdentity(bench);
  describeLeakSearch(bench);
});
