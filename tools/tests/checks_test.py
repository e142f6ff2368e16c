#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Proves that each check of tools/ can fail: a small tree in order passes, and each single fault put
# into it is found.
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent.parent
SPDX = "// SPDX-License-Identifier: Apache-2.0\n// What this file is for.\n"
ENTRY = 'WD_ERROR({}, {}, {}, "{}", "{}", "{}", "{}")\n'


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def write(self, path, content):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(content, encoding="utf-8")

    def run_tool(self, tool, *arguments):
        done = subprocess.run([TOOLS / tool, "--root", self.root, *arguments], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def passes(self, tool, *arguments):
        code, output = self.run_tool(tool, *arguments)
        self.assertEqual(code, 0, output)

    def fails(self, tool, wanted):
        code, output = self.run_tool(tool)
        self.assertEqual(code, 1, output)
        self.assertIn(wanted, output)


class Layers(Tree):
    def setUp(self):
        super().setUp()
        self.write("src/base/a.hpp", SPDX + "#include <vector>\n")
        self.write("src/codec/b.hpp", SPDX + '#include "base/a.hpp"\n')
        self.write("src/modules/x/messages.hpp", SPDX + '#include "codec/b.hpp"\n')
        self.write("src/modules/x/tables.hpp", SPDX)
        self.write("src/modules/y/module.cpp", SPDX + '#include "modules/x/messages.hpp"\n')
        self.passes("check_layers")

    def test_given_an_include_of_a_higher_level(self):
        self.write("src/base/a.hpp", SPDX + '#include "codec/b.hpp"\n')
        self.fails("check_layers", "level 0 includes codec/b.hpp of level 1")

    def test_given_messages_that_include_a_table(self):
        self.write("src/modules/x/messages.hpp", SPDX + '#include "modules/x/tables.hpp"\n')
        self.fails("check_layers", "level 2 includes modules/x/tables.hpp of level 4")

    def test_given_a_module_that_reads_another_ones_tables(self):
        self.write("src/modules/y/module.cpp", SPDX + '#include "modules/x/tables.hpp"\n')
        self.fails("check_layers", "only messages.hpp and facts.hpp")

    def test_given_two_modules_that_include_each_other(self):
        self.write("src/modules/y/messages.hpp", SPDX)
        self.write("src/modules/x/module.cpp", SPDX + '#include "modules/y/messages.hpp"\n')
        self.fails("check_layers", "in a circle: modules/x -> modules/y -> modules/x")

    def test_given_two_rooms_of_one_level_in_a_circle(self):
        self.write("src/store/a.hpp", SPDX + '#include "journal/a.hpp"\n')
        self.write("src/journal/a.hpp", SPDX + '#include "store/a.hpp"\n')
        self.fails("check_layers", "in a circle")

    def test_given_a_room_without_a_level(self):
        self.write("src/misc/a.hpp", SPDX)
        self.fails("check_layers", "room 'misc' has no level")

    def test_given_an_outside_library_beyond_its_wrapper(self):
        self.write("src/journal/a.cpp", SPDX + "#include <sqlite3.h>\n")
        self.fails("check_layers", "SQLite is spoken in store only")

    def test_given_beast_in_two_units(self):
        for name in ("a", "b"):
            self.write(f"src/http/{name}.cpp", SPDX + "#include <boost/beast/http.hpp>\n")
        self.fails("check_layers", "more than one unit")

    def test_given_a_rule_that_reads_the_clock(self):
        self.write("src/modules/x/rules.cpp", SPDX + "#include <chrono>\n")
        self.fails("check_layers", "level 2 is pure")

    def test_given_an_include_that_is_not_there(self):
        self.write("src/base/a.hpp", SPDX + '#include "base/gone.hpp"\n')
        self.fails("check_layers", "is not below src/")


class Style(Tree):
    def setUp(self):
        super().setUp()
        self.write("src/base/a.cpp", SPDX + "int one() {\n  return 1;\n}\n")
        self.passes("check_style")

    def found(self, content, wanted, path="src/base/a.cpp"):
        self.write(path, content)
        self.fails("check_style", wanted)

    def test_given_no_licence_line(self):
        self.found("// What this file is for.\n", "no SPDX line")

    def test_given_no_purpose(self):
        self.found("// SPDX-License-Identifier: Apache-2.0\nint one();\n", "not followed by what the file is for")

    def test_given_a_script_without_licence_line(self):
        self.found("#!/bin/sh\ntrue\n", "no SPDX line", "tools/do_it")

    def test_given_a_long_line_function_or_file(self):
        self.found(SPDX + "// " + "x" * 98 + "\n", "101 columns")
        self.found(SPDX + "namespace a {\nint f(int x) {\n" + "  ++x;\n" * 70 + "  return x;\n}\n}\n", "a function of 73 lines")
        self.found(SPDX + "int x;\n" * 600, "603 lines")

    def test_given_work_left_open(self):
        self.found(SPDX + "// TO" + "DO: later\n", "left open")

    def test_given_a_path_of_one_machine(self):
        self.found(SPDX + "// see ../sha" + "red/notes\n", "names a path")
        self.found("see /wo" + "rk/notes\n", "names a path", "README.md")

    def test_given_an_identity_number_that_could_be_a_persons(self):
        number = "1101" + "01199003070017"
        self.found(f"number,{number}\n", "does not start with 99", "data/people.csv")
        self.write("data/people.csv", "number,999901199003070017\n")
        self.passes("check_style")

    def test_given_banned_calls(self):
        for call in ("atoi(text)", "std::this_thread::sleep_for(a)", "assert(x)", "rand()", "localtime(&t)"):
            self.found(SPDX + "int f() { " + call + "; return 1; }\n", "src/base/a.cpp:3")

    def test_given_a_banned_word_in_a_comment_or_text_it_passes(self):
        self.write("src/base/a.cpp", SPDX + '// system( is banned\nconst char* kText = "rand()";\n')
        self.passes("check_style")


class Errors(Tree):
    def setUp(self):
        super().setUp()
        self.registry(ENTRY.format(100, "first", 400, "坏了", "请再试", "Broken", "Try again"))
        self.write("src/base/a.cpp", SPDX + "auto a = ErrorCode::first;\n")
        self.passes("check_errors", "--write")
        self.passes("check_errors")

    def registry(self, content):
        self.write("src/base/errors.def", "// The registry.\n" + content)

    def found(self, content, wanted):
        self.registry(content)
        self.fails("check_errors", wanted)

    def test_given_an_error_nobody_uses(self):
        self.write("src/base/a.cpp", SPDX)
        self.fails("check_errors", "100 first is used nowhere")

    def test_given_a_stale_page(self):
        self.found(ENTRY.format(100, "first", 400, "坏了", "请重试", "Broken", "Try again"), "docs/errors.md is stale")

    def test_given_a_number_out_of_order_or_twice(self):
        one = ENTRY.format(101, "first", 400, "坏了", "请再试", "Broken", "Try again")
        two = ENTRY.format(100, "second", 400, "坏了", "请再试", "Broken", "Try again")
        self.found(one + two, "not ordered")
        self.found(one + one, "stands twice")

    def test_given_a_retired_number(self):
        self.found("// retired 100 old\n" + ENTRY.format(100, "first", 400, "坏", "再试", "Broken", "Again"), "retired")

    def test_given_texts_out_of_tone_or_out_of_step(self):
        self.found(ENTRY.format(100, "first", 400, "坏了！", "请再试", "Broken", "Try again"), "exclamation")
        self.found(ENTRY.format(100, "first", 400, "你错了", "请再试", "Broken", "Try again"), "not 您")
        self.found(ENTRY.format(100, "first", 400, "最多 {limit}", "请再试", "Too many", "Try again"), "placeholders")
        self.found(ENTRY.format(100, "first", 200, "坏了", "请再试", "Broken", "Try again"), "not an error status")

    def test_given_a_line_that_cannot_be_read(self):
        self.found('WD_ERROR(100, first, 400, "坏了")\n', "not of the form")


class SecurityPage(Tree):
    def setUp(self):
        super().setUp()
        self.write("docs/security_rows.csv", "Id,Requirement,Where,Open\nAU1,Long passwords,access,\nAU2,Codes,,later\n")
        self.write("src/access/tests/a_test.cpp", SPDX + "// security: AU1\nTEST(Password, short_is_refused) {}\n")
        self.passes("make_security_doc")
        self.passes("make_security_doc", "--check")
        self.page = (self.root / "docs/security.md").read_text(encoding="utf-8")

    def stale(self, wanted):
        code, output = self.run_tool("make_security_doc", "--check")
        self.assertEqual(code, 1, output)
        self.assertIn(wanted, output)

    def test_the_page_names_tests_and_says_not_yet(self):
        self.assertIn("| AU1 | Long passwords | access | `Password.short_is_refused` (src/access/tests/a_test.cpp) |", self.page)
        self.assertIn("| AU2 | Codes |  | **not yet**<br>open: later |", self.page)

    def test_given_a_renamed_test(self):
        self.write("src/access/tests/a_test.cpp", SPDX + "// security: AU1\nTEST(Password, other_name) {}\n")
        self.stale("is stale")

    def test_given_an_unknown_requirement_or_a_mark_without_test(self):
        self.write("src/access/tests/a_test.cpp", SPDX + "// security: ZZ9\nTEST(Password, x) {}\n")
        self.stale("unknown requirement ZZ9")
        self.write("src/access/tests/a_test.cpp", SPDX + "// security: AU1\n\n\n\n\n\nint x;\n")
        self.stale("without a test below it")


class Pages(Tree):
    def setUp(self):
        super().setUp()
        self.write("docs/adr/README.md", "[one](0001-one.md)\n")
        self.write("docs/adr/0001-one.md", "# One\n")
        self.notice("`a_test.cpp`", "works")
        self.write("src/modules/x/README.md", "# X\n")
        self.write("src/modules/x/tests/a_test.cpp", SPDX)
        self.passes("check_docs")

    def notice(self, test, state):
        self.write("docs/notice.md", f"| 1.1 | duty | x | doors | {test} | {state} |\n")

    def test_given_a_link_that_leads_nowhere(self):
        self.write("README.md", "see [this](docs/gone.md#there)\n")
        self.fails("check_docs", "a link leads nowhere: docs/gone.md")

    def test_given_a_decision_that_is_not_listed(self):
        self.write("docs/adr/0002-two.md", "# Two\n")
        self.fails("check_docs", "not in docs/adr/README.md")

    def test_given_a_duty_said_to_work_without_proof(self):
        self.notice("", "works")
        self.fails("check_docs", "no test says so")
        self.notice("`gone_test.cpp`", "works")
        self.fails("check_docs", "there is no test file")
        self.notice("", "nearly")
        self.fails("check_docs", "is none of")

    def test_given_a_module_without_a_page(self):
        self.write("src/modules/y/messages.hpp", SPDX)
        self.fails("check_docs", "src/modules/y: has no README.md")


@unittest.skipUnless(shutil.which("systemd-analyze"), "not run: systemd-analyze is not installed")
class Unit(Tree):
    def setUp(self):
        super().setUp()
        self.unit = (TOOLS.parent / "packaging/wangdi.service").read_text(encoding="utf-8")
        self.write("packaging/wangdi.service", self.unit)
        self.write("docs/operating/install.md", "# Installing\n\n```ini\n[Service]\nNice=5\n```\n")
        self.passes("check_unit")

    def changed(self, line, into):
        self.assertIn(line, self.unit)
        self.write("packaging/wangdi.service", self.unit.replace(line, into))

    def test_given_protections_that_went(self):
        self.write(
            "packaging/wangdi.service",
            "\n".join(line for line in self.unit.split("\n") if not line.startswith(("SystemCall", "Private"))),
        )
        self.fails("check_unit", "more than 2.0")

    def test_given_a_misspelt_line(self):
        self.changed("RestrictRealtime=yes", "RestrictRealtimes=yes")
        self.fails("check_unit", "RestrictRealtimes")

    def test_given_root(self):
        self.changed("User=wangdi\n", "")
        self.fails("check_unit", "runs as root")
        self.changed("ExecReload=/bin/sh", "ExecReload=+/bin/sh")
        self.fails("check_unit", "all of root's rights")

    def test_given_a_second_unit_in_the_pages(self):
        self.write("docs/operating/install.md", "```ini\n[Service]\nExecStart=/opt/wangdi serve\n```\n")
        self.fails("check_unit", "a unit of its own")


@unittest.skipUnless(shutil.which("clang-tidy-19"), "not run: clang-tidy-19 is not installed")
class Tidy(Tree):
    def looked_at(self, code):
        self.write("unit.cpp", SPDX + code)
        command = {"directory": str(self.root), "file": "unit.cpp", "command": "c++ -std=c++20 -c unit.cpp"}
        self.write("compile_commands.json", json.dumps([command]))
        environment = {**os.environ, "WANGDI_COMMANDS": str(self.root)}
        return subprocess.run([TOOLS / "check_tidy", self.root / "unit.cpp"], capture_output=True, text=True, env=environment)

    def test_given_a_finding_or_what_does_not_compile(self):
        sound = self.looked_at("int half(int whole) { return whole / 2; }\n")
        self.assertEqual(sound.returncode, 0, sound.stdout + sound.stderr)
        for code, wanted in [
            ("int* none() { return 0; }\n", "modernize-use-nullptr"),
            ("int half(int whole) { return whole / 2 }\n", "clang-diagnostic-error"),
        ]:
            found = self.looked_at(code)
            self.assertNotEqual(found.returncode, 0, code)
            self.assertIn(wanted, found.stdout)
class Assessment(Tree):
    ROWS = "purpose,field,title,kind,assessed_on\nscreening,temperature,体温,health,2026-11-26\n"

    def describe(self, **fields):
        schema = {"properties": {name: {"title": title, "x-purpose": purpose} for name, (title, purpose) in fields.items()}}
        self.write("web/openapi.json", json.dumps({"components": {"schemas": {"Visit": schema}}}))

    def setUp(self):
        super().setUp()
        self.describe(temperature=("体温", "screening"))
        self.write("docs/privacy/assessed_fields.csv", self.ROWS)
        self.write("docs/privacy/impact_assessment.md", "| `health` | temperature |\n")
        self.passes("check_assessment")

    def test_given_a_new_field(self):
        self.describe(temperature=("体温", "screening"), plate=("车牌", "screening"))
        self.fails("check_assessment", "stale: 'plate' (车牌)")

    def test_given_another_purpose(self):
        self.describe(temperature=("体温", "reporting"))
        self.fails("check_assessment", "with the purpose 'reporting' is not assessed")

    def test_given_a_field_that_is_gone(self):
        self.describe()
        self.fails("check_assessment", "is gone")

    def test_given_a_kind_the_page_does_not_explain(self):
        self.write("docs/privacy/assessed_fields.csv", self.ROWS.replace("health", "movement"))
        self.fails("check_assessment", "says nothing about the kind `movement`")

    def test_given_no_page(self):
        (self.root / "docs/privacy/impact_assessment.md").unlink()
        self.fails("check_assessment", "missing")


if __name__ == "__main__":
    unittest.main()
