"""Both wheels work where nothing of this checkout is: built, installed, and used to compile the sample."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples" / "checkout"


def run(*arguments: str | Path, folder: Path) -> str:
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(source: Path, wheels: Path) -> Path:
    """A wheel, by way of the source distribution, as an index would get it."""
    built = set(wheels.glob("*.whl"))
    run(sys.executable, "-m", "build", "--outdir", wheels, source, folder=wheels)
    (wheel,) = set(wheels.glob("*.whl")) - built
    return wheel


def test_the_wheels_install_and_compile_the_sample(tmp_path: Path) -> None:
    wheels, sample = tmp_path / "wheels", tmp_path / "checkout"
    wheels.mkdir()
    both = [build(ROOT / "runtime", wheels), build(ROOT, wheels)]
    for wheel in both:
        assert any(name.endswith("py.typed") for name in zipfile.ZipFile(wheel).namelist())
    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", *both, folder=tmp_path)
    shutil.copytree(SAMPLE, sample, ignore=shutil.ignore_patterns("checkout", "__pycache__"))
    run(python, "-m", "herosaga", "compile", folder=sample)
    for name in ("catalog", "orders", "returns"):
        made = sample / "checkout" / f"{name}.py"
        assert made.read_text() == (SAMPLE / "checkout" / made.name).read_text()
    run(python, "-c", "import shopfront", folder=sample)
    run(python, "-m", "herosaga", "init", "first", folder=tmp_path)
    run(python, "-c", "import app", folder=tmp_path / "first")
    assert (tmp_path / "first" / ".github" / "workflows" / "check.yml").is_file()
    run(python, "-m", "pygments", "-l", "saga", "orders.saga", folder=sample)
