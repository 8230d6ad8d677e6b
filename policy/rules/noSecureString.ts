import { rule } from "../rule";

export const noSecureString = rule<object>({
  name: "no-secure-string",
  description: "SecureString parameters of SSM are a second home of secrets beside Vault.",
  level: "advisory",
  types: ["aws:ssm/parameter:Parameter"],
  check: (resource) =>
    resource.read("type") === "SecureString"
      ? [
          `The SSM parameter ${resource.name} is a SecureString, a second home of secrets beside Vault: write it to Vault instead and read it from there.`,
        ]
      : [],
});
