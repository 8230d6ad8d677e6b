import type { ResourceType } from "../resourceType";
import { isObject, optionalText, text, textMap } from "../values";
import type { Values } from "../values";
import { unlessMissing } from "./client";
import type { AwsClient } from "./client";
import { applyTags, numberOf, tagList, tagMap, tagsProperty } from "./common";

const missing = ["NoSuchEntity"];

/** `aws:iam/role:Role` */
export function roleType(client: AwsClient): ResourceType {
  const iam = (operation: string, parameters: Values) => client.query("iam", operation, parameters);

  const outputs = (role: Values, inputs: Values): Values => ({
    arn: role.Arn,
    uniqueId: role.RoleId,
    createDate: role.CreateDate,
    tagsAll: textMap(inputs, "tags"),
  });

  async function find(name: string): Promise<Values | undefined> {
    const answer = await unlessMissing(missing, () => iam("GetRole", { RoleName: name }));
    return answer && isObject(answer.Role) ? answer.Role : undefined;
  }

  return {
    properties: {
      name: { kind: "text", replaces: true },
      path: { kind: "text", default: "/", replaces: true },
      assumeRolePolicy: { kind: "json", required: true },
      description: { kind: "text" },
      maxSessionDuration: { kind: "number", default: 3600 },
      permissionsBoundary: { kind: "text" },
      tags: tagsProperty,
    },
    autoName: "name",
    identity: ["name"],

    async create(inputs) {
      const name = text(inputs, "name");
      const { Role } = await iam("CreateRole", {
        RoleName: name,
        Path: inputs.path,
        AssumeRolePolicyDocument: inputs.assumeRolePolicy,
        Description: inputs.description,
        MaxSessionDuration: inputs.maxSessionDuration,
        PermissionsBoundary: inputs.permissionsBoundary,
        Tags: tagList(textMap(inputs, "tags")),
      });
      return { id: name, outputs: outputs(isObject(Role) ? Role : {}, inputs) };
    },

    async read(id) {
      const role = await find(id);
      if (!role) return undefined;
      const boundary = isObject(role.PermissionsBoundary) ? role.PermissionsBoundary : {};
      const tags = isObject(role.Tags) ? tagMap(role.Tags.member) : {};
      return {
        ...outputs(role, { tags }),
        name: id,
        path: role.Path,
        assumeRolePolicy: decodeURIComponent(text(role, "AssumeRolePolicyDocument")),
        description: role.Description,
        maxSessionDuration: numberOf(role.MaxSessionDuration),
        permissionsBoundary: boundary.PermissionsBoundaryArn,
        tags,
      };
    },

    async update(id, state, inputs) {
      const RoleName = id;
      await iam("UpdateAssumeRolePolicy", { RoleName, PolicyDocument: inputs.assumeRolePolicy });
      const { description = "", maxSessionDuration } = inputs;
      await iam("UpdateRole", { RoleName, Description: description, MaxSessionDuration: maxSessionDuration });
      const boundary = optionalText(inputs, "permissionsBoundary");
      if (boundary !== undefined) await iam("PutRolePermissionsBoundary", { RoleName, PermissionsBoundary: boundary });
      else if (state.permissionsBoundary !== undefined) await iam("DeleteRolePermissionsBoundary", { RoleName });
      await applyTags(
        state,
        inputs,
        (tags) => iam("TagRole", { RoleName, Tags: tagList(tags) }),
        (TagKeys) => iam("UntagRole", { RoleName, TagKeys }),
      );
      return { tagsAll: textMap(inputs, "tags") };
    },

    async remove(id) {
      await unlessMissing(missing, () => iam("DeleteRole", { RoleName: id }));
    },
  };
}
