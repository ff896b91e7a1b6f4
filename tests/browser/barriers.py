"""Barriers on pages, as axe-core finds them (https://github.com/dequelabs/axe-core)."""

from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2, A and AA, and what its makers hold for good practice.
_LOOK = """
async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run({ runOnly: tags });
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
}
"""


def expect_no_violations(page: Page) -> None:
    """Fail if there is something on a page that keeps people from using it."""
    assert _AXE.exists(), "npm has not run here: `make test` lets it"
    # Past the page's policy, as a person's own tools are.
    page.evaluate(_AXE.read_text())
    found = page.evaluate(_LOOK)
    assert found == [], f"{page.url}: {found}"
