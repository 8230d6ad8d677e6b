import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

const inRuntime = ["runtime/**/*.ts"];

export default tseslint.config(
  {
    ignores: [
      "node_modules/",
      ".tools/",
      ".local/",
      "bin/",
      "coverage/",
      "**/*.js",
      "**/*.mjs",
      "**/*.cjs",
      "**/*.d.ts",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      // The program is `export =` a function, which only `import … = require(…)` can name.
      "@typescript-eslint/no-require-imports": ["error", { allowAsImport: true }],
      // Numbers are printed as they are meant.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    // Their own tsconfig.json finds homing only where they are installed.
    files: ["examples/**/*.ts"],
    languageOptions: { parserOptions: { projectService: false, project: "./tsconfig.json" } },
  },
  {
    files: inRuntime,
    rules: {
      // What runs in Lambda is serialized: classes lose their parents and fields.
      "no-restricted-syntax": [
        "error",
        {
          selector: "ClassDeclaration, ClassExpression",
          message: "Classes don't survive serialization: use functions.",
        },
      ],
    },
  },
  {
    files: ["tests/**/*.ts"],
    rules: {
      // mocha's describe and it return nothing to wait for; node:assert's checks narrow types.
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", package: "mocha", name: ["describe", "it"] }] },
      ],
    },
  },
);
