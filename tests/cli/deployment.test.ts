import { equal, throws } from "node:assert/strict";
import { functionNameOf } from "../../cli/deployment";
import { Failure } from "../../cli/failure";

describe("functionNameOf", () => {
  const refused = (which: Parameters<typeof functionNameOf>[0], message: RegExp): void => {
    throws(
      () => functionNameOf(which, "eu-west-1"),
      (error: unknown) => error instanceof Failure && message.test(error.message),
    );
  };

  it("takes the function before the stack, whose function it knows", () => {
    equal(functionNameOf({ stack: "prod" }, "eu-west-1"), "homing-prod-eu-west-1");
    equal(functionNameOf({ stack: "prod", function: "mine" }, "eu-west-1"), "mine");
  });

  it("refuses neither of them, and a stack whose name no mover can have", () => {
    refused({}, /^Say which mover: --stack NAME/);
    refused(
      { stack: "s".repeat(41) },
      /^No mover can have this stack: the name s+ has 41 characters; .* shorter one, or name the function by --function\.$/,
    );
  });
});
