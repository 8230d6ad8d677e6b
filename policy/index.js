// Pulumi's runner has registered a ts-node that checks types, which takes longer than all rules together: the pack was
// checked when it was written (npm run build). This entry turns it off for one that only translates.
process[Symbol.for("ts-node.register.instance")]?.enabled(false);
require("ts-node/register/transpile-only");
require("./pack");
