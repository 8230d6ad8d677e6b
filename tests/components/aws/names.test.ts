import { deepEqual, equal, match, notEqual, ok, throws } from "node:assert/strict";
import { moverNames } from "../../../components/aws/names";

const place = { partition: "aws", account: "123456789012", region: "eu-west-1", dnsSuffix: "amazonaws.com" };

describe("moverNames", () => {
  it("names everything after stack and region", () => {
    const names = moverNames("dev", place);

    equal(names.role, "homing-dev-eu-west-1");
    equal(names.roleArn, "arn:aws:iam::123456789012:role/homing-dev-eu-west-1");
    equal(names.functionArn, "arn:aws:lambda:eu-west-1:123456789012:function:homing-dev-eu-west-1");
    equal(names.logGroup, "/aws/lambda/homing-dev-eu-west-1");
    equal(names.queueArn, "arn:aws:sqs:eu-west-1:123456789012:homing-dev-eu-west-1");
    equal(names.deadLetterQueueArn, "arn:aws:sqs:eu-west-1:123456789012:homing-dev-eu-west-1-dead");
    equal(names.callRuleArn, "arn:aws:events:eu-west-1:123456789012:rule/homing-dev-eu-west-1-calls");
    equal(names.labelRuleArn, "arn:aws:events:eu-west-1:123456789012:rule/homing-dev-eu-west-1-labels");
    equal(names.sweeper, "homing-dev-eu-west-1-sweep");
    equal(names.sweeperRoleArn, "arn:aws:iam::123456789012:role/homing-dev-eu-west-1-sweep");
    equal(names.sweeperArn, "arn:aws:lambda:eu-west-1:123456789012:function:homing-dev-eu-west-1-sweep");
    equal(names.sweeperLogGroup, "/aws/lambda/homing-dev-eu-west-1-sweep");
    equal(
      names.sweeperLogGroupArn,
      "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/homing-dev-eu-west-1-sweep",
    );
    equal(names.hourlyRuleArn, "arn:aws:events:eu-west-1:123456789012:rule/homing-dev-eu-west-1-hourly");
    equal(names.dailyRuleArn, "arn:aws:events:eu-west-1:123456789012:rule/homing-dev-eu-west-1-daily");
    equal(names.alarmTopicArn, "arn:aws:sns:eu-west-1:123456789012:homing-dev-eu-west-1-alarms");
    equal(names.alarmArnPrefix, "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:homing-dev-eu-west-1-");
    equal(names.vaultIdentity, "homing-dev-eu-west-1-123456789012");
  });

  it("uses the partition's ARNs", () => {
    const names = moverNames("dev", { ...place, partition: "aws-us-gov" });

    match(names.functionArn, /^arn:aws-us-gov:lambda:/);
  });

  it("fit into 64 characters with the longest stack name that is taken, and a longer one is refused", () => {
    const { labelRule, hourlyRule } = moverNames("s".repeat(40), place);

    equal(Math.max(labelRule.length, hourlyRule.length), 64);
    throws(
      () => moverNames("s".repeat(41), place),
      /^Error: stack: the name s{41} has 41 characters; of the 64 that a name in AWS may have, 40 are left for it in eu-west-1: give the stack a shorter one$/,
    );
    const dotted = `${"s".repeat(30)}.`;
    equal(moverNames(dotted, place).labelRule.length, 64);
    throws(() => moverNames(`${dotted}s`, place), /has 32 characters; .* 31 are left for it in eu-west-1/);
  });

  it("keeps stacks apart whose names differ in a character that AWS doesn't take", () => {
    const [dotted, dashed] = [moverNames("a.b", place), moverNames("a-b", place)];

    match(dotted.function, /^[A-Za-z0-9_-]+$/);
    notEqual(dotted.function, dashed.function);
  });

  describe("of a part of another program", () => {
    const owned = (project: string, component: string, stack = "dev") =>
      moverNames(stack, place, { project, component });

    it("carry its project and its component, and those of homing by itself neither", () => {
      match(owned("shop", "homing").function, /^homing-shop-dev-eu-west-1-[0-9a-f]{8}$/);
      match(owned("shop", "second").function, /^homing-shop-second-dev-eu-west-1-[0-9a-f]{8}$/);
      match(owned("homing", "second").function, /^homing-homing-second-dev-eu-west-1-[0-9a-f]{8}$/);
      equal(owned("homing", "homing").function, moverNames("dev", place).function);
    });

    it("differ wherever the parts are cut, and from those of homing by itself", () => {
      const long = "p".repeat(90);
      const all = [
        owned("a", "b-c"),
        owned("a-b", "c"),
        owned("a-b", "homing", "c-dev"),
        owned("a", "homing", "b-c-dev"),
        owned(`${long}1`, "homing"),
        owned(`${long}2`, "homing"),
        moverNames("a-b-c-dev", place),
      ];

      equal(new Set(all.map(({ function: name }) => name)).size, all.length);
      for (const { labelRule } of all) ok(labelRule.length <= 64, labelRule);
    });

    it("shorten project and component, never the stack or the region", () => {
      match(
        owned("platform-secrets-infrastructure", "homing", "production").function,
        /^homing-platform-secrets-inf-production-eu-west-1-[0-9a-f]{8}$/,
      );
    });

    it("are refused with a stack that leaves no room to tell whose they are, short projects but for", () => {
      const stack = "s".repeat(22);

      equal(owned("eight-ch", "homing", stack).labelRule.length, 64);
      equal(owned("p".repeat(90), "second", stack).labelRule.length, 64);
      throws(() => owned("eight-ch", "homing", `${stack}s`), /stack: the name s{23} has 23 characters; .* 22 are left/);
      equal(owned("shop", "homing", `${stack}ssss`).labelRule.length, 64);
      throws(() => owned("shop", "homing", `${stack}sssss`), /has 27 characters; .* 26 are left for it in eu-west-1/);
    });
  });

  it("are small in Vault, which makes them so, and differ there for stacks that differ in that only", () => {
    const [small, large] = [moverNames("prod", place), moverNames("Prod", place)];

    equal(small.vaultIdentity, "homing-prod-eu-west-1-123456789012");
    match(large.vaultIdentity, /^homing-prod-eu-west-1-123456789012-[0-9a-f]{8}$/);
    equal(large.function, "homing-Prod-eu-west-1");
  });

  it("have the roles' path in the roles' ARNs, and nowhere else", () => {
    const [plain, below] = [moverNames("dev", place), moverNames("dev", place, undefined, "/platform/")];

    equal(below.roleArn, "arn:aws:iam::123456789012:role/platform/homing-dev-eu-west-1");
    equal(below.sweeperRoleArn, "arn:aws:iam::123456789012:role/platform/homing-dev-eu-west-1-sweep");
    const { roleArn, sweeperRoleArn } = plain;
    deepEqual({ ...below, roleArn, sweeperRoleArn }, plain);
  });
});
