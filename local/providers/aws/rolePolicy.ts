import type { ResourceType } from "../resourceType";
import { text } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";

const missing = ["NoSuchEntity"];

/** The id is `<role>:<policy>`. */
function split(id: string): { RoleName: string; PolicyName: string } {
  const [RoleName = "", PolicyName = ""] = id.split(":");
  return { RoleName, PolicyName };
}

/**
 * AWS lets whoever may send messages send them in batches too, and has no action for that (SQS's guide, "batch
 * actions"). The emulator asks for the call by its name, so it is told of both.
 */
const [single, batch] = ["sqs:SendMessage", "sqs:SendMessageBatch"];

function withActions(policy: string, change: (actions: readonly unknown[]) => readonly unknown[]): string {
  const document = JSON.parse(policy) as Values;
  const statements = ([document.Statement ?? []].flat() as Values[]).map((statement) =>
    Array.isArray(statement.Action) ? { ...statement, Action: change(statement.Action) } : statement,
  );
  return JSON.stringify({ ...document, Statement: statements });
}

const toEmulator = (policy: string): string =>
  withActions(policy, (actions) => (actions.includes(single) ? [...actions, batch] : actions));
const fromEmulator = (policy: string): string =>
  withActions(policy, (actions) => actions.filter((action) => action !== batch));

/** `aws:iam/rolePolicy:RolePolicy` */
export function rolePolicyType(client: AwsClient): ResourceType {
  const iam = (operation: string, parameters: Values) => client.query("iam", operation, parameters);

  return {
    properties: {
      name: { kind: "text", replaces: true },
      role: { kind: "text", required: true, replaces: true },
      policy: { kind: "json", required: true },
    },
    autoName: "name",
    identity: ["role", "name"],

    async create(inputs) {
      const [RoleName, PolicyName] = [text(inputs, "role"), text(inputs, "name")];
      await iam("PutRolePolicy", { RoleName, PolicyName, PolicyDocument: toEmulator(text(inputs, "policy")) });
      return { id: `${RoleName}:${PolicyName}`, outputs: {} };
    },

    async read(id) {
      const policy = await unlessMissing(missing, () => iam("GetRolePolicy", split(id)));
      if (!policy) return undefined;
      const { RoleName: role, PolicyName: name } = split(id);
      return { role, name, policy: fromEmulator(decodeURIComponent(text(policy, "PolicyDocument"))) };
    },

    async update(id, _state, inputs) {
      await iam("PutRolePolicy", { ...split(id), PolicyDocument: toEmulator(text(inputs, "policy")) });
      return {};
    },

    async remove(id) {
      await unlessMissing(missing, () => iam("DeleteRolePolicy", split(id)));
    },
  };
}
