"""The pytest plugin, from outside: a test that fails, its token, and the same case again."""

import importlib.metadata
import re
import shutil
import subprocess

import kernels  # noqa: F401: skips where torch is not here
import pytest

# An installed package brings its plugin; one on the path alone is named.
INSTALLED = any(one.name == "boresight" for one in importlib.metadata.entry_points(group="pytest11"))
PLUGIN = () if INSTALLED else ("-p", "boresight.pytest_plugin")

WRONG = """
    import boresight, torch

    def alibi(call):
        problem = call.problem
        rows = torch.arange(problem.queries)[:, None] + problem.columns - problem.queries
        bias = -call.slopes.reshape(-1, problem.heads, 1, 1) * (rows - torch.arange(problem.columns)).abs()
        return (call.q @ call.k.mT * problem.scale + bias).softmax(-1) @ call.v

    def test_alibi():
        boresight.assert_aligned(alibi, supports="alibi_slopes! mem_kv cache")
"""


def test_a_wrong_kernel_fails_with_a_shrunk_token_and_the_reading(pytester: pytest.Pytester):
    pytester.makepyfile(WRONG)
    result = pytester.runpytest_subprocess(*PLUGIN)
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert "reading bias-built-over-persistent-kv" in text
    assert "judge.py" not in text and "_native" not in text, "the failure is the test's, not ours"
    token = re.search(r"case +(bs1 [^(\n]*?)  +\(\d+ shrinks\)", text).group(1)
    assert " n1 s1 P1 " in token

    again = pytester.runpytest_subprocess(*PLUGIN, "--boresight-replay", token)
    again.assert_outcomes(failed=1)
    assert "reading bias-built-over-persistent-kv" in again.stdout.str()


def test_a_token_replays_in_the_command(pytester: pytest.Pytester, pytestconfig: pytest.Config):
    command = shutil.which("boresight") or pytestconfig.rootpath / "build/release/boresight"
    if not shutil.which(str(command)):
        pytest.skip("the command is not built here")
    pytester.makepyfile(WRONG)
    text = pytester.runpytest_subprocess(*PLUGIN).stdout.str()
    token = re.search(r"case +(bs1 [^(\n]*?)  +\(\d+ shrinks\)", text).group(1)
    done = subprocess.run([command, "replay", token, "--kernel", "scalar"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.startswith("PASSED scalar"), done


def test_options_set_cases_and_seed(pytester: pytest.Pytester):
    pytester.makepyfile("""
        import boresight
        from boresight import testing

        def test_options(assert_aligned):
            assert (testing.default_cases, testing.default_seed) == (66, 5)
            def plain(call):
                return (call.q @ call.k.mT * call.problem.scale).softmax(-1) @ call.v
            report = assert_aligned(plain, supports="cache")
            assert (report.cases, report.seed) == (66, 5)
    """)
    pytester.runpytest_subprocess(
        *PLUGIN, "--boresight-cases", "66", "--boresight-seed", "5"
    ).assert_outcomes(passed=1)


def test_a_test_that_judged_nothing_fails(pytester: pytest.Pytester):
    pytester.makepyfile("""
        import boresight

        def test_nothing():
            boresight.assert_aligned(lambda call: None, supports=lambda problem: "nothing at all")
    """)
    result = pytester.runpytest_subprocess(*PLUGIN)
    result.assert_outcomes(failed=1)
    assert "nothing was judged" in result.stdout.str()


@pytest.mark.parametrize("option", ["--boresight-replay=bs2 b1", "--boresight-cases=0"])
def test_a_wrong_option_is_told(pytester: pytest.Pytester, option):
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_subprocess(*PLUGIN, option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert option.split("=")[0] in result.stderr.str()
