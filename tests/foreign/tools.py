"""Three other consent tools as a site would have them: the real packages, on pages of a shop, and what visitors press.

Knows the tools' own interfaces; not what becomes of their cookies. On a page, `answer(yes)` allows the services named,
and refuses all others.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

HERE = Path(__file__).parent

_VANILLA = """
<script src="/tools/vanilla-cookieconsent/dist/cookieconsent.umd.js"></script>
<script>
const words = { language: { default: "en", translations: { en: {
  consentModal: { title: "Cookies?", acceptAllBtn: "Yes", acceptNecessaryBtn: "No" },
  preferencesModal: { title: "Cookies", sections: [] } } } } };
const categories = { necessary: { readOnly: true }, analytics: {}, ads: { services: { big: {}, small: {} } } };
window.ready = CookieConsent.run({ ...words, categories });
window.answer = (yes) => CookieConsent.acceptCategory(
  yes.filter((name) => !name.includes(".")).concat(yes.length ? [] : ["necessary"]));
</script>
"""
_KLARO = """
<script src="/tools/klaro/dist/klaro-no-css.js" data-klaro-config="none"></script>
<script>
const services = ["counter", "ads"].map((name) => ({ name, purposes: ["x"] }));
const config = { version: 1, translations: { zz: { purposes: { x: "X" } } }, services };
window.answer = (yes) => {
  const manager = klaro.getManager(config);
  manager.changeAll(false);
  yes.forEach((name) => manager.updateConsent(name, true));
  manager.saveAndApplyConsents();
};
</script>
"""
_TARTEAUCITRON = """
<script src="/tools/tarteaucitronjs/tarteaucitron.js"></script>
<script>
tarteaucitron.init({ orientation: "bottom", DenyAllCta: true, AcceptAllCta: true, highPrivacy: true });
window.addEventListener("tac.root_available", () => {
  for (const key of ["counter", "ads"]) {
    tarteaucitron.services[key] = { key, type: "analytic", name: key, uri: "", needConsent: true, cookies: [],
      js() {}, fallback() {} };
    (tarteaucitron.job = tarteaucitron.job || []).push(key);
  }
});
window.answer = (yes) => {
  for (const key of ["counter", "ads"])
    tarteaucitron.userInterface.respond(
      document.getElementById(key + (yes.includes(key) ? "Allowed" : "Denied")), yes.includes(key));
};
</script>
"""
PAGES = {
    name: f"<!doctype html><html lang=en><meta charset=utf-8><title>Shop</title><body>{scripts}".encode()
    for name, scripts in (("vanilla", _VANILLA), ("klaro", _KLARO), ("tarteaucitron", _TARTEAUCITRON))
}


def install(folder: Path) -> dict[str, bytes]:
    """The files of the packages that package.json names, by path. Raises OSError where they cannot be had."""
    versions = json.loads((HERE / "package.json").read_text())["dependencies"]
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm")
    files: dict[str, bytes] = {}
    # Their own needs are for building them: the packages are enough.
    wanted = [f"{name}@{version}" for name, version in versions.items()]
    done = subprocess.run([npm, "pack", "--silent", "--prefer-offline", *wanted], cwd=folder, capture_output=True)
    if done.returncode:
        raise OSError(done.stderr.decode()[-200:])
    for name, version in versions.items():
        with tarfile.open(folder / f"{name}-{version}.tgz") as archive:
            for member in archive:
                if member.isfile() and (file := archive.extractfile(member)):
                    files[member.name.replace("package", name, 1)] = file.read()
    return files
