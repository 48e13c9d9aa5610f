"""Finds the GraphQL operations in Python and .graphql files: documents.py OUT 'NAME VERSION=FOLDER'…

Python builds some documents at run time, from constants and from pieces that are added on a condition. Each
combination of such pieces is written out; nothing is executed.
"""

import ast
import itertools
import re
import shutil
import sys
from pathlib import Path

from graphql import DocumentNode, GraphQLSyntaxError, Node, OperationDefinitionNode, parse, print_ast

OPERATION = re.compile(r"\s*(#[^\n]*\n\s*)*(query|mutation|subscription)\b[^{]*[{]")

#: Function parameters that hold a fragment, and the constants that callers pass.
PARAMETERS = {
    "fragment": ["LIGHTWEIGHT_RUN_FRAGMENT", "RUN_FRAGMENT"],
    "fragment_name": ["LIGHTWEIGHT_RUN_FRAGMENT_NAME", "RUN_FRAGMENT_NAME"],
}


class Scope:
    """The string values that names can have in one function of one module."""

    def __init__(self, module: ast.Module, function: ast.AST):
        self.statements = [*module.body, *(node for node in ast.walk(function) if isinstance(node, ast.stmt))]

    def variants(self, node: ast.expr) -> list[str] | None:
        """Every value of an expression, in a fixed order; None when it cannot be told."""
        match node:
            case ast.Constant(value=str() as text):
                return [text]
            case ast.IfExp(body=body, orelse=orelse):
                return self.alternatives([body, orelse])
            case ast.Name(id=name):
                return self.named(name)
            case ast.JoinedStr(values=values):
                return self.together(
                    [value.value if isinstance(value, ast.FormattedValue) else value for value in values]
                )
            case ast.Call(func=ast.Attribute(value=text, attr="replace"), args=[old, new]):
                found = [self.variants(part) for part in (text, old, new)]
                return None if None in found else [t.replace(found[1][0], n) for t in found[0] for n in found[2]]
            case ast.Call(func=ast.Attribute(value=template, attr="format"), args=args):
                return self.formatted(template, args)
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str() as glue), attr="join"), args=[ast.Name(id=name)]
            ):
                return self.listed(name, glue)
        return None

    def alternatives(self, nodes: list[ast.expr]) -> list[str] | None:
        found = [self.variants(node) for node in nodes]
        return None if None in found else list(itertools.chain(*found))

    def named(self, name: str) -> list[str] | None:
        if name in PARAMETERS and not self.assigned(name):
            return self.alternatives([ast.Name(constant) for constant in PARAMETERS[name]])
        values = self.assigned(name)
        if not values:
            return None
        base = self.variants(values[-1])
        added = self.added(name)
        if base is None or not added:
            return base
        pieces = [self.variants(piece) for piece in added]
        if None in pieces or len(base) != 1:
            return None
        return [base[0] + "".join(chosen) for chosen in choices([piece[0] for piece in pieces])]

    def listed(self, name: str, glue: str) -> list[str] | None:
        """A list of strings that grows on conditions, joined."""
        lists = [strings(value) for value in self.assigned(name)]
        if not lists or None in lists:
            return None
        pieces = [strings(piece) for piece in self.added(name)]
        return [glue.join([*lists[-1], *itertools.chain(*chosen)]) for chosen in choices(pieces)]

    def assigned(self, name: str) -> list[ast.expr]:
        plain = [s for s in self.statements if isinstance(s, ast.Assign) and names(s.targets) == [name]]
        typed = [s for s in self.statements if isinstance(s, ast.AnnAssign) and names([s.target]) == [name] and s.value]
        return [statement.value for statement in [*plain, *typed]]

    def added(self, name: str) -> list[ast.expr]:
        """What is added to a name by `+=` or `.append`, in order."""
        found = []
        for statement in self.statements:
            match statement:
                case ast.AugAssign(target=ast.Name(id=target), value=value) if target == name:
                    found.append((statement.lineno, value))
                case ast.Expr(
                    value=ast.Call(func=ast.Attribute(value=ast.Name(id=target), attr="append"), args=[value])
                ):
                    if target == name:
                        found.append((statement.lineno, ast.List([value])))
        return [value for _, value in sorted(found, key=lambda pair: pair[0])]

    def together(self, parts: list[ast.expr]) -> list[str] | None:
        """Parts side by side; the n-th variant of each part belongs to the n-th of the others."""
        found = [self.variants(part) for part in parts]
        if None in found:
            return None
        count = max(map(len, found))
        return ["".join(part[n if len(part) > 1 else 0] for part in found) for n in range(count)]

    def formatted(self, template: ast.expr, args: list[ast.expr]) -> list[str] | None:
        values = [self.variants(arg) for arg in args]
        if None in values or not isinstance(template, ast.Constant):
            return None
        count = max(map(len, values))
        return [template.value.format(*(v[n if len(v) > 1 else 0] for v in values)) for n in range(count)]


