// Loaded before a provider plugin: the engine starts one for each of its operations, and TypeScript's own compiler would
// take longer than the plugin's work.
require("sucrase/register/ts");
