"""Goal: each style rule finds what it forbids and lets good code pass. Method: texts by rule."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import style  # noqa: E402

BODY = "    step();\n"


def rules(name, text):
    """The rules that a file of this name and text breaks, in a tree that is otherwise right."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        if name.startswith("sim/"):
            (path.parent / "README.md").write_text("# a\n")
        return [rule for _, rule, _, _ in style.problems(folder)]


class Functions(unittest.TestCase):
    def lengths(self, text):
        return [length for _, length in style.functions(text)]

    def test_a_function_is_as_long_as_its_braces(self):
        self.assertEqual(self.lengths("int f() {\n" + BODY * 3 + "}\n"), [5])

    def test_classes_and_namespaces_are_no_functions_but_their_members_are(self):
        self.assertEqual(self.lengths(
            "namespace a::b {\ntemplate <class T>\nclass C final : public B<T> {\n  public:\n"
            "    int f() const { return 1; }\n    enum class E { x, y };\n"
            "    C(int a) : a_{a}, b_(2) {\n    }\n};\n}   // namespace a::b\n"), [1, 2])

    def test_tables_and_initialisers_are_no_functions(self):
        self.assertEqual(self.lengths("const Row rows[] = {\n{1, f(2)},\n};\nint x{3};\n"), [])

    def test_braces_in_strings_and_comments_do_not_count(self):
        self.assertEqual(self.lengths('void f() {\n  g("}", \'}\'); // }\n  /* } */ int n = 1\'0;\n'
                                      '  h(R"(}})");\n}\nvoid g() {}\n'), [5, 1])

    def test_lambdas_belong_to_their_function(self):
        self.assertEqual(self.lengths("auto f() -> int {\n  auto g = [] { return 1; };\n}\n"), [3])

    def test_test_cases_are_functions(self):
        self.assertEqual(self.lengths('TEST_CASE("a {b}", "[c]") {\n    REQUIRE(true);\n}\n'), [3])

    def test_struct_results_and_operators_are_functions(self):
        self.assertEqual(self.lengths("bool operator==(A a, A b) {\n}\nstruct A f() {\n}\n"),
                         [2, 2])


class Rules(unittest.TestCase):
    def test_good_code_passes(self):
        self.assertEqual(rules("sim/a/a.cpp", "std::unordered_map<int, int> seen_;   // Found.\n"
                                              'void f() {\n    printf("%%p %d", at_[1]);\n}\n'), [])

    def test_lines_functions_and_files_have_a_longest(self):
        self.assertEqual(rules("sim/a/a.cpp", "//" + "x" * 99 + "\n"), ["long-line"])
        self.assertEqual(rules("sim/a/a.cpp", "//" + "…" * 98 + "\n"), [])
        for steps, found in ((58, []), (59, ["long-function"])):
            self.assertEqual(rules("sim/a/a.cpp", "void f() {\n" + BODY * steps + "}\n"), found)
        self.assertEqual(rules("sim/a/a.cpp", "int a;\n" * 401), ["long-file"])

    def test_space_and_markers_are_found_in_any_text(self):
        self.assertEqual(rules("docs/a.md", "a\tb \n"), ["tab", "trailing-space"])
        self.assertEqual(rules("docs/a.md", "a"), ["last-line"])
        self.assertEqual(rules("scenarios/a.yaml", "# TO" "DO: more\n"), ["marker"])

    def test_chance_and_time_are_the_kernels(self):
        for code, rule in (("int a = std::rand();", "random"), ("std::random_device d;", "random"),
                           ("#include <random>", "random"), ("int a = rand();", "random"),
                           ("std::normal_distribution<> d;", "distribution"),
                           ("std::shuffle(a, b, c);", "distribution"),
                           ("auto t = std::chrono::system_clock::now();", "wall-clock"),
                           ("auto t = std::chrono::steady_clock::now();", "wall-clock"),
                           ("auto t = time(nullptr);", "wall-clock"),
                           ("double d = std::log(x);", "libm"),
                           ('void f() { printf("%d at %p", 1, p); }', "address")):
            with self.subTest(code=code):
                self.assertEqual(rules("sim/raft/a.cpp", code + "\n"), [rule])
        self.assertEqual(rules("sim/cli/a.cpp", "auto t = std::chrono::steady_clock::now();\n"), [])
        self.assertEqual(rules("tests/a/a.cpp", "int a = std::rand();\n"), [])
        self.assertEqual(rules("sim/a/a.cpp", "// std::rand() is not for us.\n"), [])

    def test_unordered_containers_are_not_walked(self):
        declared = "std::unordered_map<std::string, std::vector<int>> seen_;\n"
        for walk in ("for (const auto& [k, v] : seen_) {", "for (auto& e : this->seen_) {",
                     "std::vector<int> v(seen_.begin(), seen_.end()); {"):
            with self.subTest(walk=walk):
                self.assertEqual(rules("sim/a/a.cpp", declared + f"void f() {{ {walk} }} }}\n"),
                                 ["unordered-walk"])
        walk = "void f() { for (int i : order_) {} }\n"
        self.assertEqual(rules("sim/a/a.cpp", declared + walk), [])

    def test_headers_and_tests_begin_as_agreed(self):
        self.assertEqual(rules("sim/a/a.h", "int a;\n"), ["pragma-once"])
        self.assertEqual(rules("tests/a/a_test.cpp", "#include <a>\n"), ["test-goal"])
        self.assertEqual(rules("tests/a/a_test.cpp", "// Goal: it adds. Method: a table.\n"), [])

    def test_every_module_has_a_short_readme(self):
        with tempfile.TemporaryDirectory() as folder:
            module = pathlib.Path(folder) / "sim/a"
            module.mkdir(parents=True)
            (module / "a.cpp").write_text("int a;\n")
            self.assertEqual([p[1] for p in style.problems(folder)], ["readme"])
            (module / "README.md").write_text("line\n" * 31)
            self.assertEqual([p[1] for p in style.problems(folder)], ["readme"])
            (module / "README.md").write_text("line\n" * 30)
            self.assertEqual([p[1] for p in style.problems(folder)], [])


class Ratchet(unittest.TestCase):
    found = [("a.cpp", "tab", 1, "a tab"), ("a.cpp", "tab", 2, "a tab")]

    def test_as_many_as_allowed_are_silent(self):
        self.assertEqual(style.compare(self.found, {("a.cpp", "tab"): 2}), [])

    def test_more_than_allowed_are_all_shown(self):
        self.assertEqual(len(style.compare(self.found, {("a.cpp", "tab"): 1})), 2)

    def test_fewer_than_allowed_must_be_written_down(self):
        self.assertIn("2 left of 3", style.compare(self.found, {("a.cpp", "tab"): 3})[0])

    def test_shrink_lowers_and_never_raises(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "tests/style").mkdir(parents=True)
            allowed = root / style.ALLOWED
            allowed.write_text("# why\n3 tab docs/a.md\n1 tab docs/gone.md\n")
            (root / "docs").mkdir()
            (root / "docs/a.md").write_text("\t\n" * 2 + "\tb\n")
            with contextlib.redirect_stdout(io.StringIO()):
                status = style.main([folder, "--shrink"])
            self.assertEqual(allowed.read_text(), "# why\n3 tab docs/a.md\n")
            self.assertEqual(status, 1, "trailing space was never allowed")


if __name__ == "__main__":
    unittest.main()