def choices(pieces: list) -> list[list]:
    """Every subset of the pieces, each in order."""
    masks = itertools.product([False, True], repeat=len(pieces))
    return [[piece for piece, chosen in zip(pieces, mask, strict=True) if chosen] for mask in masks]


def names(targets: list[ast.expr]) -> list[str]:
    return [target.id for target in targets if isinstance(target, ast.Name)]


def strings(node: ast.expr) -> list[str] | None:
    if isinstance(node, ast.List) and all(isinstance(e, ast.Constant) and isinstance(e.value, str) for e in node.elts):
        return [element.value for element in node.elts]
    return None


def first_text(node: ast.expr) -> str:
    """The text a string expression begins with, to tell whether it is an operation."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=values):
            return "".join(value.value if isinstance(value, ast.Constant) else "x" for value in values)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format")):
            return text
    return ""


def template_name(node: ast.AST) -> str | None:
    """The name whose text `name.replace(…)`, or a chain of such calls, fills in."""
    calls = 0
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "replace":
        node, calls = node.func.value, calls + 1
    return node.id if calls and isinstance(node, ast.Name) else None


def from_python(path: Path) -> list[str]:
    """Every operation that a module can send."""
    module = ast.parse(path.read_text())
    found: list[str] = []
    seen: set[int] = set()

    def visit(node: ast.AST, function: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node
        if isinstance(node, ast.expr) and id(node) not in seen and OPERATION.match(first_text(node)):
            seen.update(id(inner) for inner in ast.walk(node))
            texts = Scope(module, function).variants(node)
            if texts is None:
                sys.exit(f"{path}:{node.lineno}: this document is built in a way that is not understood")
            found.extend(texts)
        elif id(node) not in seen and (name := template_name(node)):
            seen.update(map(id, ast.walk(node)))
            scope = Scope(module, function)
            if any(OPERATION.match(first_text(value)) for value in scope.assigned(name)):
                found.extend(scope.variants(node) or [])
        for child in ast.iter_child_nodes(node):
            visit(child, function)

    visit(module, module)
    return found


def operations(text: str) -> list[tuple[str, str]]:
    """Name and text of each operation; prose that only looks like GraphQL gives none."""
    try:
        document = parse(text.replace("{{", "{").replace("}}", "}") if "{{" in text else text)
    except GraphQLSyntaxError:
        return []
    roots = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = {node.name.value: node for node in document.definitions if node not in roots}
    found = []
    for root in roots:
        used = [fragments[name] for name in sorted(spread(root, fragments))]
        found.append((root.name.value, print_ast(DocumentNode(definitions=[root, *used]))))
    return found


def spread(node: Node, fragments: dict[str, Node]) -> set[str]:
    """The fragments that an operation uses, and those that they use."""
    names: set[str] = set()
    waiting = [node]
    while waiting:
        text = print_ast(waiting.pop())
        fresh = {name for name in re.findall(r"\.\.\.(\w+)", text) if name in fragments} - names
        names |= fresh
        waiting.extend(fragments[name] for name in fresh)
    return names


def main(out: Path, sources: list[str]) -> None:
    shutil.rmtree(out, ignore_errors=True)
    total = 0
    texts: set[str] = set()
    for source in sources:
        package, folder = source.split("=", 1)
        root = Path(folder)
        target = out / package.replace(" ", "-")
        target.mkdir(parents=True)
        (license_file,) = [
            *root.glob("LICENSE"),
            *root.glob("*.dist-info/licenses/LICENSE"),
            *root.glob("*.dist-info/LICENSE"),
        ][:1]
        (target / "LICENSE").write_text(license_file.read_text())
        files = [p for p in root.rglob("*.py") if "tests" not in p.parts] + [*root.glob("core/api/graphql/*.graphql")]
        for path in sorted(files):
            where = path.relative_to(root)
            for text in from_python(path) if path.suffix == ".py" else [path.read_text()]:
                for name, operation in operations(text):
                    # A template whose placeholders Python fills in, not a document.
                    if re.search(r"\b_[A-Z_]+_\b", operation):
                        continue
                    total += 1
                    if operation in texts:
                        continue
                    texts.add(operation)
                    write(target, name, f"# {package}, {where}; licence: LICENSE beside this file.\n{operation}\n")
    print(f"{total} documents, {len(texts)} distinct")


def write(folder: Path, name: str, text: str) -> None:
    """Writes NAME.graphql, or NAME-2.graphql and so on when the client has several documents of one name."""
    numbers = itertools.count(2)
    path = folder / f"{name}.graphql"
    while path.exists():
        path = folder / f"{name}-{next(numbers)}.graphql"
    path.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
