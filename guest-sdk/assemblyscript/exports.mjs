// A transform for asc, for what AssemblyScript cannot say.
//
// An exported function `call_NAME` or `query_NAME` is exported as the method `call:NAME` or `query:NAME`. A program has
// no start function: every method runs the top-level initialisers first. Needs the option `--exportStart _start`.
const START = "_start";

export default class {
  afterCompile(module) {
    const { binaryen } = this;
    const exports = Array.from({ length: module.getNumExports() }, (_, at) =>
      binaryen.getExportInfo(module.getExportByIndex(at)));
    const start = exports.find(({ name }) => name === START)?.value;
    for (const { name, value } of exports) {
      const [, kind, method] = /^(call|query)_(.+)$/.exec(name) ?? [];
      if (!kind) continue;
      const calls = [start, value].filter(Boolean).map((it) => module.call(it, [], binaryen.none));
      const entry = `${kind}:${method}`;
      module.addFunction(entry, binaryen.none, binaryen.none, [], module.block(null, calls));
      module.removeExport(name);
      module.addFunctionExport(entry, entry);
    }
    if (start) module.removeExport(START);
  }
}
